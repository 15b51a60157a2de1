package session

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/holdfast-db/holdfast/proxy/internal/wire"
)

// newQuestionScript leaves the answers to questions about names to the test.
func newQuestionScript(t testing.TB) *script {
	s := newScript(t, Enforce)
	s.unanswered = true
	return s
}

// What goes to the server for a question outside of a transaction, inside of one, and
// after an error of it there.
var (
	oneOwn     = "C C P:_holdfast_ask:%s B:_holdfast_ask:_holdfast_ask E:_holdfast_ask C C"
	ownOutside = owns(limitItself, "?") + " S"
	ownInside  = owns(savepoint, limitItself, "?", rollbackTo, releaseIt) + " S"
	ownRescue  = owns(rollbackTo, releaseIt) + " S"
)

func owns(texts ...string) string {
	all := make([]string, len(texts))
	for i, text := range texts {
		all[i] = strings.Replace(oneOwn, "%s", text, 1)
	}
	return strings.Join(all, " ")
}

// answer lets the server answer the question; rows are from objectRows.
func (s *script) answer(wantServer, wantClient string, rows ...[]encoder) {
	s.t.Helper()
	var all []encoder
	for _, r := range rows {
		all = append(all, r...)
	}
	s.server(wantServer, wantClient, answerOf(s.core, all...)...)
}

// inTransaction begins a transaction.
func (s *script) inTransaction() {
	s.t.Helper()
	s.client("Q:begin", "", query("begin"))
	s.server("", "C:BEGIN Z:T", complete("BEGIN"), ready('T'))
}

func TestSparedOutside(t *testing.T) {
	for name, rows := range map[string][]encoder{
		"absent":    nil,
		"temporary": objectRows(1, "pg_temp_3", "x", "r", "temporary", "same"),
	} {
		s := newQuestionScript(t)
		s.client(ownOutside, "", query("drop table x"))
		if s.core.Held() || s.core.Idle() || !s.core.Owed() || !s.core.Inquiring() {
			t.Errorf("%s: held %v, idle %v, owed %v", name, s.core.Held(), s.core.Idle(), s.core.Owed())
		}
		s.answer("Q:drop table x", "", rows)
		s.server("", "C:DROP TABLE Z:I", complete("DROP TABLE"), ready('I'))
		if !s.core.Idle() || s.ask != nil || len(s.done) > 0 {
			t.Errorf("%s: people were asked: %+v", name, s.ask)
		}
	}
}

func TestHeldByItsFullName(t *testing.T) {
	s := newQuestionScript(t)
	s.client(ownOutside, "", query("drop table x"))
	s.answer("", "", objectRows(1, "public", "x", "r", "permanent"))
	a := s.held()
	if a.Verdict.Reason != "DROP TABLE public.x" || !a.PathKnown || a.SearchPath != `"$user", public` {
		t.Errorf("asked %+v", a)
	}
	s.core.Release("h")
	s.check("Q:drop table x", "")
}

