package hold

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func team(t *testing.T) People {
	t.Helper()
	p, err := NewPeople([]Person{
		{Name: "ana", Postgres: []string{"ana", "ana_admin"}, OS: "ana"},
		{Name: "ben", Postgres: []string{"ben"}, OS: "bsmith", Slack: "U012AB3CD"},
		{Name: "cy", OS: "cy"},
		{Name: "zoe", Postgres: []string{"zoe"}, OS: "zoe"},
		{Name: "noos"},
	}, map[string][]string{"dba": {"cy", "ana", "ben"}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPeopleLookups(t *testing.T) {
	p := team(t)
	for _, c := range []struct {
		got  func() (Person, bool)
		want string
	}{
		{func() (Person, bool) { return p.ByOS("bsmith") }, "ben"},
		{func() (Person, bool) { return p.ByOS("ben") }, ""},
		{func() (Person, bool) { return p.ByOS("") }, ""},
		{func() (Person, bool) { return p.ByName("cy") }, "cy"},
		{func() (Person, bool) { return p.BySlack("U012AB3CD") }, "ben"},
		{func() (Person, bool) { return p.BySlack("u012ab3cd") }, ""},
		{func() (Person, bool) { return p.BySlack("") }, ""},
		{func() (Person, bool) { return People{}.ByOS("ana") }, ""},
	} {
		if got, ok := c.got(); got.Name != c.want || ok != (c.want != "") {
			t.Errorf("got %q, %v; want %q", got.Name, ok, c.want)
		}
	}
	for user, want := range map[string]string{"ana_admin": "ana", "Ana": "", "": ""} {
		who, unknown := p.Requesters(Request{User: user})
		if unknown != (want == "") || want != "" && (len(who) != 1 || who[0].Person != want) {
			t.Errorf("%q is %v, unknown %v; want %q", user, who, unknown, want)
		}
	}
	if !p.InGroup("ben", "dba") || p.InGroup("zoe", "dba") || p.InGroup("ben", "other") || p.InGroup("", "") {
		t.Error("InGroup is wrong")
	}
	if (People{}).Configured() || !p.Configured() {
		t.Error("Configured is wrong")
	}
}

func TestReviewers(t *testing.T) {
	p := team(t)
	for _, c := range []struct {
		user, group, want string
	}{
		{"ana_admin", "dba", "ben cy"},
		{"app", "dba", "ana ben cy"},
		{"ben", "", "ana cy noos zoe"},
		{"ben", "nobody", ""},
	} {
		got := p.Reviewers(Request{User: c.user, Reviewers: Reviewers{Group: c.group}})
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s, group %q: %v, want %s", c.user, c.group, got, c.want)
		}
	}
	if again, _ := p.Group("dba"); !slices.Equal(again, []string{"ana", "ben", "cy"}) {
		t.Errorf("asking for reviewers changed the group to %v", again)
	}
}

func TestNewPeopleFaults(t *testing.T) {
	_, err := NewPeople([]Person{
		{Name: "ana", OS: "u1", Slack: "U1", Postgres: []string{"pg", "pg", ""}},
		{Name: "ana"},
		{Name: "ben", OS: "u1", Slack: "U1", Postgres: []string{"pg"}},
		{},
	}, map[string][]string{"dba": {"ana", "ghost", "ana"}, "empty": nil, "": {"ana"}})
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		`person "ana" is listed twice`, `Postgres user "pg" is listed twice for person "ana"`,
		`person "ana" has an empty Postgres user`, `OS user "u1" belongs to "ana" and to "ben"`, `Slack id "U1" belongs to "ana" and to "ben"`,
		`Postgres user "pg" belongs to "ana" and to "ben"`, "person 4 has no name",
		`group "dba" names "ghost"`, `group "dba" names "ana" twice`, `group "empty" has no members`, "a group has no name",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("missing: %s", want)
		}
	}
}

func TestIdentify(t *testing.T) {
	p := team(t)
	for _, c := range []struct {
		people          People
		by              Answerer
		name, id, fault string
	}{
		{p, Answerer{OS: "bsmith"}, "ben", verified, ""},
		{p, Answerer{OS: "root"}, "", "", "os user root is nobody in people: may look, may not answer"},
		{p, Answerer{}, "", "", "nobody in people"},
		{p, Answerer{Person: "cy"}, "cy", verified, ""},
		{p, Answerer{Person: "ghost"}, "", "", "ghost is nobody in people"},
		{p, Answerer{OS: "bsmith", Person: "ben"}, "ben", verified, ""},
		{p, Answerer{OS: "bsmith", Person: "cy"}, "", "", "os user bsmith does not belong to cy"},
		{p, Answerer{OS: "root", Person: "cy"}, "", "", "does not belong to cy"},
		{People{}, Answerer{OS: "root"}, "root", unverified, ""},
		{People{}, Answerer{}, "", "", "not known who you are"},
		{People{}, Answerer{Person: "cy"}, "", "", "not known who you are"},
	} {
		got, err := c.people.identify(c.by)
		var refused ErrNotAllowed
		if got.name != c.name || got.identity != c.id || (err != nil) != (c.fault != "") {
			t.Errorf("%+v: %+v, %v", c.by, got, err)
		}
		if err != nil && (!errors.As(err, &refused) || !strings.Contains(refused.Reason, c.fault)) {
			t.Errorf("%+v: %v, want %q", c.by, err, c.fault)
		}
	}
}

