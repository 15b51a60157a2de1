package session

import (
	"strings"
	"testing"
)

// TestPhases follows a session through what pg_stat_activity would say of it.
func TestPhases(t *testing.T) {
	s := newScript(t, Enforce)
	want := func(phase Phase, statement string) {
		t.Helper()
		if p, st := s.core.Phase(), s.core.Statement(); p != phase || st != statement {
			t.Errorf("%s, %q; want %s, %q", p, st, phase, statement)
		}
	}
	want(PhaseIdle, "")
	s.client("Q:begin", "", query("begin"))
	want(PhaseRunning, "BEGIN")
	s.server("", "C:BEGIN Z:T", complete("BEGIN"), ready('T'))
	want(PhaseInTransaction, "")
	s.client("Q:select 1; delete from events where id = 4711", "", query("select 1; delete from events where id = 4711"))
	want(PhaseRunning, "SELECT")
	s.server("", "C:SELECT 1", complete("SELECT 1"))
	want(PhaseRunning, "DELETE events")
	s.server("", "E:40001 Z:E", failure("40001"), ready('E'))
	want(PhaseFailedTransaction, "")
	s.client("Q:rollback", "", query("rollback"))
	s.server("", "C:ROLLBACK Z:I", complete("ROLLBACK"), ready('I'))
	want(PhaseIdle, "")
	s.client("P::(select 4711) B:: E: S", "", parse("", "(select 4711)"), bindTo("", ""), execute(""), sync())
	want(PhaseRunning, "SELECT")
	s.server("", "1 2 C:SELECT 1 Z:I", parsed(), bound(), complete("SELECT 1"), ready('I'))
	want(PhaseIdle, "")
	s.client("", "", query("drop table events"))
	s.held()
	want(PhaseHeld, "")
	s.core.Release("h3x8m2qd")
	s.check("Q:drop table events", "")
	want(PhaseRunning, "DROP TABLE events")
	s.server("", "C:DROP TABLE Z:I", complete("DROP TABLE"), ready('I'))
	want(PhaseIdle, "")
}

// TestPhaseUnseen: what is not looked at says so, whatever goes through.
func TestPhaseUnseen(t *testing.T) {
	s := newScript(t, Off)
	s.core.Client(encode(t, query("drop table events")))
	if p, st := s.core.Phase(), s.core.Statement(); p != PhaseUnseen || st != "" {
		t.Errorf("%s, %q", p, st)
	}
}

func TestFirstWord(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "select": "SELECT", " \n\t((Select(1": "SELECT", "DEALLOCATE x": "DEALLOCATE", "deallocates x": "", "-- x\nselect 1": "",
		"analyze;": "ANALYZE", "sel\x00ect": "", "\u017felect 1": "", "do": "DO", "frobnicate": "", "'select'": "",
	} {
		if got := firstWord([]byte(text)).String(); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	for i, want := range wordTexts {
		for _, text := range []string{want, strings.ToLower(want), want[:1] + strings.ToLower(want[1:]) + " x"} {
			if got := firstWord([]byte(text)); got != word(i+1) {
				t.Errorf("%q: %q, want %q", text, got, want)
			}
		}
		for _, text := range []string{want + "s", want[:len(want)-1] + "z", "a" + want, want[1:]} {
			if got := firstWord([]byte(text)); got.String() != strings.ToUpper(text) && got != 0 {
				t.Errorf("%q: %q", text, got)
			}
		}
	}
	if got := word(255).String(); got != "" {
		t.Error(got)
	}
	n := testing.AllocsPerRun(100, func() { firstWord([]byte("  select 1 from t")) })
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}