// TestStandings: what is exempt, and what is not.
func TestStandings(t *testing.T) {
	for _, c := range []struct {
		sql, want string // the reason; empty is exempt
		rows      []encoder
	}{
		{"delete from x", "", objectRows(1, "pg_temp_3", "x", "p", "temporary", "same", "created")},
		{"delete from x", "DELETE pg_temp_3.x without WHERE", objectRows(1, "pg_temp_3", "x", "v", "temporary")},
		{"delete from x", "DELETE pg_temp_3.x without WHERE", objectRows(1, "pg_temp_3", "x", "r", "temporary", "same+code")},
		{"delete from x", "DELETE pg_temp_3.x without WHERE", objectRows(1, "pg_temp_3", "x", "r", "temporary", "permanent")},
		{"delete from x", "DELETE pg_temp_3.x without WHERE", objectRows(1, "pg_temp_3", "x", "r", "temporary", "none")},
		{"delete from x", "DELETE pg_temp_3.x without WHERE", objectRows(1, "pg_temp_3", "x", "r", "temporary", "unheard of")},
		{"drop view x", "", objectRows(1, "pg_temp_3", "x", "v", "temporary")},
		{"drop view x", "DROP VIEW public.x", objectRows(1, "public", "x", "r", "created")},
		{"drop index x", "", objectRows(1, "public", "x", "i", "created", "same")},
		{"drop table x", "DROP TABLE public.x", objectRows(1, "public", "x", "r")}, // nothing is said about it
		{"drop table x", "DROP TABLE x", append(objectRows(1, "a", "x", "r", "temporary"), objectRows(1, "b", "x", "r", "temporary")...)},
		{"drop table x", "DROP TABLE x", []encoder{textRow("2", "object", "", "", "", "")}},
		{"drop table x", "DROP TABLE x", []encoder{textRow("1", "what", "", "", "", "")}},
		{"drop table x", "DROP TABLE x", []encoder{textRow("1", "object")}},
		{"drop schema x", "DROP SCHEMA x", objectRows(1, "", "x", "")},
		{"drop type x", "DROP TYPE pg_temp_3.x", objectRows(1, "pg_temp_3", "x", "")},
		{"drop table x cascade", "DROP TABLE public.x CASCADE", objectRows(1, "public", "x", "r", strings.Split("created"+strings.Repeat(" same", maxParts), " ")...)},
		{"drop table x cascade", "", objectRows(1, "public", "x", "r", strings.Split("created"+strings.Repeat(" same", maxParts-1), " ")...)},
	} {
		s := newQuestionScript(t)
		s.inTransaction()
		s.client(ownInside, "", query(c.sql))
		if c.want == "" {
			s.answer("Q:"+c.sql, "", c.rows)
			continue
		}
		s.answer("", "", c.rows)
		if got := s.held().Verdict.Reason; got != c.want {
			t.Errorf("%s: held for %q, want %q", c.sql, got, c.want)
		}
	}
}

// TestAbsentInAnOldSnapshot: others may have made it since.
func TestAbsentInAnOldSnapshot(t *testing.T) {
	s := newQuestionScript(t)
	s.inTransaction()
	s.client(ownInside, "", query("drop table x"))
	s.core.Server([]byte(strings.Replace(string(encode(t, answerOf(s.core)...)), "read committed", "snapshot of me", 1)))
	s.check("", "")
	if r := s.held().Verdict.Reason; r != "DROP TABLE x" {
		t.Errorf("held for %q", r)
	}
}

// TestWaitsAsAWhole: as long as people are asked about a part, they are asked about
// all of it.
func TestWaitsAsAWhole(t *testing.T) {
	s := newQuestionScript(t)
	s.client(ownOutside, "", query("drop table if exists nope, x, y"))
	s.answer("", "", objectRows(2, "pg_temp_3", "x", "r", "temporary"), objectRows(3, "public", "y", "r", "permanent"))
	if a := s.held(); len(a.Statements) != 1 || len(a.Statements[0].Effects) != 3 || a.Statements[0].Effects[1].Target.String() != "pg_temp_3.x" {
		t.Errorf("asked about %+v", a.Statements)
	}
}

// TestFailedQuestion: the batch is held as if nobody had asked, and the client's
// transaction goes on.
func TestFailedQuestion(t *testing.T) {
	s := newQuestionScript(t)
	s.client(ownOutside, "", query("drop table x"))
	s.server("", "", closed3(), closed3(), parsed(), bound(), textRow("2s", "off"), complete("X"), closed3(), closed3(), failure("57014"), ready('I'))
	if a := s.held(); a.Verdict.Reason != "DROP TABLE x" || a.InTransaction || a.PathKnown {
		t.Errorf("asked %+v", a)
	}
	s = newQuestionScript(t)
	s.inTransaction()
	s.client(ownInside, "", query("drop table x"))
	s.server(ownRescue, "", closed3(), closed3(), parsed(), bound(), complete("X"), closed3(), closed3(), failure("42501"), ready('E'))
	s.server("", "", closed3(), closed3(), parsed(), bound(), complete("X"), closed3(), closed3(), closed3(), closed3(), parsed(), bound(), complete("X"), closed3(), closed3(), ready('T'))
	if a := s.held(); !a.InTransaction {
		t.Errorf("asked %+v", a)
	}
	s.core.Release("h")
	s.check("Q:drop table x", "")
	s.server("", "C:DROP TABLE Z:T", complete("DROP TABLE"), ready('T'))
}

