package slack

import (
	"strings"
	"testing"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// The message of a grant is edited when somebody takes it back.
func TestRevokedGrant(t *testing.T) {
	r := newRig(t, nil)
	req := request()
	req.Return, req.Binding = true, "digest"
	h, err := r.desk.Wait(t.Context(), req, nil)
	r.must(err)
	a := asked{id: h.ID}
	r.messageOf(a, "Held on shop-prod")
	r.byCLI(h.ID, true, "ben")
	r.messageOf(a, "Granted")
	_, err = r.desk.Revoke(t.Context(), h.ID, hold.Revoking{By: hold.Answerer{OS: "ben"}, Via: "cli", Note: "not <today>"})
	r.must(err)
	m := r.messageOf(a, "Revoked: nothing was ", "revoked it*", "not &lt;today&gt;")
	if text := strings.Join(m.Strings(), "\n"); strings.Contains(text, "may run the identical") {
		t.Errorf("it still says that it is granted:\n%s", text)
	}
	r.idle()
	r.wantOnce()
}

// The message of a hold that was approved for its transaction lists what went on.
func TestCoveringTransaction(t *testing.T) {
	r := newRig(t, nil)
	req := request()
	req.InTransaction, req.Transaction, req.Undone, req.UnknownSame = true, "7/1", true, true
	a := r.ask(req)
	r.messageOf(a, "Held on shop-prod")
	_, err := r.desk.Decide(t.Context(), a.id, hold.Decision{Approve: true, By: hold.Answerer{OS: "ben"}, Via: "cli", Scope: hold.ScopeTransaction})
	r.must(err)
	r.wantEnd(a, hold.Released)
	r.desk.Finish(a.id, hold.Executed, "DROP TABLE")
	r.messageOf(a, "approved it and its transaction", "0 further statements")
	req.Statements = []string{"TRUNCATE <logs>"}
	h, err := r.desk.Wait(t.Context(), req, nil)
	r.must(err)
	r.desk.Finish(h.ID, hold.Executed, "TRUNCATE TABLE")
	r.messageOf(a, "1 further statement went on", "and more may until it ends", "executed: TRUNCATE &lt;logs&gt; (hold "+h.ID+")")
	_, err = r.desk.Revoke(t.Context(), a.id, hold.Revoking{By: hold.Answerer{OS: "ben"}, Via: "cli", Note: "enough"})
	r.must(err)
	r.messageOf(a, "revoked it*", "enough")
	r.idle()
	r.wantOnce()
}
