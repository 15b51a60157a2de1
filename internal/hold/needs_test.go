package hold_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// several are people in two groups, one person in both.
func several(t *testing.T) hold.People {
	t.Helper()
	p, err := hold.NewPeople([]hold.Person{
		{Name: "ana", Postgres: []string{"ana"}, OS: "ana"}, {Name: "ben", OS: "ben"}, {Name: "cy", OS: "cy"}, {Name: "dee", OS: "dee"}, {Name: "zoe", OS: "zoe"},
	}, map[string][]string{"dba": {"ana", "ben", "cy"}, "security": {"cy", "dee"}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestEveryNeedMustBeMet: each group its own count of distinct people; who is in
// both counts for both.
func TestEveryNeedMustBeMet(t *testing.T) {
	type step struct{ os, want string } // part of the error, or the state
	for _, c := range []struct {
		name  string
		steps []step
	}{
		{"two groups, one after the other", []step{
			{"ben", "pending"}, {"ben", "ben has approved this hold already; it needs 2 different people of dba and 1 of security"},
			{"zoe", "zoe is not in group dba or security"}, {"ana", "ana asked"}, {"dee", "pending"},
			{"dee", "dee has approved this hold already"}, {"cy", "approved"},
		}},
		{"one person of both", []step{{"cy", "pending"}, {"dee", "the group of dee has approved this hold already; it still needs 1 of dba"}, {"ben", "approved"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, several(t))
			req := request()
			req.Reviewers, req.Also = hold.Reviewers{Group: "dba", Count: 2}, []hold.Reviewers{{Group: "security"}, {Group: "dba", Count: 1}}
			if got := r.Reviewers(req); !slices.Equal(got, []string{"ben", "cy", "dee"}) {
				t.Errorf("may answer: %v", got)
			}
			id, done := r.ask(t.Context(), req)
			for _, s := range c.steps {
				h, err := r.Decide(t.Context(), id, yes(s.os))
				got := string(h.State)
				if err != nil {
					got = err.Error()
				}
				if !strings.Contains(got, s.want) {
					t.Fatalf("%s: %s, want %s", s.os, got, s.want)
				}
			}
			if o := <-done; o.hold.State != hold.Released {
				t.Errorf("%+v, %v", o.hold, o.err)
			}
			last := auditOf(t, r.dir)
			if e := last[len(last)-1]; len(e.Also) != 2 || e.Also[0].Group != "security" || len(e.Approvals[0].Groups) == 0 {
				t.Errorf("recorded %+v", e)
			}
		})
	}
}

// TestApprovalsStayCounted when the people change before the last one answers.
func TestApprovalsStayCounted(t *testing.T) {
	r := newRig(t, several(t))
	req := request()
	req.Reviewers, req.Also = hold.Reviewers{Group: "dba", Count: 1}, []hold.Reviewers{{Group: "security", Count: 1}}
	id, done := r.ask(t.Context(), req)
	if _, err := r.Decide(t.Context(), id, yes("ben")); err != nil {
		t.Fatal(err)
	}
	p, err := hold.NewPeople([]hold.Person{{Name: "dee", OS: "dee"}}, map[string][]string{"dba": {"dee"}, "security": {"dee"}})
	if err != nil {
		t.Fatal(err)
	}
	r.SetPeople(p)
	if h, err := r.Decide(t.Context(), id, yes("dee")); err != nil || h.State != hold.Approved {
		t.Errorf("%+v, %v", h, err)
	}
	if o := <-done; o.hold.State != hold.Released {
		t.Errorf("%+v, %v", o.hold, o.err)
	}
}

func TestTypedName(t *testing.T) {
	for _, c := range []struct {
		name       string
		statements []string
		typed      string
		want       string // in the error; empty when approved
	}{
		{"nothing typed", []string{"DROP SCHEMA billing CASCADE"}, "", "approve it with --type billing"},
		{"the name", []string{"DROP SCHEMA billing CASCADE"}, "billing", ""},
		{"another name", []string{"DROP SCHEMA billing CASCADE"}, "biling", "typed biling, but this hold is for DROP SCHEMA billing CASCADE: not approved"},
		{"without its schema", []string{"DROP TABLE public.events"}, "events", ""},
		{"one of several", []string{"DROP TABLE a", "TRUNCATE b"}, "b", ""},
		{"no name: nothing typed", nil, "", "approve it with --type shop"},
		{"no name: the database", nil, "shop", ""},
		{"no name: another", nil, "shap", "so the name of the database is wanted, shop: not approved"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, several(t))
			req := request()
			req.Statements, req.TypeName = c.statements, true
			id, done := r.ask(t.Context(), req)
			dec := yes("ben")
			dec.Type = c.typed
			h, err := r.Decide(t.Context(), id, dec)
			var refused hold.ErrNotAllowed
			switch {
			case c.want == "" && (err != nil || h.State != hold.Approved):
				t.Errorf("%+v, %v", h, err)
			case c.want != "" && (!errors.As(err, &refused) || !strings.Contains(refused.Reason, c.want)):
				t.Errorf("%v, want %q", err, c.want)
			}
			if c.want != "" {
				if _, err := r.Decide(t.Context(), id, no("ben", "")); err != nil {
					t.Errorf("denying needs no name: %v", err)
				}
			}
			<-done
		})
	}
}
