package main

import (
	"testing"

	"github.com/holdfast-db/holdfast/internal/console"
)

// TestNeedsInWords: what show and approve say where several groups must say yes.
func TestNeedsInWords(t *testing.T) {
	h := console.Hold{
		ID: "abcdefgh", State: "pending", Requesters: []console.Requester{{Person: "ana", KnownBy: "Postgres user"}}, Approvals: []console.Approval{{By: "ben"}}, TypeName: []string{"public.events", "events"},
		Reviewers: console.Reviewers{
			Group: "dba", Count: 2, Requester: "ana", People: []string{"ben", "cleo", "dee"},
			Needs: []console.Need{{Group: "dba", Count: 2, Approved: 1}, {Group: "security", Count: 1}},
		},
	}
	for _, c := range []struct{ got, want string }{
		{review(h), "2 of dba and 1 of security; may answer: ben, cleo, dee; ana asked, so ana cannot answer; approved by ben"},
		{more(h), "abcdefgh approved. It still waits for 1 of dba and 1 of security: cleo or dee."},
		{typing(h), " --type NAME"},
		{typing(console.Hold{}), ""},
		{need(2, console.Need{}), "2 reviewers"},
		{need(1, console.Need{Spare: true, Groups: []string{"dba", "security"}}), "1 of dba or security"},
		{need(1, console.Need{Spare: true}), "1 more"},
		{policyText(console.PolicyStatus{}, h.Asked), "the default rules"},
		{policyText(console.PolicyStatus{File: "/etc/holdfast.yaml", Rules: 1, Loaded: h.Asked}, h.Asked),
			"1 rule and the default ones, from /etc/holdfast.yaml, loaded " + clock(h.Asked, h.Asked)},
	} {
		if c.got != c.want {
			t.Errorf("got  %s\nwant %s", c.got, c.want)
		}
	}
}
