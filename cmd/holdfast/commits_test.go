package main_test

import (
	"testing"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// Several transactions in one batch: what was committed before the statement that
// is denied stays, and nothing behind it runs or commits by itself.
func TestDeniedBetweenTransactionsOfABatch(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		c := s.connect(t)
		c.Send(pipeline(
			step("BEGIN"), step("INSERT INTO events VALUES (4, 'stays')"), step("COMMIT"),
			step("BEGIN"), step("INSERT INTO events VALUES (5, 'never')"), step("DROP TABLE events"), step("COMMIT"),
			step("INSERT INTO events VALUES (6, 'never')"), sync1, step("SELECT 1"), sync1)...)
		hold := s.deny(t, "DROP TABLE events")
		readAnswer(t, c).wantRefusal(t, "ZH002", 'E', hold)
		readAnswer(t, c).wantError(t, "25P02", 'E')
		sum(c.Query("ROLLBACK")).wantTag(t, "ROLLBACK", 'I')
		if got := s.value(t, "SELECT string_agg(note, ' ' ORDER BY id) FROM events"); got != "a b c stays" {
			t.Errorf("events has %q", got)
		}
	})
}

// A COMMIT without BEGIN ends the implicit transaction of a batch: a denial behind
// it undoes nothing of what it committed.
func TestDeniedBehindACommitWithoutBegin(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		c := s.connect(t)
		c.Send(pipeline(step("INSERT INTO events VALUES (4, 'stays')"), step("COMMIT"), step("TRUNCATE events"), step("COMMIT"),
			step("INSERT INTO events VALUES (5, 'never')"), sync1)...)
		s.deny(t, "TRUNCATE events")
		readAnswer(t, c).wantError(t, "ZH002", 'I')
		s.wantRows(t, "4")
		usable(t, c)
	})
}

// One string with transaction control inside is one hold, and runs whole or not at
// all.
func TestStringWithTransactionsInside(t *testing.T) {
	const text = "BEGIN; INSERT INTO events VALUES (4, 'd'); COMMIT; BEGIN; DELETE FROM events; ROLLBACK; INSERT INTO events VALUES (5, 'e')"
	each(t, nil, func(t *testing.T, s scene) {
		c := s.connect(t)
		c.Send(pgtest.Query(text))
		s.deny(t, "DELETE FROM events")
		readAnswer(t, c).wantError(t, "ZH002", 'I')
		s.wantRows(t, "3")
		c.Send(pgtest.Query(text))
		s.approve(t, "DELETE FROM events")
		a := readAnswer(t, c)
		a.wantTag(t, "INSERT 0 1", 'I')
		if len(a.tags) != 7 || a.tags[4] != "DELETE 4" {
			t.Errorf("tags %q", a.tags)
		}
		s.wantRows(t, "5")
	})
}

// A Query inside of an unfinished batch: what is refused has the consequences that
// an error would have there.
func TestQueryInAnOpenBatch(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		c := s.connect(t)
		t.Run("denied", func(t *testing.T) {
			c.Send(append(step("INSERT INTO events VALUES (4, 'never')"), pgtest.Query("DROP TABLE events"))...)
			s.deny(t, "DROP TABLE events")
			readAnswer(t, c).wantError(t, "ZH002", 'I')
			s.wantRows(t, "3")
			usable(t, c)
		})
		t.Run("denied behind an error", func(t *testing.T) {
			c.Send(append(step("SELECT 1/0"), pgtest.Query("DROP TABLE events"))...)
			s.deny(t, "DROP TABLE events")
			c.Send(pgtest.Sync(), pgtest.Query("SELECT 2"))
			readAnswer(t, c).wantError(t, "22012", 'I') // one ReadyForQuery for the Sync, none for the Query
			readAnswer(t, c).wantTag(t, "SELECT 1", 'I')
			s.wantRows(t, "3")
		})
	})
}
