package session

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unique"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/holdfast-db/holdfast/internal/event"
	"github.com/holdfast-db/holdfast/proxy/internal/wire"
	"github.com/holdfast-db/holdfast/rules"
)

// sums is a script whose tallies are collected, each as a line: "orders -5 ~2 !1" is
// five deleted, two updated and one undone; "orders ^1" was emptied once.
type sums struct {
	*script
	lines []string
	rows  []event.Rows
	who   event.Origin
}

func newSums(t testing.TB, mode Mode) *sums {
	s := &sums{script: newScript(t, mode)}
	s.core.cfg.Tally = s.tally
	return s
}

func (s *sums) tally(who unique.Handle[event.Origin], sums []event.Sum) {
	s.who = who.Value()
	s.rows = nil
	var line []string
	for _, sum := range sums {
		r := sum.Rows()
		s.rows = append(s.rows, r)
		line = append(line, r.Table)
		for _, n := range []struct {
			mark  string
			count int64
		}{{"-", r.Deleted}, {"~", r.Updated}, {"!", r.Undone}, {"^", r.Emptied}} {
			if n.count != 0 {
				line = append(line, fmt.Sprint(n.mark, n.count))
			}
		}
	}
	s.lines = append(s.lines, strings.TrimSpace(strings.Join(line, " ")))
}

// run sends a Query and lets the server answer it with tags, or errors as
// "!SQLSTATE", and the status behind them.
func (s *sums) run(text string, status byte, tags ...string) {
	s.t.Helper()
	s.core.Client(encode(s.t, query(text)))
	s.core.Take()
	s.core.Server(encode(s.t, append(replies(tags), ready(status))...))
	s.core.Take()
}

// batch sends Parse, Bind and Execute of each text, and a Sync.
func (s *sums) batch(status byte, answered ...string) {
	s.t.Helper()
	var client, server []encoder
	failed := false
	for i := 0; i < len(answered); i += 2 {
		client = append(client, parse("", answered[i]), bindTo("", ""), execute(""))
		if !failed {
			server = append(append(server, parsed(), bound()), replies(answered[i+1:i+2])...)
		}
		failed = failed || strings.HasPrefix(answered[i+1], "!")
	}
	s.core.Client(encode(s.t, append(client, sync())...))
	s.core.Take()
	s.core.Server(encode(s.t, append(server, ready(status))...))
	s.core.Take()
}

func replies(tags []string) (all []encoder) {
	for _, tag := range tags {
		if code, failed := strings.CutPrefix(tag, "!"); failed {
			all = append(all, failure(code))
			continue
		}
		all = append(all, complete(tag))
	}
	return all
}

func (s *sums) want(lines ...string) {
	s.t.Helper()
	if got, want := strings.Join(s.lines, "\n"), strings.Join(lines, "\n"); got != want {
		s.t.Errorf("tallies:\n%s\nwant:\n%s", got, want)
	}
	s.lines = nil
}