// TestNoRescue: where the transaction cannot be saved the server says so itself.
func TestNoRescue(t *testing.T) {
	s := newQuestionScript(t)
	s.inTransaction()
	s.client(ownInside, "", query("drop table x"))
	for range maxRescues {
		s.server(ownRescue, "", failure("57014"), ready('E'))
	}
	s.server("Q:drop table x", "", failure("57014"), ready('E'))
	s.server("", "E:25P02 Z:E", failure("25P02"), ready('E'))
	if s.ask != nil {
		t.Error("people were asked about what the server refuses")
	}
}

// TestAsynchronousMessages: what the server sends of its own accord reaches the
// client, and what it says of our question does not.
func TestAsynchronousMessages(t *testing.T) {
	s := newQuestionScript(t)
	s.client(ownOutside, "", query("drop table x"))
	note := encode(t, noticeOf("00000"))
	s.core.Server(note[:7])
	s.check("", "")
	s.core.Server(note[7:])
	s.check("", "")
	s.core.Server(wire.AppendNotice(nil, wire.Error{Severity: "WARNING", Code: "57P02", Message: "m"}))
	s.check("", "N:57P02")
	s.core.Server([]byte("A\x00\x00\x00\x0b\x00\x00\x00\x01x\x00\x00"))
	s.check("", "A")
	s.server("", "S", setting("client_encoding", "LATIN1"))
	s.server("", "E:57P01", fatal("57P01"))
	if !s.core.ServerSaidGoodbye() {
		t.Error("the server's goodbye was not seen")
	}
}

// TestClientBytesWait: what the client sends on is kept, within bounds, and goes on
// behind what was asked about.
func TestClientBytesWait(t *testing.T) {
	s := newQuestionScript(t)
	s.client(ownOutside, "", query("drop table x"))
	s.client("", "", query("select 1"), query("drop table x"))
	s.core.Client(encode(t, query("select '"+strings.Repeat("x", MaxHeldInput)+"'")))
	if s.core.WantsClient() {
		t.Error("more is taken than there is room for")
	}
	s.answer("Q:drop table x Q:select 1", "")
	s.server("", "C:DROP TABLE Z:I", complete("DROP TABLE"), ready('I'))
	s.server(ownOutside, "C:SELECT 1 Z:I", complete("SELECT 1"), ready('I'))
}

func TestWithdrawnWhileAsking(t *testing.T) {
	s := newQuestionScript(t)
	if s.core.Withdraw() {
		t.Error("nothing was to be withdrawn")
	}
	s.client(ownOutside, "", query("drop table x"))
	if !s.core.Withdraw() {
		t.Error("it could not be withdrawn")
	}
	s.answer(`Q:"refused by holdfast"`, "")
	s.server("", "E:57014 Z:I", failure("42601"), ready('I'))
	if s.ask != nil || !s.core.Idle() {
		t.Errorf("asked %+v", s.ask)
	}
}

