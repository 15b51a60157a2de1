package proxy

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/rules"
)

func TestTermsOfRulesAndHost(t *testing.T) {
	usual := Terms{Reviewers: hold.Reviewers{Group: "dba", Count: 1}, Wait: 30 * time.Minute, WaitInTransaction: time.Minute}
	for _, c := range []struct {
		name          string
		inTransaction bool
		wanted        []rules.Terms
		needs         []hold.Need
		wait          time.Duration
		typed         bool
	}{
		{"host alone", false, nil, []hold.Need{need("dba", 1)}, 30 * time.Minute, false},
		{"host alone, in a transaction", true, nil, []hold.Need{need("dba", 1)}, time.Minute, false},
		{"a count", false, []rules.Terms{{Count: 2}}, []hold.Need{need("dba", 2)}, 30 * time.Minute, false},
		{"a group", false, []rules.Terms{{Group: "security", TypeName: true}}, []hold.Need{need("security", 1)}, 30 * time.Minute, true},
		{"two rules", false, []rules.Terms{{Group: "security", Wait: 5 * time.Minute}, {Count: 2, Wait: 10 * time.Minute, TypeName: true}},
			[]hold.Need{need("security", 1), need("dba", 2)}, 5 * time.Minute, true},
		{"a rule and a default one", false, []rules.Terms{{Group: "security"}, {}},
			[]hold.Need{need("security", 1), need("dba", 1)}, 30 * time.Minute, false},
		{"two rules for one group", false, []rules.Terms{{Count: 3}, {Group: "dba", Count: 2}}, []hold.Need{need("dba", 3)}, 30 * time.Minute, false},
		{"a rule's time in a transaction", true, []rules.Terms{{WaitInTransaction: 5 * time.Second}, {Wait: time.Hour}},
			[]hold.Need{need("dba", 1)}, 5 * time.Second, false},
		{"a short time holds inside too", true, []rules.Terms{{Wait: 10 * time.Second}}, []hold.Need{need("dba", 1)}, 10 * time.Second, false},
		{"a long one does not", true, []rules.Terms{{Wait: time.Hour}}, []hold.Need{need("dba", 1)}, time.Minute, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := hold.Request{InTransaction: c.inTransaction}
			usual.apply(&r, c.wanted, false)
			if got := r.Needs(); !reflect.DeepEqual(got, c.needs) || r.Wait != c.wait || r.TypeName != c.typed {
				t.Errorf("needs %v, wait %v, typed %t; want %v, %v, %t", got, r.Wait, r.TypeName, c.needs, c.wait, c.typed)
			}
		})
	}
}

func need(group string, count int) hold.Need {
	return hold.Need{Reviewers: hold.Reviewers{Group: group, Count: count}}
}

func TestNoticeSaysWhatARuleNeeds(t *testing.T) {
	h := &host{}
	h.terms.Store(&Terms{Reviewers: hold.Reviewers{Group: "ops", Count: 1}, Answerers: "a member of ops"})
	held := hold.Hold{ID: "abcdefgh", Request: hold.Request{
		Rule: "drops need two", Reviewers: hold.Reviewers{Group: "dba", Count: 2}, Also: []hold.Reviewers{{Group: "ops"}}, TypeName: true,
	}}
	n := heldNotice(h, held)
	if want := `Rule "drops need two" needs 2 reviewers of dba and 1 reviewer: a member of ops; to approve, the name of what goes must be typed.`; !strings.Contains(n.Detail, want) {
		t.Errorf("detail %q, want %q", n.Detail, want)
	}
	if want := "holdfast approve abcdefgh --type NAME, or holdfast deny abcdefgh."; !strings.Contains(n.Hint, want) {
		t.Errorf("hint %q, want %q", n.Hint, want)
	}
	h.Console = "https://holdfast.example.com"
	if want := "To answer: https://holdfast.example.com/holds/abcdefgh, holdfast approve abcdefgh"; !strings.HasPrefix(heldNotice(h, held).Hint, want) {
		t.Errorf("hint %q, want %q", heldNotice(h, held).Hint, want)
	}
}