func TestTagsOfStatements(t *testing.T) {
	for _, c := range []struct{ text, tag, want string }{
		{"delete from orders where id = 1", "DELETE 1", "orders -1"},
		{"delete from public.orders where id = 1", "DELETE 1", "orders -1"},
		{"delete from audit.orders where id = 1", "DELETE 3", "audit.orders -3"},
		{`delete from only "Orders" o using x where o.id = x.id returning *`, "DELETE 3", "Orders -3"},
		{"update orders set a = 1 where id = 1", "UPDATE 4", "orders ~4"},
		{"delete from orders where id = 1", "DELETE 0", ""},
		{"delete from orders where id = 1", "DELETE 99999999999999999999999", ""},
		{"with gone as (delete from a where id = 1 returning id) delete from b where id in (select id from gone)", "DELETE 2", "b -2"},
		{"with gone as (delete from a where id = 1 returning id) select * from gone", "SELECT 2", ""},
		{"with gone as (delete from a where id = 1 returning id) insert into b select id from gone", "INSERT 0 2", ""},
		{"insert into a values (1) on conflict (id) do update set n = 1", "INSERT 0 1", ""},
		{"merge into a using b on a.id = b.id when matched then delete", "MERGE 7", "a -7"},
		{"merge into a using b on a.id = b.id when matched and a.x then delete when matched then do nothing", "MERGE 7", "a -7"},
		{"merge into a using b on a.id = b.id when matched then update set n = 1", "MERGE 7", "a ~7"},
		{"merge into a using b on a.id = b.id when matched and a.x then delete when matched then update set n = 1", "MERGE 7", ""},
		{"merge into a using b on a.id = b.id when matched then delete when not matched then insert values (1)", "MERGE 7", ""},
		{"explain analyze delete from orders where id = 1", "EXPLAIN", ""},
		{"copy (delete from orders where id = 1 returning *) to stdout", "COPY 6", "orders -6"},
		{"copy (with gone as (delete from a returning id) select * from gone) to stdout", "COPY 6", ""},
		{"copy orders to stdout", "COPY 6", ""},
		{"select purge_orders()", "SELECT 1", ""},
		{"truncate orders, audit.orders", "TRUNCATE TABLE", "orders ^1 audit.orders ^1"},
		{"drop table public.orders", "DROP TABLE", "orders ^1"},
		{"drop view orders", "DROP VIEW", ""},
		{"drop schema audit cascade", "DROP SCHEMA", ""},
		{"delete frm orders where", "DELETE 5", "-5"}, // text that our grammar does not read
	} {
		for _, extended := range []bool{false, true} {
			s := newSums(t, Observe)
			if extended {
				s.batch('I', c.text, c.tag)
			} else {
				s.run(c.text, 'I', c.tag)
			}
			if got := strings.Join(s.lines, "\n"); got != c.want {
				t.Errorf("%s, extended %v: %q, want %q", c.text, extended, got, c.want)
			}
		}
	}
}