// TestNoQuestion: where something of the client is under way, in a failed transaction
// and in observe mode the server is asked nothing.
func TestNoQuestion(t *testing.T) {
	s := newQuestionScript(t)
	s.client("P::select 1 B:: E: H", "", parse("", "select 1"), bindTo("", ""), execute(""), flush())
	s.client("", "", parse("", "drop table x"), bindTo("", ""), execute(""), sync())
	if !s.held().InTransaction {
		t.Error("a batch is open")
	}
	s = newQuestionScript(t)
	s.inTransaction()
	s.client("Q:selec", "", query("selec"))
	s.server("", "E:42601 Z:E", failure("42601"), ready('E'))
	s.client("Q:drop table x", "", query("drop table x"))
	s = newQuestionScript(t)
	s.core.cfg.Mode = Observe
	s.client("Q:drop table x", "", query("drop table x"))
	s = newQuestionScript(t) // an implicit block has no savepoints
	s.client("P::select 1 B:: E: Q:select 1", "", parse("", "select 1"), bindTo("", ""), execute(""), query("select 1"))
	s.server("", "1 2 C:X C:SELECT 1 Z:T", parsed(), bound(), complete("X"), complete("SELECT 1"), ready('T'))
	s.client("", "", query("drop table x"))
	s.held()
	s = newQuestionScript(t) // also behind a batch whose end is told later
	s.client("Q:select 0 P::select 1 B:: E: Q:select 1", "", query("select 0"), parse("", "select 1"), bindTo("", ""), execute(""), query("select 1"))
	s.server("", "C:SELECT 1 Z:I 1 2 C:X C:SELECT 1 Z:T", complete("SELECT 1"), ready('I'), parsed(), bound(), complete("X"), complete("SELECT 1"), ready('T'))
	s.client("", "", query("drop table x"))
	s.held()
	s = newQuestionScript(t) // nor behind a COPY that has swallowed the Sync in front of a Query
	s.client("P::copy t from stdin B:: E: S c Q:select 1", "", parse("", "copy t from stdin"), bindTo("", ""), execute(""), sync(), copyDone(), query("select 1"))
	s.server("", "1 2 G C:COPY 0 C:SELECT 1 Z:T", parsed(), bound(), copyIn(), complete("COPY 0"), complete("SELECT 1"), ready('T'))
	s.client("", "", query("drop table x"))
	s.held()
	s = newQuestionScript(t) // who knows what that server is
	s.core.cfg.Answers = false
	s.client("", "", query("drop table x"))
	s.held()
	s = newQuestionScript(t) // a name like ours
	s.client("P:_holdfast_ask:select 1 S", "", parse(askName, "select 1"), sync())
	s.server("", "1 Z:I", parsed(), ready('I'))
	s.client("", "", query("drop table x"))
	s.held()
}

// names are those that the core asks about now.
func (s *script) names() string {
	var all []string
	for _, n := range s.core.question.names {
		all = append(all, n.Object+" "+n.Relation.String())
	}
	return strings.Join(all, ", ")
}

// TestAskedNames: only what is certain to mean the same when its statement runs.
func TestAskedNames(t *testing.T) {
	for sql, want := range map[string]string{
		"drop table x":                       "TABLE x",
		`drop table a, "b c"."d", pg_temp.e`: `TABLE a, TABLE "b c".d, TABLE pg_temp.e`,
		"drop table if exists x; create table x (id int); drop index y":               "TABLE x, INDEX y",
		"begin; drop table x; drop view v; truncate y":                                "TABLE x, VIEW v, TABLE y",
		"drop table x; insert into y values (1); select f()":                          "TABLE x",
		"drop table x; alter table y rename to z":                                     "TABLE x",
		"alter table y rename to x; drop table x":                                     "",
		"alter table y set schema z; drop table x":                                    "",
		"set search_path = z; drop table x":                                           "",
		"reset search_path; drop table x":                                             "",
		"insert into y values (1); drop table x":                                      "",
		"delete from y; drop table x":                                                 "",
		"select f(); drop table x":                                                    "",
		"select 1; drop table x":                                                      "", // of a view, who knows what it runs
		"create table y as select f(); drop table x":                                  "",
		"create table y (id int default f()); drop table x":                           "TABLE x", // run for rows, and there are none
		"do 'begin end'; drop table x":                                                "",
		"call p(); drop table x":                                                      "",
		"commit; drop table x":                                                        "",
		"rollback; drop table x":                                                      "",
		"rollback to a; drop table x":                                                 "",
		"create function f() returns int language sql as 'select 1'; drop table x":    "",
		"create schema z; drop table x":                                               "",
		"drop table x; execute p":                                                     "",
		"prepare p as delete from x; drop table x":                                    "",
		"alter table x drop column y":                                                 "TABLE x",
		"alter table x drop column y; drop table z":                                   "",
		"drop trigger g on x":                                                         "TABLE x",
		"alter domain d drop constraint c; drop table x":                              "",
		"drop database x":                                                             "",
		"do 'begin drop table x; end'":                                                "",
		"do 'begin alter table y rename to x; drop table x; end'":                     "",
		"create function f() returns void language sql as 'drop table x'; select f()": "",
		"create table y as with d as (delete from x returning *) select * from d":     "TABLE x",
		"copy (delete from x returning *) to stdout":                                  "TABLE x",
		"drop user mapping for ana server x":                                          "",
		"drop table x; drop user mapping for ana server x":                            "",
		"drop operator = (int, int); drop table x":                                    "",
		"drop table x; drop operator = (int, int)":                                    "TABLE x",
		"drop owned by x":                                                             "",
		"drop table other.public.x":                                                   "",
		"drop table größe, x":                                                         "TABLE x", // the server's encoding is not known
		"with d as (delete from x returning *) select * from d":                       "TABLE x",
		"explain analyze delete from x":                                               "TABLE x",
		"drop function f(int), g; drop type t; drop schema s; drop role r":            "FUNCTION f, FUNCTION g, TYPE t, SCHEMA s, ROLE r",
	} {
		s := newQuestionScript(t)
		s.core.Client(encode(t, query(sql)))
		s.core.Take()
		if !s.core.Inquiring() {
			t.Errorf("%s: nothing is asked", sql)
		} else if got := s.names(); got != want {
			t.Errorf("%s: asks for %q, want %q", sql, got, want)
		}
	}
}

