package main_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// A migration that expired is granted and then taken back: by a second reviewer, by
// its requester, and too late.
func TestRevoke(t *testing.T) {
	h := newHousehold(t, "{group: dba, count: 1}", "holds: {wait: 1s}\n")
	session := func() *pgtest.Client {
		c := pgtest.Dial(t, h.hf.Listen)
		c.Startup("user", "ana", "database", h.db)
		return c
	}
	c := session()
	grant := func() string {
		t.Helper()
		sum(c.Query("TRUNCATE events")).wantError(t, "ZH003", 'I')
		id := h.hf.AllHolds(t)[0].ID
		wantExit(t, "ben approves", h.as(t, h.ben, "approve", id), 0, id+" granted: ana may run it once until ")
		return id
	}
	id := grant()
	wantAll(t, h.hf.MustCLI(t, "show", id), "holdfast revoke "+id)
	wantExit(t, "a stranger", h.as(t, "daemon", "revoke", id), 1, "not revoked: os user daemon is nobody in people")
	out := h.as(t, h.cleo, "revoke", id, "--note", "not in business hours")
	wantExit(t, "cleo revokes", out, 0, id+" revoked. Nothing was truncated. Sent again, it is held again.")
	shown := h.hf.MustCLI(t, "show", id)
	wantAll(t, shown, "lapsed", "ben approved it at ", ", and cleo revoked it at ", `before it was run; "not in business`, `hours". Nothing was truncated.`, "cleo revoked it (cli, verified)")
	t.Logf("%s\n%s", out.Stdout, shown)
	if strings.Contains(shown, "holdfast revoke") {
		t.Error("it can be revoked again")
	}
	var inJSON struct {
		State   string
		Revoked struct{ By, Via, Identity, Note string }
	}
	if err := json.Unmarshal([]byte(h.hf.MustCLI(t, "show", id, "--json")), &inJSON); err != nil || inJSON.State != "lapsed" || inJSON.Revoked.By != "cleo" || inJSON.Revoked.Via != "cli" || inJSON.Revoked.Note != "not in business hours" {
		t.Errorf("%+v, %v", inJSON, err)
	}
	wantExit(t, "twice", h.as(t, h.ben, "revoke", id), 1, "not revoked: it was revoked already, by cleo at ")
	sum(c.Query("TRUNCATE events")).wantError(t, "ZH003", 'I') // it is asked about again
	h.wantRows(t, "3")

	id = grant()
	wantExit(t, "ana wants it no more", h.hf.CLI("revoke", id), 0, id+" revoked.")
	wantAll(t, h.hf.MustCLI(t, "show", id), "ana, who asked, revoked it at ")

	id = grant()
	sum(c.Query("TRUNCATE events")).wantTag(t, "TRUNCATE TABLE", 'I')
	h.hf.AwaitState(t, id, "executed")
	wantExit(t, "too late", h.as(t, h.cleo, "revoke", id), 1, "not revoked: it is too late: it ran at 20")
	wantExit(t, "no such hold", h.hf.CLI("revoke", "zzzzzzzz"), 1, "no hold has the id")
}
