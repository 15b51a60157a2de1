package main_test

import (
	"testing"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// step is one statement of a pipeline without its Sync.
func step(sql string) []pgtest.Message {
	all := batch(sql)
	return all[:len(all)-1]
}

func pipeline(steps ...[]pgtest.Message) []pgtest.Message {
	var all []pgtest.Message
	for _, messages := range steps {
		all = append(all, messages...)
	}
	return all
}

var sync1 = []pgtest.Message{pgtest.Sync()}

// A denial in a pipeline is an error in its place: what came before it in the
// batch is undone, what follows is skipped up to the Sync, the next batch runs.
func TestDeniedInAPipeline(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		c := s.connect(t)
		c.Send(pipeline(
			step("INSERT INTO events VALUES (100, 'never')"), step("DROP TABLE events"), step("SELECT 1"), sync1,
			step("SELECT 2"), sync1)...)
		hold := s.deny(t, "DROP TABLE events")
		first, second := readAnswer(t, c), readAnswer(t, c)
		first.wantRefusal(t, "ZH002", 'I', hold)
		second.wantTag(t, "SELECT 1", 'I')
		if len(second.rows) != 1 || second.rows[0][0] != "2" {
			t.Errorf("the batch after the denial returned %q", second.rows)
		}
		s.wantRows(t, "3")
	})
}

func TestApprovedInAPipeline(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		c := s.connect(t)
		c.Send(pipeline(
			step("INSERT INTO events VALUES (4, 'd')"), step("DELETE FROM events"), step("INSERT INTO events VALUES (5, 'e')"),
			sync1, step("SELECT 2"), sync1)...)
		s.approve(t, "DELETE FROM events")
		first, second := readAnswer(t, c), readAnswer(t, c)
		first.wantTag(t, "INSERT 0 1", 'I')
		if len(first.tags) != 3 || first.tags[1] != "DELETE 4" {
			t.Errorf("tags %q", first.tags)
		}
		second.wantTag(t, "SELECT 1", 'I')
		s.wantRows(t, "1")
	})
}

// Two batches in one write, each with something to hold: two holds, in order.
func TestTwoHoldsInAPipeline(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		c := s.connect(t)
		c.Send(pipeline(step("TRUNCATE events"), sync1, step("DROP TABLE events"), sync1)...)
		s.deny(t, "TRUNCATE events")
		// One batch, as far as it is in hand, is one hold, so the second may be in the first.
		first := readAnswer(t, c)
		first.wantError(t, "ZH002", 'I')
		s.deny(t, "DROP TABLE events")
		readAnswer(t, c).wantError(t, "ZH002", 'I')
		s.wantRows(t, "3")
		usable(t, c)
	})
}

func TestDeniedInAPipelineInATransaction(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		c := s.connect(t)
		c.Send(pipeline(step("BEGIN"), step("INSERT INTO events VALUES (100, 'never')"), step("DROP TABLE events"), step("COMMIT"), sync1)...)
		s.deny(t, "DROP TABLE events")
		readAnswer(t, c).wantError(t, "ZH002", 'E')
		sum(c.Query("ROLLBACK")).wantTag(t, "ROLLBACK", 'I')
		s.wantRows(t, "3")
	})
}

// A client may Flush and wait for answers before it goes on.
func TestHeldAfterAFlush(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		c := s.connect(t)
		c.Send(pipeline(step("INSERT INTO events VALUES (100, 'never')"), []pgtest.Message{pgtest.Flush()})...)
		c.Expect("1 2 n C")
		c.Send(pipeline(step("DROP TABLE events"), []pgtest.Message{pgtest.Flush()})...)
		s.deny(t, "DROP TABLE events")
		for m := c.Read(); m.Type != 'E'; m = c.Read() {
			if m.Type != 'N' {
				t.Fatalf("got a message of type %q, want the error", m.Type)
			}
		}
		c.Send(pgtest.Sync())
		c.Expect("Z")
		s.wantRows(t, "3")
		usable(t, c)
	})
}

// The names of statements are what the server says they are: a Parse that fails
// leaves the old statement under its name (facts, corners A12).
func TestNamesFollowTheServer(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		c := s.connect(t)
		parse := func(sql string) { c.Send(pgtest.Parse("a", sql), pgtest.Sync()) }
		parse("DELETE FROM events")
		if early := s.hf.Holds(t); len(early) > 0 {
			s.hf.Approve(t, early[0].ID)
		}
		c.ReadUntil('Z')
		parse("SELECT 1")
		sum(c.ReadUntil('Z')).wantError(t, "42P05", 'I')
		c.Send(pgtest.Bind("", "a"), pgtest.Execute("", 0), pgtest.Sync())
		s.deny(t, "DELETE FROM events")
		readAnswer(t, c).wantError(t, "ZH002", 'I')
		s.wantRows(t, "3")
	})
}

// SQL and the protocol share the names of prepared statements and cursors.
func TestNamesAreSharedWithSQL(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		c := s.connect(t)
		sum(c.Query("PREPARE purge AS DELETE FROM events")).wantTag(t, "PREPARE", 'I')
		for name, send := range map[string]func(){
			"Bind of a statement of SQL":      func() { c.Send(pgtest.Bind("", "purge"), pgtest.Execute("", 0), pgtest.Sync()) },
			"EXECUTE":                         func() { c.Send(pgtest.Query("EXECUTE purge")) },
			"EXECUTE in EXPLAIN ANALYZE":      func() { c.Send(pgtest.Query("EXPLAIN ANALYZE EXECUTE purge")) },
			"EXECUTE by the extended way":     func() { c.Send(batch("EXECUTE purge")...) },
			"an unknown name, prepared by DO": func() { c.Send(pgtest.Bind("", "by_do"), pgtest.Execute("", 0), pgtest.Sync()) },
		} {
			t.Run(name, func(t *testing.T) {
				send()
				s.deny(t, "")
				readAnswer(t, c).wantError(t, "ZH002", 'I')
				s.wantRows(t, "3")
			})
		}
	})
}
