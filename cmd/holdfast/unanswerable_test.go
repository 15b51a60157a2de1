package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/console"
)

// fileHold is what ana asked of a file that ben will run, and nobody has answered.
func fileHold(now time.Time) console.Hold {
	return console.Hold{
		ID: "abcdefgh", State: "pending", Host: "shop-prod", Environment: "production", Database: "shop", User: "ben", Returns: true,
		Requesters: []console.Requester{{Person: "ben", KnownBy: "Postgres user"}}, SQL: "DROP TABLE a;", Statements: []string{"DROP TABLE a"},
		Asked: now, Expires: now.Add(30 * time.Minute),
		File:      &console.File{Name: "0042.sql", Submitter: "ana", Left: 1, Items: []console.Item{{Line: 3, Statements: []string{"DROP TABLE a"}}}},
		Reviewers: console.Reviewers{Count: 1, Needs: []console.Need{{Count: 1}}, Requester: "ben"},
	}
}

// said is what the command line prints on a screen without colours.
func said(now time.Time, print func(*app)) string {
	var out bytes.Buffer
	print(&app{out: &screen{Writer: &out, width: maxWidth}, now: func() time.Time { return now }})
	return strings.Join(strings.Fields(out.String()), " ") // wherever lines are folded
}

// Where who asks and who will run a file are all there are, nobody may approve it, and
// everything that is said of it says so.
func TestNobodyMayApproveFile(t *testing.T) {
	now := time.Date(2026, 11, 26, 18, 0, 0, 0, time.Local)
	h := fileHold(now)
	h.Unanswerable = "it needs 1 person, and nobody may answer"

	if got, want := review(h), "nobody in the configuration may answer"; got != want {
		t.Errorf("review: %q, want %q", got, want)
	}
	requested := said(now, func(a *app) { a.requested(console.FileAnswer{Hold: h}) })
	want := "abcdefgh asks for 1 statement of 0042.sql: LINE 3 asked: DROP TABLE a " +
		"Nobody can approve it as holdfast is configured: it needs 1 person, and nobody may answer. Neither who asks nor who will run it may. " +
		"Whoever runs holdfast can name more people in its configuration; they count at once, for this hold too. It waits until 18:30:00."
	if requested != want {
		t.Errorf("request says\n%s\nwant\n%s", requested, want)
	}
	shown := said(now, func(a *app) { a.printHold(h) })
	if !strings.Contains(shown, "NOBODY can approve it as holdfast is configured: it needs 1 person, and nobody may answer. Whoever runs holdfast can name more people") ||
		strings.Contains(shown, "holdfast approve") || strings.Contains(shown, "holdfast deny") {
		t.Errorf("show says\n%s", shown)
	}

	h.Reviewers.Count, h.Reviewers.People = 2, []string{"cy"} // one who may deny, and is not enough to approve
	if shown := said(now, func(a *app) { a.printHold(h) }); !strings.Contains(shown, "NOBODY can approve it") || !strings.Contains(shown, "holdfast deny abcdefgh") {
		t.Errorf("show says\n%s", shown)
	}
}

func TestFileIsAskedAbout(t *testing.T) {
	now := time.Date(2026, 11, 26, 18, 0, 0, 0, time.Local)
	h := fileHold(now)
	h.Reviewers.People = []string{"cy", "dee"}
	requested := said(now, func(a *app) {
		a.requested(console.FileAnswer{Hold: h, Uncovered: []string{"line 6: it cannot be read"}})
	})
	want := "abcdefgh asks for 1 statement of 0042.sql: LINE 3 asked: DROP TABLE a Asked about when it comes: line 6: it cannot be read " +
		"It needs 1 of cy, dee; ana asks and ben will run it, so neither can answer. To answer: holdfast approve abcdefgh"
	if requested != want {
		t.Errorf("request says\n%s\nwant\n%s", requested, want)
	}
	shown := said(now, func(a *app) { a.printHold(h) })
	if !strings.Contains(shown, "Nobody runs it yet: ana asks for 1 statement of the file. If it is approved by 18:30:00, ben may send each of them once.") ||
		!strings.Contains(shown, "holdfast approve abcdefgh") || strings.Contains(shown, "NOBODY") {
		t.Errorf("show says\n%s", shown)
	}
	h.Reviewers.People, h.Requesters = nil, nil // without people in the configuration
	if got, want := review(h), "1 person who may use the control socket, unverified"; got != want {
		t.Errorf("review: %q, want %q", got, want)
	}
}

// Everybody who said yes is named, not the last one alone.
func TestAllWhoApprovedAreNamed(t *testing.T) {
	now := time.Date(2026, 11, 26, 18, 0, 0, 0, time.Local)
	h := fileHold(now)
	h.File, h.Returns, h.State = nil, false, "executed"
	h.DecidedBy, h.Via, h.Identity, h.Decided, h.Released, h.Ended, h.Result = "ana", "cli", "verified", now.Add(2*time.Minute), now.Add(2*time.Minute), now.Add(2*time.Minute), "DROP TABLE"
	h.Approvals = []console.Approval{{By: "cy", Via: "slack", Note: "it is archived", At: now.Add(time.Minute)}, {By: "ana", Via: "cli", At: now.Add(2 * time.Minute)}}
	shown := said(now, func(a *app) { a.printHold(h) })
	for _, want := range []string{
		"cy and ana approved it and the server executed it: DROP TABLE.",
		`18:00:00 held 18:01:00 approved by cy (slack); "it is archived" 18:02:00 approved by ana (cli, verified) 18:02:00 released 18:02:00 executed`,
	} {
		if !strings.Contains(shown, want) {
			t.Errorf("show does not say %q:\n%s", want, shown)
		}
	}
}