func TestTalliesOfTransactions(t *testing.T) {
	const a, b, bad = "delete from a where id = 1", "delete from b where id = 1", "select 1/0"
	type step struct {
		text   string
		status byte
		tags   []string
	}
	run := func(text string, status byte, tags ...string) step { return step{text, status, tags} }
	for name, c := range map[string]struct {
		steps []step
		want  []string
	}{
		"autocommit": {[]step{run(a, 'I', "DELETE 1"), run(b, 'I', "DELETE 2")}, []string{"a -1", "b -2"}},
		"block": {[]step{run("begin", 'T', "BEGIN"), run(a, 'T', "DELETE 1"), run(b, 'T', "DELETE 2"), run(a, 'T', "DELETE 4"),
			run("commit", 'I', "COMMIT")}, []string{"a -5 b -2"}},
		"rollback": {[]step{run("begin", 'T', "BEGIN"), run(a, 'T', "DELETE 1"), run("abort", 'I', "ROLLBACK")}, []string{"a !1"}},
		"commit of a failed one": {[]step{run("begin", 'T', "BEGIN"), run(a, 'T', "DELETE 1"), run(bad, 'E', "!22012"),
			run("commit", 'I', "ROLLBACK")}, []string{"a !1"}},
		"commit that fails": {[]step{run("begin", 'T', "BEGIN"), run(a, 'T', "DELETE 1"), run("commit", 'I', "!23503")}, []string{"a !1"}},
		"chain": {[]step{run("begin", 'T', "BEGIN"), run(a, 'T', "DELETE 1"), run("commit and chain", 'T', "COMMIT"),
			run(b, 'T', "DELETE 2"), run("rollback and chain", 'T', "ROLLBACK"), run(b, 'T', "DELETE 3"), run("commit", 'I', "COMMIT")},
			[]string{"a -1", "b !2", "b -3"}},
		"prepared": {[]step{run("begin", 'T', "BEGIN"), run(a, 'T', "DELETE 1"), run("prepare transaction 'x'", 'I', "PREPARE TRANSACTION"),
			run("rollback prepared 'x'", 'I', "ROLLBACK PREPARED")}, []string{"a -1"}},
		"preparing a failed one": {[]step{run("begin", 'T', "BEGIN"), run(a, 'T', "DELETE 1"), run(bad, 'E', "!22012"),
			run("prepare transaction 'x'", 'I', "ROLLBACK")}, []string{"a !1"}},
		"string":            {[]step{run(a+";"+b, 'I', "DELETE 1", "DELETE 2")}, []string{"a -1 b -2"}},
		"string that fails": {[]step{run(a+";"+bad+";"+b, 'I', "DELETE 1", "!22012"), run(b, 'I', "DELETE 2")}, []string{"a !1", "b -2"}},
		"string with a commit": {[]step{run(a+"; commit; "+b+";"+bad, 'I', "DELETE 1", "COMMIT", "DELETE 2", "!22012")},
			[]string{"a -1", "b !2"}},
		"string that begins": {[]step{run(a+"; begin; "+b, 'T', "DELETE 1", "BEGIN", "DELETE 2"), run("commit", 'I', "COMMIT")}, []string{"a -1 b -2"}},
		"string that begins and fails": {[]step{run("begin; "+a+"; "+bad, 'E', "BEGIN", "DELETE 1", "!22012"),
			run("rollback", 'I', "ROLLBACK")}, []string{"a !1"}},
		"savepoints": {[]step{run("begin", 'T', "BEGIN"), run(a, 'T', "DELETE 1"), run("savepoint s", 'T', "SAVEPOINT"), run(a, 'T', "DELETE 2"),
			run(bad, 'E', "!22012"), run("rollback to s", 'T', "ROLLBACK"), run(b, 'T', "DELETE 4"), run("commit", 'I', "COMMIT")},
			[]string{"a -1 !2 b -4"}},
		"savepoints of one name": {[]step{run("begin", 'T', "BEGIN"), run("savepoint s", 'T', "SAVEPOINT"), run(a, 'T', "DELETE 1"),
			run("savepoint S", 'T', "SAVEPOINT"), run(a, 'T', "DELETE 2"), run("rollback to savepoint s", 'T', "ROLLBACK"),
			run("release s", 'T', "RELEASE"), run(b, 'T', "DELETE 4"), run("rollback to s", 'T', "ROLLBACK"), run("commit", 'I', "COMMIT")},
			[]string{"a !3 b !4"}},
		"release": {[]step{run("begin", 'T', "BEGIN"), run("savepoint o", 'T', "SAVEPOINT"), run(a, 'T', "DELETE 1"),
			run("savepoint i", 'T', "SAVEPOINT"), run(a, 'T', "DELETE 2"), run(b, 'T', "DELETE 8"), run("release o", 'T', "RELEASE"),
			run("commit", 'I', "COMMIT")}, []string{"a -3 b -8"}},
		"savepoints in one string": {[]step{run("begin; "+a+"; savepoint s; "+b+"; rollback to s; "+a+"; commit", 'I',
			"BEGIN", "DELETE 1", "SAVEPOINT", "DELETE 2", "ROLLBACK", "DELETE 4", "COMMIT")}, []string{"a -5 b !2"}},
		"CALL that commits": {[]step{run("call p()", 'I', "CALL"), run(a, 'I', "DELETE 1")}, []string{"a -1"}},
		"unread rollback":   {[]step{run("begin", 'T', "BEGIN"), run(a, 'T', "DELETE 1"), run("rollbck", 'I', "ROLLBACK")}, []string{"a !1"}},
		"unread rollback to": {[]step{run("begin", 'T', "BEGIN"), run(a, 'T', "DELETE 1"), run("savepoint s", 'T', "SAVEPOINT"), run(b, 'T', "DELETE 2"),
			run("rollbck", 'T', "ROLLBACK"), run("commit", 'I', "COMMIT")}, []string{"a -1 b !2"}},
		"unread savepoint": {[]step{run("begin", 'T', "BEGIN"), run("savepoint s", 'T', "SAVEPOINT"), run(a, 'T', "DELETE 1"), run("savpoint", 'T', "SAVEPOINT"),
			run(b, 'T', "DELETE 2"), run("rollback to s", 'T', "ROLLBACK"), run("commit", 'I', "COMMIT")}, []string{"a -1 b !2"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSums(t, Observe)
			for _, step := range c.steps {
				s.run(step.text, step.status, step.tags...)
			}
			s.want(c.want...)
			if !s.core.tally.empty() {
				t.Error("something is left of the transaction")
			}
		})
	}
}

