package check_test

import (
	"testing"

	"github.com/holdfast-db/holdfast/rules"
)

// TestRemembered has texts of sessions of their own, the first ones before the last;
// what comes before a text is the set-up of its session.
func TestRemembered(t *testing.T) {
	const (
		wipe     = "create function wipe() returns bool language sql as 'delete from users returning true'"
		harmless = "create function wipe() returns bool language sql as 'select true'"
	)
	for _, c := range []struct {
		name, want string
		earlier    []string
		setup      []string
		text       string
	}{
		{"a function that destroys", "hold deletes", []string{wipe}, nil, "select wipe()"},
		{"a function that is harmless", "allow ", []string{harmless}, nil, "select wipe()"},
		{"a function of the session's own", "allow ", []string{wipe}, []string{harmless}, "select wipe()"},
		{"a set-up that destroys", "hold deletes", []string{harmless}, []string{wipe}, "select wipe()"},
		{"a rule", "measure deletes", []string{"create rule r as on insert to t do also delete from u"}, nil, "insert into t values (1)"},
		{"a rule of the session's own", "hold deletes", nil, []string{"create rule r as on insert to t do also delete from u"}, "insert into t values (1)"},
		{"a default", "measure deletes", []string{wipe, "create table t (a bool default wipe())"}, nil, "insert into t default values"},
		{"a cast that may be anywhere", "allow ", []string{wipe, "create cast (a as b) with function wipe() as implicit"}, nil, "select a::b from t"},
		{"a name of a built-in function", "allow ", []string{"create function now() returns int language sql as 'delete from t returning 1'"}, nil, "select now()"},
		{"what is worse by itself", "hold drops", []string{"create rule r as on insert to t do also delete from u"}, nil, "insert into t values (1); drop table t"},
	} {
		j := newJudge()
		j.Earlier = &rules.Definitions{}
		for _, text := range c.earlier {
			j.NewSession().Remembered([]byte(text))
		}
		s := j.NewSession()
		for _, text := range c.setup {
			s.Text([]byte(text))
		}
		v := s.Remembered([]byte(c.text)).Verdict
		if got := v.Action.String() + " " + v.Rule; got != c.want {
			t.Errorf("%s: %s (%s; %s), want %s", c.name, got, v.Reason, v.Why, c.want)
		}
		if len(c.setup) > 0 && c.earlier == nil {
			if v := j.NewSession().Text([]byte(c.text)).Verdict; v.Action != rules.Allow {
				t.Errorf("%s: its set-up is remembered: %+v", c.name, v)
			}
		}
	}
}
