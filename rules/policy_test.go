package rules

import (
	"strings"
	"testing"
)

func TestZeroValuesHold(t *testing.T) {
	p := DefaultPolicy()
	if v := p.Judge(Origin{}, &Facts{}, nil); v.Action != Hold || v.Rule != "unreadable" {
		t.Errorf("zero Facts: %+v, want them held as unreadable", v)
	}
	if v := (Verdict{}); v.Action != Hold {
		t.Errorf("zero Verdict: %+v, want Hold", v)
	}
	var empty Policy
	f := NewReader(ReaderOptions{}).Read([]byte("delete from t where id = 1"), Settings{})
	if v := empty.Judge(Origin{}, f, nil); v.Action != Hold {
		t.Errorf("zero Policy: %+v, want it to hold what has an effect", v)
	}
	if v := p.one(Origin{}, Effect{Verb: "a verb of later"}); v.Action != Hold {
		t.Errorf("unknown verb: %+v, want Hold", v)
	}
}

// fakeNames is what a session knows of its prepared statements.
type fakeNames map[string][]*Statement

func (n fakeNames) Prepared(name string) []*Statement { return n[name] }

func TestExecute(t *testing.T) {
	r, p := NewReader(ReaderOptions{}), DefaultPolicy()
	body := func(sql string) *Statement { return &r.Read([]byte(sql), Settings{}).Statements[0] }
	names := fakeNames{
		"gone":  {body("delete from events")},
		"few":   {body("delete from events where id = $1")},
		"read":  {body("vacuum events")},
		"maybe": {body("vacuum events"), body("truncate events")},
	}
	for sql, want := range map[string]Action{
		"execute gone": Hold, "execute few(1)": Measure, "execute read": Allow, "execute maybe": Hold, "execute other": Hold,
		"execute READ": Allow, `execute "READ"`: Hold,
		"explain analyze execute gone":                                             Hold,
		"explain execute gone":                                                     Allow,
		"create table x as execute gone":                                           Hold,
		"prepare read as delete from events; execute read":                         Hold,
		"prepare gone as select 1; execute gone":                                   Allow,
		"deallocate gone; prepare gone as select 1; execute gone":                  Allow,
		"prepare gone as select 1; deallocate gone; execute gone":                  Hold,
		"prepare x as select 1; deallocate all; execute x":                         Hold,
		"prepare x as select 1; discard all; execute x":                            Hold,
		"prepare x as select set_config('client_encoding','sjis',true); execute x": Refuse,
		"prepare x as select set_config('client_encoding','sjis',true)":            Allow,
	} {
		if v := p.Judge(Origin{}, r.Read([]byte(sql), Settings{}), names); v.Action != want {
			t.Errorf("%s: %+v, want action %d", sql, v, want)
		}
	}
}

func TestJudgeCall(t *testing.T) {
	p := DefaultPolicy()
	for oid, want := range map[uint32]Action{
		952: Allow, 953: Allow, 954: Allow, 955: Allow, 957: Allow, 715: Allow, 3458: Allow, 764: Allow, // lo_open ... lo_import
		964: Hold, 765: Hold, // lo_unlink, lo_export
		2078: Hold, 16384: Hold, 0: Hold, // set_config, a user's, none
	} {
		v := p.JudgeCall(Origin{}, oid)
		if v.Action != want || want == Hold && (v.Rule != "opaque" || v.Reason == "") {
			t.Errorf("OID %d: %+v, want action %d", oid, v, want)
		}
	}
}

func TestWorse(t *testing.T) {
	verdict := func(a Action, targets ...string) Verdict {
		v := Verdict{Action: a, Rule: "drops"}
		for _, name := range targets {
			v.Effects = append(v.Effects, Effect{Verb: VerbDropTable, Object: "TABLE", Target: Relation{Name: name}})
		}
		if len(targets) > 0 {
			v.Reason = v.Effects[0].String()
		}
		return v
	}
	order := []Action{Allow, Warn, Measure, Hold, Refuse}
	for i, a := range order {
		for j, b := range order {
			if got := Worse(verdict(a), verdict(b)).Action; got != order[max(i, j)] {
				t.Errorf("Worse(%d, %d) = %d", a, b, got)
			}
		}
	}
	two := Worse(verdict(Hold, "a"), verdict(Hold, "b"))
	if two.Reason != "DROP TABLE a, b" || len(two.Effects) != 2 {
		t.Errorf("two: %+v", two)
	}
	if three := Worse(two, verdict(Hold, "c")); three.Reason != "DROP TABLE a and 2 more" || len(two.Effects) != 2 {
		t.Errorf("three: %+v", three)
	}
	if v := Worse(Verdict{Action: Allow}, Worse(two, verdict(Measure, "x"))); v.Reason != "DROP TABLE a, b" {
		t.Errorf("with less: %+v", v)
	}
}

// What people see has no literals and no line breaks.
func TestReasonsHoldNoLiterals(t *testing.T) {
	r := NewReader(ReaderOptions{})
	for _, text := range goldenSQL(t) {
		v := judgeText(r, strings.ReplaceAll(text, "'", "'s3cret"))
		if strings.Contains(v.Reason, "s3cret") || strings.ContainsAny(v.Reason, "\n\r\t") {
			t.Errorf("%q: reason %q", text, v.Reason)
		}
	}
}

func TestManyStatementsAreJudgedInLinearTime(t *testing.T) {
	f := NewReader(ReaderOptions{}).Read([]byte(strings.Repeat("drop table t;", 15000)), Settings{})
	if v := DefaultPolicy().Judge(Origin{}, f, nil); v.Reason != "DROP TABLE t and 14999 more" {
		t.Errorf("%q", v.Reason)
	}
}

// Every word of the design's list of verbs has an opinion of the default policy.
func TestDefaultPolicyKnowsEveryVerb(t *testing.T) {
	for _, verb := range []Verb{
		VerbDrop, VerbDropDatabase, VerbDropSchema, VerbDropTable, VerbDropColumn, VerbDropOwned, VerbTruncate, VerbDelete,
		VerbUpdate, VerbMerge, VerbDetach, VerbRetype, VerbCopyProgram, VerbCall, VerbFunction, VerbReplication,
	} {
		if _, ok := defaultRule(&Effect{Verb: verb}); !ok {
			t.Errorf("no opinion on %q", verb)
		}
	}
}
