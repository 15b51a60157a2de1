package hold

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/holdfast-db/holdfast/rules"
)

// office has a person for every way of being known, and shared users.
func office(t *testing.T) People {
	t.Helper()
	p, err := NewPeople([]Person{
		{Name: "ana", Postgres: []string{"ana"}, OS: "ana", Certificate: []string{"ana", "ana@example.com"}},
		{Name: "ben", Postgres: []string{"ben"}, OS: "ben"},
		{Name: "cy", OS: "cy"},
	}, map[string][]string{"dba": {"ana", "ben"}, "security": {"cy"}})
	if err != nil {
		t.Fatal(err)
	}
	claim, err := rules.ParseFoldedPattern("psql-ben*")
	if err != nil {
		t.Fatal(err)
	}
	desks, err := rules.ParseNetwork("10.1.2.0/24")
	if err != nil {
		t.Fatal(err)
	}
	p, err = p.WithShared([]SharedUser{
		{User: "app", Application: &claim, Person: "ben"},
		{User: "app", Address: &desks, Person: "cy"},
		{User: "etl", Application: &claim, Address: &desks, Person: "ana"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestWhoAsked: every source by itself, and several that agree or do not.
func TestWhoAsked(t *testing.T) {
	p := office(t)
	for _, c := range []struct {
		name string
		r    Request
		want string // person and source, in order
	}{
		{"nothing", Request{User: "other"}, ""},
		{"the empty user", Request{}, ""},
		{"Postgres user", Request{User: "ana"}, "ana by Postgres user"},
		{"Postgres user in capitals", Request{User: "ANA"}, ""},
		{"certificate", Request{User: "other", Evidence: Evidence{Certificate: []string{"", "ana@example.com"}}}, "ana by client certificate"},
		{"a name that begins like it", Request{User: "other", Evidence: Evidence{Certificate: []string{"ana@example.com.evil.test", "Ana"}}}, ""},
		{"peer", Request{User: "other", Evidence: Evidence{OS: "cy"}}, "cy by peer credentials"},
		{"peer without a name", Request{User: "other", Evidence: Evidence{OS: "uid 7"}}, ""},
		{"claim", Request{User: "app", Application: "PSQL-Ben 1"}, "ben by says it is, by application name"},
		{"claim at the start alone", Request{User: "app", Application: "psql", Evidence: Evidence{Application: "psql-ben"}}, "ben by says it is, by application name"},
		{"claim as another user", Request{User: "other", Application: "psql-ben"}, ""},
		{"address", Request{User: "app", Client: "10.1.2.9"}, "cy by address"},
		{"address beside it", Request{User: "app", Client: "10.1.3.9"}, ""},
		{"claim and address, both wanted", Request{User: "etl", Client: "10.1.2.9", Application: "psql-ben"}, "ana by address; says it is, by application name"},
		{"claim without the address", Request{User: "etl", Client: "10.1.3.9", Application: "psql-ben"}, ""},
		{"the surest source of one person", Request{User: "ana", Evidence: Evidence{Certificate: []string{"ana"}, OS: "ana"}}, "ana by client certificate"},
		{"two people", Request{User: "ben", Evidence: Evidence{Certificate: []string{"ana"}}}, "ana by client certificate, ben by Postgres user"},
		{"two claims", Request{User: "app", Application: "psql-ben", Client: "10.1.2.9"}, "cy by address, ben by says it is, by application name"},
	} {
		var got []string
		who, unknown := p.Requesters(p.identified(c.r))
		for _, q := range who {
			got = append(got, q.Person+" by "+q.KnownBy)
		}
		if text := strings.Join(got, ", "); text != c.want || unknown != (c.want == "") {
			t.Errorf("%s: %q, unknown %t; want %q", c.name, text, unknown, c.want)
		}
		for _, q := range who {
			if err := p.mayAnswer(answerer{name: q.Person}, p.identified(c.r)); err == nil {
				t.Errorf("%s: %s asked, and may answer", c.name, q.Person)
			}
			if slices.Contains(p.Reviewers(c.r), q.Person) {
				t.Errorf("%s: %s asked, and is among the reviewers", c.name, q.Person)
			}
		}
	}
	if who, unknown := (People{}).Requesters(People{}.identified(Request{User: "ana"})); len(who) > 0 || unknown {
		t.Errorf("without people: %v, unknown %t", who, unknown)
	}
}

// TestRequesterStays: who asked is who asked, and who is found out later is barred too.
func TestRequesterStays(t *testing.T) {
	p := office(t)
	r := p.identified(Request{User: "ana"})
	later, err := NewPeople([]Person{{Name: "ana", OS: "ana"}, {Name: "ben", Postgres: []string{"ana"}}, {Name: "cy"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, may := range map[string]bool{"ana": false, "ben": false, "cy": true} {
		if err := later.mayAnswer(answerer{name: name}, r); (err == nil) != may {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := later.Reviewers(r); !slices.Equal(got, []string{"cy"}) {
		t.Errorf("reviewers %v", got)
	}
	if who, _ := later.Requesters(r); len(who) != 1 || who[0] != (Requester{"ana", ByUser}) {
		t.Errorf("shown is %v", who)
	}
	if old := (Request{User: "ana"}); true { // as an earlier version stored it
		if who, _ := p.Requesters(old); len(who) != 1 || who[0].Person != "ana" {
			t.Errorf("of an earlier version: %v", who)
		}
	}
}

func TestSharedUserFaults(t *testing.T) {
	any, err := rules.ParseFoldedPattern("*")
	if err != nil {
		t.Fatal(err)
	}
	_, err = office(t).WithShared([]SharedUser{
		{Application: &any, Person: "ana"}, {User: "app", Application: &any, Person: "ghost"}, {User: "ana", Application: &any, Person: "ana"},
		{User: "app", Person: "ana"},
	})
	for _, want := range []string{
		"shared user 1 has no Postgres user", `"app" names "ghost", who is nobody`, `Postgres user "ana" is ana's alone`, `"app" has neither an application nor an address`,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %q", err, want)
		}
	}
	_, err = NewPeople([]Person{{Name: "ana", Certificate: []string{"x", ""}}, {Name: "ben", Certificate: []string{"x"}}}, nil)
	for _, want := range []string{`name in a certificate "x" belongs to "ana" and to "ben"`, `"ana" has an empty name in a certificate`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %q", err, want)
		}
	}
}

// TestUnknownTakesOneMore in all, whatever the needs.
func TestUnknownTakesOneMore(t *testing.T) {
	group := func(name string, count int) Reviewers { return Reviewers{Group: name, Count: count} }
	for _, c := range []struct {
		name  string
		first Reviewers
		also  []Reviewers
		yes   []string // groups of each yes, in order
		still []string // what is missing after each
	}{
		{"anybody", group("", 0), nil, []string{"", ""}, []string{"1 person", ""}},
		{"a group", group("dba", 2), nil, []string{"dba", "dba", "dba"}, []string{"2 different people of dba", "1 of dba", ""}},
		{"two groups", group("dba", 1), []Reviewers{group("security", 1)}, []string{"dba", "security", "dba"},
			[]string{"1 of security and 1 more of dba or security", "1 more of dba or security", ""}},
		{"the spare one early", group("dba", 1), []Reviewers{group("security", 1)}, []string{"dba", "dba", "security"},
			[]string{"1 of security and 1 more of dba or security", "1 of security", ""}},
		{"one of both", group("dba", 1), []Reviewers{group("security", 1)}, []string{"dba security", "dba"}, []string{"1 more of dba or security", ""}},
		{"two of both", group("dba", 2), []Reviewers{group("security", 1)}, []string{"dba security", "dba security", "security"},
			[]string{"1 of dba and 1 more of dba or security", "1 more of dba or security", ""}},
		{"a group and anybody", group("dba", 1), []Reviewers{group("", 1)}, []string{" dba", " "}, []string{"1 more", ""}},
	} {
		h := Hold{Request: Request{Reviewers: c.first, Also: c.also, Unknown: true}}
		for i, groups := range c.yes {
			h.Approvals = append(h.Approvals, Approval{By: fmt.Sprint(i), Groups: strings.Split(groups, " ")})
			if got := needsText(h.Missing()); got != c.still[i] {
				t.Errorf("%s, after %d: still %q, want %q", c.name, i+1, got, c.still[i])
			}
		}
		h.UnknownSame = true
		if len(h.Missing()) > 0 || strings.Contains(needsText(h.Needs()), "more") {
			t.Errorf("%s: unknown_requester: same still needs %s", c.name, needsText(h.Missing()))
		}
	}
}

// TestTooFew: what nobody can approve is known when it is asked.
func TestTooFew(t *testing.T) {
	p := office(t)
	for _, c := range []struct {
		user  string
		group string
		count int
		same  bool
		self  bool
		want  string
	}{
		{user: "ana", group: "dba", count: 1},
		{user: "other", group: "dba", count: 1},
		{user: "other", group: "dba", count: 2, want: "it needs 3 different people of dba, and 2 may answer; who asks is not known, which takes one person more"},
		{user: "other", group: "dba", count: 2, same: true},
		{user: "ana", group: "dba", count: 2, want: "it needs 2 different people of dba, and 1 may answer"},
		{user: "ana", group: "dba", count: 2, self: true},
		{user: "other", group: "security", count: 1, want: "it needs 2 different people of security, and 1 may answer; who asks is not known, which takes one person more"},
	} {
		r := p.identified(Request{User: c.user, Reviewers: Reviewers{c.group, c.count}, UnknownSame: c.same, SelfConfirm: c.self})
		if got := p.tooFew(r); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
	if got := (People{}).tooFew(Request{User: "ana", Reviewers: Reviewers{Count: 9}}); got != "" {
		t.Errorf("without people: %q", got)
	}
}

// TestUnanswerableNow: people who come or go after it was asked count, and so does who
// has said yes already.
func TestUnanswerableNow(t *testing.T) {
	small, err := NewPeople([]Person{{Name: "ana", Postgres: []string{"ana"}}, {Name: "ben", Postgres: []string{"ben"}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	large, err := NewPeople([]Person{{Name: "ana", Postgres: []string{"ana"}}, {Name: "ben", Postgres: []string{"ben"}}, {Name: "cy"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	h := Hold{Request: small.identified(Request{User: "ben", File: "0042.sql", Submitter: "ana", Reviewers: Reviewers{Count: 1}})}
	if want := "it needs 1 person, and nobody may answer"; h.Unanswerable != want || small.Unanswerable(h) != want {
		t.Errorf("%q when asked, %q now; want %q", h.Unanswerable, small.Unanswerable(h), want)
	}
	if got := large.Unanswerable(h); got != "" {
		t.Errorf("cy has come, and still: %q", got)
	}
	two := Hold{Request: large.identified(Request{User: "ben", Reviewers: Reviewers{Count: 2}})}
	if two.Unanswerable != "" || small.Unanswerable(two) == "" {
		t.Errorf("%q when asked, %q when cy is gone", two.Unanswerable, small.Unanswerable(two))
	}
	two.Approvals = []Approval{{By: "cy", Groups: []string{""}}}
	if got := small.Unanswerable(two); got != "" || len(two.Approvals) != 1 {
		t.Errorf("cy has said yes before: %q, %+v", got, two.Approvals)
	}
}

func TestSelfConfirmWantsTheDatabase(t *testing.T) {
	p := office(t)
	r := p.identified(Request{User: "ana", Database: "shop", Statements: []string{"DROP TABLE events"}, TypeName: true, SelfConfirm: true})
	for _, c := range []struct{ who, typed, want string }{
		{"ana", "", "ana asked, and confirms their own only with the name of the database typed: approve it with --type shop"},
		{"ana", "events", "typed events, and who asked confirms their own with the name of the database typed, shop: not approved"},
		{"ana", "SHOP", "not approved"},
		{"ana", "shop", ""},
		{"ben", "shop", "typed shop, but this hold is for DROP TABLE events"},
		{"ben", "events", ""},
	} {
		if err := p.mayAnswer(answerer{name: c.who}, r); err != nil {
			t.Errorf("%s may not answer: %v", c.who, err)
		}
		err := p.checkType(answerer{name: c.who}, c.typed, r)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s typed %q: %v, want %q", c.who, c.typed, err, c.want)
		}
	}
	if got := p.Reviewers(r); !slices.Equal(got, []string{"ana", "ben", "cy"}) {
		t.Errorf("reviewers %v", got)
	}
}
