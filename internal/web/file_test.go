package web_test

import (
	"context"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/holdfast-db/holdfast/internal/console"
	"github.com/holdfast-db/holdfast/internal/hold"
)

// TestFileInABrowser: a file is asked about, approved on its page, and the page follows
// what is sent of it, until somebody revokes the rest.
func TestFileInABrowser(t *testing.T) {
	r := newRig(t, team)
	h, _, err := r.submit(context.Background(), console.FileRequest{Name: "0042_tidy.sql", User: "ana", SQL: "x"}, hold.Answerer{OS: "zoe"})
	check(t, err)
	ben := r.tab(phone, "bsmith")
	ben.open("/holds/" + h.ID)
	ben.sees("zoe asked for the file 0042_tidy.sql", "Statements of the file", "line 3, asked for", "line 9, asked for", "may then send each of its statements once within 30 min")
	ben.shot("file-asked")
	ben.do(chromedp.Click("#approve button", byQuery))
	ben.sees("may send each of its statements once until", "2 of 2 are left", "line 3, open")
	req := drop()
	req.Item, req.Undone, req.Binding = "1", true, "b"
	sent, err := r.desk.Wait(context.Background(), req, nil)
	check(t, err)
	r.desk.Finish(sent.ID, hold.Executed, "DROP TABLE")
	r.await(sent.ID, hold.Executed)
	ben.open("/holds/" + h.ID)
	ben.sees("1 of 2 are left", "line 3, sent", "line 9, open", "Went on under this approval", "Revoke what is left")
	ben.shot("file-granted")
	ben.do(chromedp.Click("#revoke button", byQuery))
	ben.sees("revoked it at", "1 of its 2 statements were not sent", "line 9, not sent")
	ben.shot("file-revoked")
}