// TestAskedInABatch is the same for the extended protocol.
func TestAskedInABatch(t *testing.T) {
	run := func(sql string) []encoder { return []encoder{parse("", sql), bindTo("", ""), execute("")} }
	batch := func(parts ...[]encoder) (all []encoder) {
		for _, p := range parts {
			all = append(all, p...)
		}
		return append(all, sync())
	}
	for name, c := range map[string]struct {
		before, batch []encoder
		want          string
	}{
		"one":                  {batch: batch(run("drop table x")), want: "TABLE x"},
		"described":            {batch: []encoder{parse("", "drop table x"), bindTo("", ""), describe('P', ""), execute(""), closeOf('S', ""), sync()}, want: "TABLE x"},
		"two":                  {batch: batch(run("drop table x"), run("create table x (id int)"), run("delete from y")), want: "TABLE x, TABLE y"},
		"rows":                 {batch: batch(run("delete from x")), want: "TABLE x"},
		"renamed before":       {batch: batch(run("alter table y rename to x"), run("drop table x"))},
		"a function before":    {batch: batch(run("select f()"), run("drop table x"))},
		"planned before":       {batch: batch([]encoder{parse("f", "select f()"), bindTo("f", "f")}, run("drop table x"))},
		"harmless before":      {batch: batch(run("select 1"), run("drop table x"))},
		"never executed":       {batch: batch([]encoder{parse("", "drop table x"), bindTo("", "")})},
		"bound again":          {batch: batch([]encoder{parse("a", "drop table x"), bindTo("", "a")}, run("select 1"))},
		"another portal":       {batch: batch([]encoder{parse("a", "drop table x"), bindTo("p", "a"), execute("")})},
		"closed":               {batch: batch([]encoder{parse("a", "drop table x"), bindTo("p", "a"), closeOf('P', "p"), execute("p")})},
		"prepared":             {before: []encoder{parse("a", "drop table x")}, batch: batch([]encoder{bindTo("", "a"), execute("")}), want: "TABLE x"},
		"rows, prepared":       {before: []encoder{parse("a", "delete from x")}, batch: batch([]encoder{bindTo("", "a"), execute("")})},
		"mixed with a Query":   {batch: []encoder{parse("", "select 1"), bindTo("", ""), execute(""), query("drop table x")}},
		"mixed with a COPY":    {batch: batch(run("drop table x"), []encoder{copyData("x")}, run("drop table y"))},
		"EXECUTE of something": {before: []encoder{parse("a", "delete from x")}, batch: batch(run("execute a"))},
	} {
		s := newQuestionScript(t)
		if c.before != nil {
			s.core.Client(encode(t, append(c.before, sync())...))
			s.core.Server(encode(t, parsed(), ready('I')))
			s.core.Take()
		}
		s.core.Client(encode(t, c.batch...))
		s.core.Take()
		if !s.core.Inquiring() {
			t.Errorf("%s: nothing is asked", name)
		} else if got := s.names(); got != c.want {
			t.Errorf("%s: asks for %q, want %q", name, got, c.want)
		}
	}
}

