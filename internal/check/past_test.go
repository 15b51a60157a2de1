package check_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/check"
	"github.com/holdfast-db/holdfast/internal/history"
	"github.com/holdfast-db/holdfast/rules"
)

func TestShape(t *testing.T) {
	for _, c := range []struct{ sql, want string }{
		{"DELETE FROM t /* x */ WHERE a = 'it''s' AND b IN (1, 2.5, $3) -- y", "DELETE FROM t WHERE a = ? AND b IN (?)"},
		{"INSERT INTO s.t (a,b) VALUES (E'x', U&'y', B'1', $$z$$, .5)", "INSERT INTO s.t (a, b) VALUES (?)"},
		{`SELECT "A b".c::int, count(*) FROM t[1]`, `SELECT "A b".c::int, count (*) FROM t[?]`},
		{"ALTER ROLE x PASSWORD 'secret'", "ALTER ROLE x PASSWORD ?"},
		{"SELECT 'secret without an end", "SELECT ..."},
		{"", ""},
	} {
		if got := check.Shape(c.sql); got != c.want {
			t.Errorf("%s\ngot  %s\nwant %s", c.sql, got, c.want)
		}
	}
}

func newPast() (*check.Past, *time.Time) {
	now := time.Now()
	judge := newJudge()
	judge.Origin = rules.Origin{Host: "shop-prod", User: "nobody"}
	return check.NewPast(judge, &now), &now
}

// What sessions prepare is theirs alone, and what the log says counts.
func TestPastFollowsSessions(t *testing.T) {
	p, now := newPast()
	given := *now
	at := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for i, st := range []history.Statement{
		{Session: "1", SQL: "PREPARE p AS DELETE FROM t"},
		{Session: "2", SQL: "PREPARE p AS SELECT 1"},
		{Session: "1", SQL: "EXECUTE p", Sender: history.Sender{User: "ana"}},         // held
		{Session: "2", SQL: "EXECUTE p"},                                              // allowed
		{Session: "3", SQL: "EXECUTE p"},                                              // nobody knows
		{SQL: "EXECUTE p"},                                                            // no session
		{Session: "3", SQL: "EXECUTE q", Prepared: "PREPARE q AS UPDATE t SET a = 1"}, // held
		{Session: "3", Function: 964},                                                 // lo_unlink: held
		{Session: "3", Function: 1598},                                                // a function that nobody knows: held
		{Session: "4", SQL: "DELETE FROM \"\xe4\" WHERE a = 1"},                       // a database in LATIN1
		{SQL: "DELETE FROM t WHERE $1 = $2", Placeholders: true, Calls: 5},            // held
		{SQL: "DELETE FROM t WHERE b < interval $1", Placeholders: true},              // filtered
		{SQL: "ALTER ROLE x PASSWORD $1", Placeholders: true},                         // harmless
		{SQL: "SET standard_conforming_strings = $1", Placeholders: true},             // nobody knows to what
	} {
		st.At, st.Line = at.Add(time.Duration(i)*time.Minute), i+1
		st.Calls = max(st.Calls, 1)
		p.Add("log", st)
	}
	total := p.Total()
	var got []string
	for _, r := range total.Rules {
		got = append(got, fmt.Sprintf("%s %s %d/%d %s %d", r.Action, r.Rule, r.Times, r.Distinct, strings.Join(r.Users, "+"), r.Example.Line))
	}
	want := []string{"hold deletes 6/2 ana+nobody 3", "hold opaque 2/1 nobody 8", "hold settings 1/1 nobody 14", "hold updates 1/1 nobody 7"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if total.Statements != 18 || total.Times[rules.Measure] != 4 || !total.From.Equal(at) || !total.To.Equal(at.Add(13*time.Minute)) {
		t.Errorf("total %+v", total)
	}
	if !now.Equal(given) {
		t.Error("the time that was given is not what it was")
	}
}

// A session that prepares without an end is forgotten, and costs no more memory.
func TestPastIsBounded(t *testing.T) {
	p, _ := newPast()
	for i := range 5000 {
		p.Add("log", history.Statement{Session: "1", SQL: fmt.Sprintf("PREPARE p%d AS DELETE FROM t%d", i, i), Calls: 1})
	}
	p.Add("log", history.Statement{Session: "1", SQL: "EXECUTE p1", Calls: 1})
	p.Add("log", history.Statement{Session: "1", SQL: "EXECUTE p4999", Calls: 1})
	if total := p.Total(); total.Times[rules.Measure] != 1 || total.Times[rules.Hold] != 1 {
		t.Errorf("total %+v", total)
	}
}

// What earlier texts define decides what later ones do, in every session.
func TestDefinitionsAreRemembered(t *testing.T) {
	judge := newJudge()
	judge.Defined = &rules.Definitions{}
	for _, c := range []struct{ text, want string }{
		{"SELECT purge()", "measure opaque"},
		{"CREATE FUNCTION purge() RETURNS void LANGUAGE sql AS 'DELETE FROM t'", "warn deletes"},
		{"SELECT purge()", "hold deletes"},
		{"CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'; SELECT one()", "allow "},
		{"SELECT one()", "allow "},
		{"INSERT INTO log VALUES (1)", "allow "},
		{"CREATE RULE r AS ON INSERT TO log DO ALSO DELETE FROM t", "warn deletes"},
		{"INSERT INTO log VALUES (1)", "hold deletes"},
		{"PREPARE p AS INSERT INTO log VALUES (1); EXECUTE p", "hold deletes"},
		{"CREATE PROCEDURE tidy() LANGUAGE plpgsql AS 'BEGIN PERFORM 1; END'", "allow "},
		{"CALL tidy()", "allow "},
	} {
		v := judge.NewSession().Text([]byte(c.text)).Verdict
		if got := v.Action.String() + " " + v.Rule; got != c.want {
			t.Errorf("%s: got %s, want %s", c.text, got, c.want)
		}
	}
}

// A name that was prepared before its function was created runs the new one.
func TestDefinitionsReachWhatWasPrepared(t *testing.T) {
	judge := newJudge()
	judge.Defined = &rules.Definitions{}
	s := judge.NewSession()
	for _, text := range []string{"PREPARE p AS SELECT later()", "CREATE FUNCTION later() RETURNS void LANGUAGE sql AS 'DELETE FROM t'"} {
		s.Text([]byte(text))
	}
	if v := s.Text([]byte("EXECUTE p")).Verdict; v.Rule != "deletes" || v.Action != rules.Hold {
		t.Errorf("EXECUTE: %v %s", v.Action, v.Rule)
	}
}

// Behind \connect there may be another database: what is known to destroy counts, and
// what is known as harmless does not.
func TestDefinitionsOfAnotherDatabase(t *testing.T) {
	judge := newJudge()
	judge.Defined = &rules.Definitions{}
	const define = `CREATE FUNCTION purge() RETURNS void LANGUAGE sql AS 'DELETE FROM t';
CREATE PROCEDURE tidy() LANGUAGE plpgsql AS 'BEGIN PERFORM 1; END';
`
	const use = "SELECT purge(); CALL tidy();"
	var got []string
	found, _ := judge.Script([]byte(define + use + "\n\\connect other\n" + use))
	for _, f := range found {
		got = append(got, f.Verdict.Action.String())
	}
	if want := "warn allow hold allow hold hold"; strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
}