func TestCheckNote(t *testing.T) {
	for note, ok := range map[string]bool{
		"": true, "this is production": true, "größer als gedacht, 100 %": true, "می\u200cخواهم": true,
		strings.Repeat("ö", maxNote): true, strings.Repeat("ö", maxNote+1): false,
		"two\nlines": false, "tab\there": false, "\x1b[31mred": false, "nul\x00": false, "\x7f": false,
		"\u202Eright to left": false, "\u2028": false, "\ufeff": false, "bad \xff utf-8": false,
	} {
		err := checkNote(note)
		var refused ErrNotAllowed
		if (err == nil) != ok || err != nil && !errors.As(err, &refused) {
			t.Errorf("%q: %v", note, err)
		}
	}
}

func TestCheckType(t *testing.T) {
	for _, c := range []struct {
		statements []string
		typed      string
		ok         bool
	}{
		{nil, "", true},
		{nil, "events", false},
		{[]string{"DROP TABLE events"}, "", true},
		{[]string{"DROP TABLE events"}, "events", true},
		{[]string{"DROP TABLE events"}, "event", false},
		{[]string{"DROP TABLE events"}, "EVENTS", false},
		{[]string{"DROP TABLE events"}, "DROP", false},
		{[]string{"DROP TABLE events"}, "TABLE", false},
		{[]string{"DROP TABLE public.events"}, "events", true},
		{[]string{"DROP TABLE public.events"}, "public.events", true},
		{[]string{"DROP TABLE public.events"}, "public", false},
		{[]string{"DROP TABLE a, b CASCADE"}, "b", true},
		{[]string{"DROP TABLE a, b CASCADE"}, "CASCADE", false},
		{[]string{"DROP COLUMN orders.legacy_ref"}, "orders", true},
		{[]string{"DROP COLUMN orders.legacy_ref"}, "orders.legacy_ref", true},
		{[]string{"DROP COLUMN orders.legacy_ref"}, "legacy_ref", false},
		{[]string{"DELETE events without WHERE"}, "events", true},
		{[]string{"DELETE events without WHERE"}, "without", false},
		{[]string{"TRUNCATE a", "DROP SCHEMA reporting"}, "reporting", true},
		{[]string{`DROP TABLE "My, Table"`}, "My, Table", true},
		{[]string{`DROP TABLE s."a.b"`}, "a.b", true},
		{[]string{`DROP TABLE "say ""hi"""`}, `say "hi"`, true},
		{[]string{`DROP TABLE "unclosed`}, "unclosed", false},
		{[]string{"DO"}, "DO", false},
		{[]string{""}, "x", false},
	} {
		err := checkType(c.typed, Request{Statements: c.statements})
		if (err == nil) != c.ok {
			t.Errorf("%q typed for %q: %v", c.typed, c.statements, err)
		}
	}
}

func TestRecordResultKeepsDataOut(t *testing.T) {
	for result, want := range map[string]string{
		"23503": "23503", "23503: update or delete violates": "23503", `ERROR: x (SQLSTATE 2BP01)`: "2BP01",
		"Key (email)=(ana@example.com) exists": "error", "SECRET1 x": "error", "": "error",
		notSent + "disk full": notSent + "disk full",
	} {
		if got := recordResult(Failed, result); got != want {
			t.Errorf("%q: %q, want %q", result, got, want)
		}
	}
	if got := recordResult(Executed, "DROP TABLE"); got != "DROP TABLE" {
		t.Errorf("a tag became %q", got)
	}
}

func TestErrEndedText(t *testing.T) {
	for state, want := range map[State]string{
		Denied: "already denied by ben", Approved: "already approved by ben", Released: "already approved by ben",
		Executed: "already approved by ben, and it was executed", Failed: "already approved by ben, and it failed",
		Unknown: "already approved by ben, and it was sent, its outcome is unknown", Lapsed: "already approved by ben, and it lapsed",
		Expired: "this hold has ended: it expired", Withdrawn: "this hold has ended: it was withdrawn",
	} {
		if got := (ErrEnded{Hold{State: state, DecidedBy: "ben"}}).Error(); got != want {
			t.Errorf("%s: %q, want %q", state, got, want)
		}
	}
}

func TestClip(t *testing.T) {
	long := strings.Repeat("ö", recordText)
	if got := clip(long); len(got) > recordText+3 || !strings.HasSuffix(got, "ö...") {
		t.Errorf("clipped to %d bytes, end %q", len(got), got[len(got)-6:])
	}
	if n := len(clipAll(slices.Repeat([]string{"DROP TABLE a"}, 1000))); n != recordStatements+1 {
		t.Errorf("%d summaries", n)
	}
}
