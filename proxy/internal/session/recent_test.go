package session

import (
	"testing"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/holdfast-db/holdfast/rules"
)

// TestPreparedAgain: a text that is prepared again is the same only with the same types,
// and is judged anew; a portal stays what it was bound to.
func TestPreparedAgain(t *testing.T) {
	const text = "delete from orders where id = $1"
	s := newScript(t, Enforce)
	policy := testPolicy
	s.core.cfg.Policy = func() *rules.Policy { return policy }
	prepare := func(name string, oid uint32) *prepared {
		t.Helper()
		s.client("P:"+name+":"+text+" S", "", &pgproto3.Parse{Name: name, Query: text, ParameterOIDs: []uint32{oid}}, sync())
		s.server("", "1 Z:T", parsed(), ready('T'))
		return s.core.statements.at(name).now.prepared
	}
	a, again, other := prepare("a", 20), prepare("b", 20), prepare("c", 23)
	if a != again || a == other || other.types == a.types {
		t.Errorf("shared %v and %v, types %q and %q", a == again, a == other, a.types, other.types)
	}
	s.client("B:p:a S", "", bindTo("p", "a"), sync())
	s.server("", "2 Z:T", bound(), ready('T'))

	policy = policy.WithBrakes([]rules.Brake{{Alert: "v3nc8x5d", Host: "test", Database: "shop", User: "ana", Table: "orders"}})
	if d := prepare("d", 20); d == a || !stops(d.verdict.Action) {
		t.Errorf("prepared under a brake: %+v", d.verdict)
	}
	s.client("", "", bindTo("", "a"), sync())
	s.held()
	if a.verdict.Action != rules.Measure {
		t.Errorf("the portal's verdict is now %+v", a.verdict)
	}
}
