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