func TestTalliesOfPipelines(t *testing.T) {
	s := newSums(t, Observe)
	s.batch('I', "delete from a where id = 1", "DELETE 1", "delete from b where id = 1", "DELETE 2")
	s.batch('I', "delete from a where id = 1", "DELETE 1", "select 1/0", "!22012", "delete from b where id = 1", "")
	s.batch('I', "delete from a where id = 1", "DELETE 1", "commit", "COMMIT", "delete from b where id = 1", "DELETE 2", "select 1/0", "!22012")
	s.batch('T', "begin", "BEGIN", "delete from a where id = 1", "DELETE 1", "savepoint s", "SAVEPOINT", "delete from a where id = 1", "DELETE 2")
	s.batch('E', "select 1/0", "!22012")
	s.batch('I', "rollback to s", "ROLLBACK", "delete from b where id = 1", "DELETE 4", "commit", "COMMIT")
	s.want("a -1 b -2", "a !1", "a -1", "b !2", "a -1 !2 b -4")
}

// TestTalliesOfTwoBatchesInFlight: an error undoes its own batch.
func TestTalliesOfTwoBatchesInFlight(t *testing.T) {
	s := newSums(t, Observe)
	one := []encoder{parse("", "delete from a where id = 1"), bindTo("", ""), execute(""), sync()}
	two := []encoder{parse("", "delete from b where id = 1"), bindTo("", ""), execute(""), parse("", "select 1/0"), bindTo("", ""), execute(""), sync()}
	s.core.Client(encode(t, append(append(append([]encoder{}, two...), one...), two...)...))
	s.core.Server(encode(t, parsed(), bound(), complete("DELETE 1"), parsed(), bound(), failure("22012"), ready('I'),
		parsed(), bound(), complete("DELETE 2"), ready('I'),
		parsed(), bound(), complete("DELETE 4"), parsed(), bound(), complete("SELECT 1"), ready('I')))
	s.want("b !1", "a -2", "b -4")
}

func TestTalliesOfPreparedStatements(t *testing.T) {
	s := newSums(t, Enforce)
	s.run("prepare d as delete from a where id = $1", 'I', "PREPARE")
	s.run("execute d(1)", 'I', "DELETE 1")
	s.batch('I', "execute d(1)", "DELETE 2")
	s.run("explain analyze execute d(1)", 'I', "EXPLAIN")
	s.want("a -1", "a -2")
	if got := s.rows[0].Example; got != "prepare d as delete from a where id = $1" {
		t.Errorf("the example is %q", got)
	}

	s.core.Client(encode(t, parse("p", "delete from b where id = $1"), sync(), bindTo("", "p"), execute(""), sync(), bindTo("", "p"), execute(""), sync()))
	s.core.Server(encode(t, parsed(), ready('I'), bound(), complete("DELETE 1"), ready('I'), bound(), complete("DELETE 1"), ready('I')))
	s.want("b -1", "b -1")

	// Which of two statements the Bind found is not certain until the Parse is answered.
	s.core.Client(encode(t, parse("p", "delete from c where id = $1"), sync(), bindTo("", "p"), execute(""), sync()))
	s.core.Server(encode(t, failure("42P05"), ready('I'), bound(), complete("DELETE 1"), ready('I')))
	s.want("-1")

	s.run("execute nobody_saw_this", 'I', "DELETE 3")
	s.want()
	if !s.core.Held() {
		t.Error("it is not held")
	}
	s.core.Release("h3x8m2qd")
	s.core.Take()
	s.core.Server(encode(t, complete("DELETE 3"), ready('I')))
	s.want("-3")
}

// TestTallyOfPartsFetched: the tag has the rows of the last part only.
func TestTallyOfPartsFetched(t *testing.T) {
	s := newSums(t, Enforce)
	part := func(rows uint32) encoder { return &pgproto3.Execute{MaxRows: rows} }
	s.core.Client(encode(t, parse("", "delete from a where id < $1 returning id"), bindTo("", ""), part(2), part(2), part(0), sync()))
	s.core.Server(encode(t, parsed(), bound(), row("1"), row("2"), &pgproto3.PortalSuspended{}, row("3"), row("4"), &pgproto3.PortalSuspended{},
		row("5"), complete("DELETE 1"), ready('I')))
	s.want("a -5")

	s.core.Client(encode(t, parse("", "select id from a"), bindTo("", ""), part(2), sync()))
	s.core.Server(encode(t, parsed(), bound(), row("1"), row("2"), &pgproto3.PortalSuspended{}, ready('I')))
	s.want()
}

