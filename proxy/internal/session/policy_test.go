package session

import (
	"testing"

	"github.com/holdfast-db/holdfast/rules"
)

// TestPolicyChangesUnderPreparedStatements: what was prepared under another policy is
// judged by the one of now when it is bound, with its text for whom it is held.
func TestPolicyChangesUnderPreparedStatements(t *testing.T) {
	s := newScript(t, Enforce)
	policy := testPolicy
	s.core.cfg.Policy = func() *rules.Policy { return policy }
	const text = "delete from orders where id = $1"
	s.client("P:d:"+text+" S", "", parse("d", text), sync())
	s.server("", "1 Z:I", parsed(), ready('I'))
	s.client("B::d E: S", "", bindTo("", "d"), execute(""), sync())
	s.server("", "2 C:DELETE 1 Z:I", bound(), complete("DELETE 1"), ready('I'))

	policy = policy.WithBrakes([]rules.Brake{{Alert: "v3nc8x5d", Host: "test", Database: "shop", User: "ana", Table: "orders"}})
	s.client("", "", bindTo("", "d"), execute(""), sync())
	if a := s.held(); a.Verdict.Rule != "brake" || a.SQL != text || a.Binding == "" {
		t.Errorf("asked %+v", a)
	}
	s.core.Release("h3x8m2qd")
	s.check("B::d E: S", "")
	s.server("", "2 C:DELETE 1 Z:I", bound(), complete("DELETE 1"), ready('I'))

	policy = policy.WithBrakes(nil)
	s.client("B::d E: S", "", bindTo("", "d"), execute(""), sync())
}