// TestWaitsForTheBatch: what was found waits for the end of its batch, however it is
// cut, and no longer than the client waits for nothing.
func TestWaitsForTheBatch(t *testing.T) {
	b := encode(t, parse("", "drop table x"), bindTo("", ""), execute(""), sync())
	for cut := range len(b) {
		s := newQuestionScript(t)
		s.core.Client(b[:cut])
		s.check("", "")
		s.core.Client(b[cut:])
		s.check(ownOutside, "")
		s.answer("P::drop table x B:: E: S", "")
	}
	s := newQuestionScript(t)
	s.client("", "", parse("", "drop table x"), bindTo("", ""))
	s.client(ownOutside, "", flush())
	if s.names() != "" {
		t.Error("it is not executed yet: names may mean something else by then")
	}
	s = newQuestionScript(t)
	s.client("", "", parse("", "drop table x"), bindTo("", ""))
	s.client(ownOutside, "", terminate())
	s = newQuestionScript(t)
	s.client("", "", parse("", "drop table x"), bindTo("", ""))
	s.client(ownOutside, "", parse("", "select '"+strings.Repeat("x", MaxHeldInput)+"'"))
}

// TestDeferredNameIsKnown: while the rest of a batch comes, what a name stands for may
// become known.
func TestDeferredNameIsKnown(t *testing.T) {
	s := newQuestionScript(t)
	s.client("P:a:select 1 S", "", parse("a", "select 1"), sync())
	s.server("", "1 Z:I", parsed(), ready('I'))
	s.client("C P:a:delete from t S", "", closeOf('S', "a"), parse("a", "delete from t"), sync(), bindTo("", "a"))
	s.server("", "3 1 Z:I", closed3(), parsed(), ready('I'))
	s.client(ownOutside, "", execute(""), sync())
	s.answer("", "")
	if a := s.held(); a.SQL != "delete from t" {
		t.Errorf("asked about %q", a.SQL)
	}
}

// TestHiddenName: dropping what hides a name makes it mean something else.
func TestHiddenName(t *testing.T) {
	temporary := objectRows(1, "pg_temp_3", "x", "r", "temporary")
	for sql, spared := range map[string]bool{
		"drop table x; drop table x": false, "drop table x; truncate x": false, "drop table x; drop table if exists nope": true,
		"truncate x; drop table x": true, "drop table x, x": true, "drop index i; drop table x": true, "drop view v cascade; drop table x": false,
	} {
		s := newQuestionScript(t)
		s.client(ownOutside, "", query(sql))
		rows := temporary
		switch {
		case strings.HasPrefix(sql, "drop index"):
			rows = append(objectRows(1, "pg_temp_3", "i", "i", "temporary"), objectRows(2, "pg_temp_3", "x", "r", "temporary")...)
		case strings.HasPrefix(sql, "drop view"): // takes x with it
			rows = append(objectRows(1, "pg_temp_3", "v", "v", "temporary"), textRow("1", "part", "2000", "temporary", "", ""))
			rows = append(rows, objectRows(2, "pg_temp_3", "x", "r", "temporary")...)
		}
		want := ""
		if spared {
			want = "Q:" + sql
		}
		s.answer(want, "", rows)
		if s.core.Held() == spared {
			t.Errorf("%s: held %v", sql, s.core.Held())
		}
	}
	s := newQuestionScript(t) // two names of one thing
	s.client(ownOutside, "", query("drop table pg_temp.x; drop table x"))
	second := objectRows(2, "pg_temp_3", "x", "r", "temporary")
	second[0] = textRow("2", "object", "pg_temp_3", "x", "r", "1000")
	s.answer("", "", temporary, second)
	s.held()
}

// TestQuestionAtTheirPlace: replies that come behind ours are the client's again.
func TestReportsOfTheSpared(t *testing.T) {
	s := newQuestionScript(t)
	s.client(ownOutside, "", query("drop table x; delete from y where id = 1"))
	s.answer("Q:drop table x; delete from y where id = 1", "", objectRows(2, "public", "y", "r", "permanent"))
	if want := []string{"delete public.y"}; len(s.rep) != 0 || !slices.Equal(s.uncounted, want) {
		t.Errorf("reports %+v, uncounted %+v", s.rep, s.uncounted)
	}
}