// TestTallyOfAHold: what people let go counts as all else.
func TestTallyOfAHold(t *testing.T) {
	s := newSums(t, Enforce)
	s.client("", "", query("delete from a"))
	s.held()
	s.core.Release("h3x8m2qd")
	s.check("Q:delete from a", "")
	s.server("", "C:DELETE 9 Z:I", complete("DELETE 9"), ready('I'))
	s.want("a -9")

	s.client("Q:begin", "", query("begin"))
	s.server("", "C:BEGIN Z:T", complete("BEGIN"), ready('T'))
	s.run("delete from b where id = 1", 'T', "DELETE 1")
	s.client("", "", query("delete from a"))
	s.held()
	s.core.Refuse(denied, "h3x8m2qd")
	s.core.Take()
	s.core.Server(encode(t, failure("26000"), ready('E')))
	s.run("rollback", 'I', "ROLLBACK")
	s.want("b !1")
}

// TestTallyOfEmptied: a table is emptied when that is committed, and when the server has
// not said that it is another one than it seems.
func TestTallyOfEmptied(t *testing.T) {
	s := newSums(t, Enforce)
	s.client("Q:begin", "", query("begin"))
	s.server("", "C:BEGIN Z:T", complete("BEGIN"), ready('T'))
	for _, end := range []struct{ text, want string }{{"commit", "a ^1"}, {"rollback", ""}} {
		s.client("", "", query("truncate a"))
		s.held()
		s.core.Release("h3x8m2qd")
		s.core.Take()
		s.core.Server(encode(t, complete("TRUNCATE TABLE"), ready('T')))
		s.core.Take()
		s.run(end.text, 'I', strings.ToUpper(end.text))
		if got := strings.Join(s.lines, "\n"); got != end.want {
			t.Errorf("%s: %q, want %q", end.text, got, end.want)
		}
		s.lines = nil
		s.run("begin", 'T', "BEGIN")
	}
	s = &sums{script: newQuestionScript(t)}
	s.core.cfg.Tally = s.tally
	s.client(ownOutside, "", query("truncate x"))
	s.answer("Q:truncate x", "", objectRows(1, "pg_temp_3", "x", "r", "temporary", "same"))
	s.server("", "C:TRUNCATE TABLE Z:I", complete("TRUNCATE TABLE"), ready('I'))
	s.want()
}

// TestTallyWhenTheConnectionEnds: an open transaction is rolled back by that, unless
// its end was under way.
func TestTallyWhenTheConnectionEnds(t *testing.T) {
	s := newSums(t, Enforce)
	s.run("begin", 'T', "BEGIN")
	s.run("delete from a where id = 1", 'T', "DELETE 1")
	s.core.End(wire.Error{}, nil)
	s.core.Over()
	s.want("a !1")

	s = newSums(t, Enforce)
	s.run("begin", 'T', "BEGIN")
	s.run("delete from a where id = 1", 'T', "DELETE 1")
	s.client("Q:commit", "", query("commit"))
	s.core.End(wire.Error{}, nil)
	s.core.Over()
	s.want()
}

// TestTallyOfUnclearReplies: in observe mode it can get lost which statement is answered;
// the server's numbers count all the same.
func TestTallyOfUnclearReplies(t *testing.T) {
	s := newSums(t, Observe)
	s.core.Client(encode(t, parse("", "copy t from stdin"), bindTo("", ""), execute(""), sync()))
	s.core.Server(encode(t, parsed(), bound(), copyIn()))
	s.core.Server(encode(t, failure("22P02")))
	s.core.Client(encode(t, parse("", "delete from a where id = 1"), bindTo("", ""), execute("")))
	if !s.core.resync.blind {
		t.Fatal("the script does not lose its place any more")
	}
	s.core.Server(encode(t, ready('I'), parsed(), bound(), complete("DELETE 2")))
	s.core.Client(encode(t, sync()))
	s.core.Server(encode(t, ready('I')))
	s.want("-2")
}

