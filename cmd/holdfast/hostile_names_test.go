package main_test

import (
	"strings"
	"testing"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// The server keeps the first 63 bytes of the name of a prepared statement or a
// portal, so names that differ only behind them are one name to it.
func TestNamesLongerThanTheServerKeeps(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		prefix := strings.Repeat("a", 63)
		first, second := prefix+"x", prefix+"y"
		c := s.connect(t)
		c.Send(pgtest.Parse(first, "SELECT 1"), pgtest.Sync())
		c.ReadUntil('Z')
		c.Send(pgtest.Close('S', second), pgtest.Sync())
		c.ReadUntil('Z')
		c.Send(pgtest.Parse(second, "DROP TABLE events"), pgtest.Sync())
		c.ReadUntil('Z')
		c.Send(pgtest.Bind("", first), pgtest.Execute("", 0), pgtest.Sync())
		readDenyingToEnd(t, s, c)
		s.wantRows(t, "3")
	})
}

// What a name stands for can be made to look like something else by statements and
// messages that fail on the way, all of them sent without waiting for answers. None
// of these conversations may reach the DELETE unasked.
func TestNamesBehindWhatFails(t *testing.T) {
	const dangerous = "DELETE FROM events"
	bind := func(portal, statement string) []pgtest.Message {
		return []pgtest.Message{pgtest.Bind(portal, statement), pgtest.Execute(portal, 0), pgtest.Sync()}
	}
	one := func(m ...pgtest.Message) []pgtest.Message { return m }
	parse := func(name, sql string) []pgtest.Message { return one(pgtest.Parse(name, sql), pgtest.Sync()) }
	query := func(sql string) []pgtest.Message { return one(pgtest.Query(sql)) }
	bad := pgtest.Message{Type: 'Q', Body: []byte{'x'}}
	oddSync := pgtest.Message{Type: 'S', Body: []byte{'x'}}
	type round struct {
		send  []pgtest.Message
		ready int // how many ReadyForQuery answer that
	}
	for name, rounds := range map[string][]round{
		"a long text that fails in the middle": {
			{query("PREPARE p AS " + dangerous), 1},
			{query("SELECT 1; SELECT 1; SELECT 1/0; DEALLOCATE p; PREPARE p AS SELECT 1;" + strings.Repeat(" ", 300<<10) + "SELECT 1"), 1},
			{query("EXECUTE p"), 1},
		},
		"a portal that cannot be bound again": {
			{query("BEGIN; PREPARE p AS SELECT 1"), 1},
			{one(pgtest.Parse("e", "EXECUTE p"), pgtest.Bind("c", "e"), pgtest.Sync()), 1},
			{query("SAVEPOINT s; DEALLOCATE p; PREPARE p AS " + dangerous), 1},
			{pipeline(one(pgtest.Parse("", "SELECT 1"), pgtest.Bind("c", ""), pgtest.Sync()), query("ROLLBACK TO s"), one(pgtest.Execute("c", 0), pgtest.Sync())), 3},
			{query("COMMIT"), 1},
		},
		"statements that cannot be prepared again": {
			{query("PREPARE p AS SELECT 1"), 1},
			{one(pgtest.Parse("d", "DEALLOCATE p"), pgtest.Parse("q", "PREPARE p AS "+dangerous), pgtest.Sync()), 1},
			{pipeline(parse("d", "SELECT 1"), bind("", "d")), 2},
			{pipeline(parse("q", "SELECT 1"), bind("", "q")), 2},
			{query("EXECUTE p"), 1},
		},
		"an encoding that a rollback undoes": {
			{parse("é", dangerous), 1},
			{query("BEGIN; SET client_encoding = latin1"), 1},
			{parse("é", "SELECT 1"), 1},
			{pipeline(query("ROLLBACK"), bind("", "é")), 2},
		},
		"an encoding that is for one batch": {
			{parse("é", dangerous), 1},
			{pipeline(one(pgtest.Parse("", "SET LOCAL client_encoding = latin1"), pgtest.Bind("", ""), pgtest.Execute("", 0),
				pgtest.Parse("é", "SELECT 'é'"), pgtest.Sync()), bind("", "é")), 2},
		},
		"an encoding without conversion": {
			{pipeline(one(pgtest.Parse("é", dangerous)), parse("Ã©", "SELECT 1")), 1},
			{query("SET client_encoding = sql_ascii"), 1},
			{query(`EXECUTE "é"`), 1},
		},
		"a name of its own in an encoding without conversion": {
			{parse("é", dangerous), 1},
			{query("SET client_encoding = sql_ascii"), 1},
			{query(`PREPARE "è" AS SELECT 1; EXECUTE "é"`), 1},
		},
		"messages without an end in copy data that failed": {
			{query("PREPARE p AS SELECT 1; CREATE TEMP TABLE n (n int)"), 1},
			{query("COPY n FROM STDIN"), 0},
			{pipeline(one(pgtest.CopyData("bad\n"), bad, bad), query("DEALLOCATE p"), query("PREPARE p AS "+dangerous)), 5},
			{query("EXECUTE p"), 1},
		},
		"a Sync with a body in copy data that failed": {
			{query("PREPARE p AS SELECT 1; CREATE TEMP TABLE n (n int)"), 1},
			{pipeline(one(pgtest.Parse("", "COPY n FROM STDIN"), pgtest.Bind("", ""), pgtest.Execute("", 0), pgtest.Flush())), 0},
			{pipeline(one(pgtest.CopyData("bad\n"), oddSync, pgtest.CopyDone(), pgtest.Sync()), query("DEALLOCATE p"), query("PREPARE p AS "+dangerous)), 4},
			{query("EXECUTE p"), 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, nil, func(t *testing.T, s scene) {
				c := s.connect(t)
				alive := true
				for _, r := range rounds {
					if alive {
						c.Send(r.send...)
					}
					if r.ready == 0 {
						c.ReadUntil('G')
					}
					for i := 0; alive && i < r.ready; i++ {
						alive = readDenyingToEnd(t, s, c) // or the session was ended
					}
				}
				s.wantRows(t, "3")
			})
		})
	}
}