// TestSearchPathInTheBinding: a confirmation is good for the place where names are
// looked up.
func TestSearchPathInTheBinding(t *testing.T) {
	binding := func(path string) string {
		s := newQuestionScript(t)
		s.client(ownOutside, "", query("drop table x"))
		messages := encode(t, answerOf(s.core, objectRows(1, "public", "x", "r", "permanent")...)...)
		s.core.Server([]byte(strings.Replace(string(messages), `"$user", public`, path, 1)))
		s.check("", "")
		return s.held().Binding
	}
	if a, b := binding(`"$user", public`), binding(`"$user", backup`); a == b || a != binding(`"$user", public`) {
		t.Errorf("bindings %s and %s", a, b)
	}
	s := newQuestionScript(t)
	s.core.settings.reportedPath("a")
	s.inTransaction()
	s.client("P::select 1 B:: E: H", "", parse("", "select 1"), bindTo("", ""), execute(""), flush())
	s.client("", "", parse("", "drop table x"), bindTo("", ""), execute(""), sync())
	if s.held().PathKnown {
		t.Error("something is under way that may have set it")
	}
}

// FuzzAnswer throws bytes at a session that waits for an answer: no panic, and a
// table that stands for anything else than what is exempt is not dropped.
func FuzzAnswer(f *testing.F) {
	seed := newQuestionScript(f)
	seed.core.Client(encode(f, query("drop table x")))
	f.Add(encode(f, answerOf(seed.core)...))
	f.Add(encode(f, answerOf(seed.core, objectRows(1, "public", "x", "r", "temporary", "same")...)...))
	f.Add(encode(f, failure("57014"), ready('I')))
	f.Add(encode(f, parsed(), parsed(), textRow("1", "part", "x"), complete("X"), ready('I')))
	f.Fuzz(func(t *testing.T, server []byte) {
		s := newQuestionScript(t)
		s.core.Client(encode(t, query("drop table x")))
		s.core.Take()
		came := server
		for len(server) > 0 && s.core.Inquiring() {
			n := min(len(server), 11)
			s.core.Server(server[:n])
			server = server[n:]
		}
		out := s.core.Take()
		toServer := clientWords(join(out.ToServer))
		if strings.Contains(toServer, "drop") && out.Ask != nil {
			t.Errorf("it is held and forwarded: %q", toServer)
		}
		said := serverWords(came)
		if strings.Contains(toServer, "drop") && (strings.Count(said, "1") < 2 || !strings.Contains(said, "C:") || strings.Contains(said, "E:")) {
			t.Errorf("it is forwarded after %q", said)
		}
	})
}

// TestSparedAfterWaiting: what is judged anew, since a name was in flight, is reported
// all the same when it goes on unasked.
func TestSparedAfterWaiting(t *testing.T) {
	s := newQuestionScript(t)
	s.client("Q:prepare p as select 1", "", query("prepare p as select 1"))
	s.client("", "", parse("", "execute p"), bindTo("", ""), execute(""), parse("", "drop table x"), bindTo("", ""), execute(""), sync())
	s.server(ownOutside, "C:PREPARE Z:I", complete("PREPARE"), ready('I'))
	if s.names() != "" {
		t.Errorf("asks for %q behind an EXECUTE", s.names())
	}
	s = newQuestionScript(t)
	s.client("P:a:select 1 S", "", parse("a", "select 1"), sync())
	s.client("", "", bindTo("", "a"), parse("", "drop table x"), bindTo("", ""), execute(""), parse("", "delete from y where id = 1"), bindTo("", ""), execute(""), sync())
	s.server(ownOutside, "1 Z:I", parsed(), ready('I'))
	s.answer("B::a P::drop table x B:: E: P::delete from y where id = 1 B:: E: S", "")
	if want := []string{"delete y"}; len(s.rep) != 0 || !slices.Equal(s.uncounted, want) {
		t.Errorf("reports %+v, uncounted %+v", s.rep, s.uncounted)
	}
}

// TestManyNames: beyond a bound none is asked for.
func TestManyNames(t *testing.T) {
	list := func(n int) string {
		all := make([]string, n)
		for i := range all {
			all[i] = fmt.Sprintf("t%d", i)
		}
		return "drop table " + strings.Join(all, ", ")
	}
	for n, want := range map[int]int{maxAsked: maxAsked, maxAsked + 1: 0, 20000: 0} {
		s := newQuestionScript(t)
		s.core.Client(encode(t, query(list(n))))
		s.core.Take()
		if got := len(s.core.question.names); got != want {
			t.Errorf("of %d names %d are asked for", n, got)
		}
	}
}