// TestExampleHasNoValues: neither literals nor comments nor passwords.
func TestExampleHasNoValues(t *testing.T) {
	s := newSums(t, Observe)
	s.run("/* ana 4711 */ delete from accounts\nwhere password = 'secret' -- secret\n and n = 4711 and x = $$secret$$ and y = E'secret' and z = 'é"+
		strings.Repeat("é", 100)+"'", 'I', "DELETE 1")
	s.want("accounts -1")
	if got, want := s.rows[0].Example, "delete from accounts where password = ? and n = ? and x = ? and y = ? and z = ?"; got != want {
		t.Errorf("the example is %q, want %q", got, want)
	}
	s.run("delete from accounts where "+strings.Repeat("täßt is not null and ", 20)+"id = 1", 'I', "DELETE 1")
	if e := s.rows[0].Example; len(e) > rules.MaxExample || !strings.HasSuffix(e, "...") || strings.ToValidUTF8(e, "") != e {
		t.Errorf("the example is %q", e)
	}
	s.run("update accounts set password = 'secret' where id = 1", 'I', "UPDATE 1")
	if s.rows[0].Example != "" {
		t.Errorf("an update has the example %q", s.rows[0].Example)
	}
}

// TestTallySaysWho: by the name that the application has when the transaction is over.
func TestTallySaysWho(t *testing.T) {
	s := newSums(t, Enforce)
	for _, app := range []string{"psql", "purge", ""} {
		s.core.Server(encode(t, setting("application_name", app)))
		s.core.Take()
		s.run("delete from a where id = 1", 'I', "DELETE 1")
		if want := event.From(s.core.Origin()); s.who != want || s.who.Application != app || s.who.User == "" {
			t.Errorf("the rows were deleted by %+v, want %+v", s.who, want)
		}
	}
}

// TestTallyOfOneStatement: what is noted of a text with one statement is what its facts
// say, and no other tag's.
func TestTallyOfOneStatement(t *testing.T) {
	s := newSums(t, Enforce)
	s.run("delete from a where id = 1", 'I', "UPDATE 2", "DELETE 3") // of a server that is none
	s.run("with x as (select 1) delete from b where id = 1", 'I', "DELETE 4")
	s.run("/* c */ update c set n = 1 where id = 1", 'I', "UPDATE 5")
	s.want("-3 ~2", "b -4", "c ~5")
}

// TestNobodyWantsTallies: nothing is summed then, nor in mode off.
func TestNobodyWantsTallies(t *testing.T) {
	s := newSums(t, Enforce)
	s.core.cfg.Tally = nil
	s.run("begin", 'T', "BEGIN")
	s.run("savepoint a", 'T', "SAVEPOINT")
	s.run("delete from a where id = 1", 'T', "DELETE 1")
	if !reflect.ValueOf(s.core.tally).IsZero() {
		t.Error("it is summed")
	}
	s = newSums(t, Off)
	s.run("delete from a where id = 1", 'I', "DELETE 1")
	s.want()
}

// TestTallyCostsNothingAtRest: a session that rests keeps no room for sums, and one
// that deletes all day does not allocate for them.
func TestTallyCostsNothingAtRest(t *testing.T) {
	s := newSums(t, Enforce)
	s.core.cfg.Tally = func(unique.Handle[event.Origin], []event.Sum) {}
	client, server := encode(t, query("delete from a where id = 1")), encode(t, complete("DELETE 1"), ready('I'))
	once := func() {
		s.core.Client(client)
		s.core.Take()
		s.core.Server(server)
		s.core.Take()
	}
	once()
	with := testing.AllocsPerRun(100, once)
	s.core.cfg.Tally = nil
	if without := testing.AllocsPerRun(100, once); with > without {
		t.Errorf("%v allocations with sums, %v without", with, without)
	}
	if s.core.Rest(); !reflect.ValueOf(s.core.tally).IsZero() {
		t.Error("room for sums is kept")
	}
	s.core.cfg.Tally = func(unique.Handle[event.Origin], []event.Sum) {}
	s.run("begin", 'T', "BEGIN")
	s.run("select 1", 'T', "SELECT 1")
	if !reflect.ValueOf(s.core.tally).IsZero() {
		t.Error("there are sums of a transaction that only reads")
	}
}
