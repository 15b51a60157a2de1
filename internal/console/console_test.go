package console

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"github.com/holdfast-db/holdfast/internal/audit"
	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/peer"
	"github.com/holdfast-db/holdfast/internal/store"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(callerSocket); path != "" {
		os.Exit(beCaller(path, os.Getenv(callerHold)))
	}
	goleak.VerifyTestMain(m)
}

// office is a desk on a real store and record, behind a real control socket.
type office struct {
	t        *testing.T
	desk     *hold.Desk
	socket   string
	client   *Client
	sessions sync.WaitGroup
}

func newOffice(t *testing.T, people []hold.Person, group string) *office {
	t.Helper()
	dir, err := os.MkdirTemp("", "hf") // t.TempDir is longer than the path of a socket may be
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	known, err := hold.NewPeople(people, nil)
	check(t, err)
	st, err := store.Open(t.Context(), "sqlite://"+filepath.Join(dir, "holdfast.db"))
	check(t, err)
	record, err := audit.Open(filepath.Join(dir, "audit.jsonl"))
	check(t, err)
	desk, err := hold.Open(t.Context(), hold.Options{Store: st, Record: record, People: known})
	check(t, err)
	o := &office{t: t, desk: desk, socket: filepath.Join(dir, "run", "holdfast.sock")}
	s, err := Listen(Options{Socket: o.socket, Group: group, Desk: desk, Log: zerolog.Nop(),
		Status: func(context.Context) Status { return Status{Version: "test", Ready: true} }})
	check(t, err)
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx) }()
	o.client = NewClient(o.socket)
	t.Cleanup(func() {
		stop()
		check(t, <-served)
		check(t, desk.Close())
		o.sessions.Wait()
		check(t, record.Close())
		check(t, st.Close())
		if _, err := os.Stat(o.socket); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the socket is left behind: %v", err)
		}
	})
	return o
}

// ask holds a statement and returns its id.
func (o *office) ask(user string) string {
	o.t.Helper()
	ids := make(chan string, 1)
	o.sessions.Go(func() {
		h, err := o.desk.Wait(context.Background(), hold.Request{
			Host: "shop-prod", Database: "shop", User: user, SQL: "DROP TABLE <events>;", Statements: []string{"DROP TABLE events"},
			Rule: "drops", Reason: "DROP TABLE events", Wait: time.Hour, Binding: "x",
		}, func(h hold.Hold) { ids <- h.ID })
		if err != nil {
			o.t.Errorf("waiting: %v", err)
		}
		if h.State == hold.Released {
			o.desk.Finish(h.ID, hold.Executed, "DROP TABLE")
		}
	})
	return <-ids
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func codeOf(t *testing.T, err error) Code {
	t.Helper()
	var f *Fault
	if !errors.As(err, &f) {
		t.Fatalf("%v is no Fault", err)
	}
	return f.Code
}

func TestApproveAndDeny(t *testing.T) {
	o := newOffice(t, nil, "")
	ctx := t.Context()
	me := peer.User(uint32(os.Getuid()))
	a, b := o.ask("ana"), o.ask("ana")

	holds, err := o.client.Holds(ctx, false)
	check(t, err)
	if len(holds) != 2 || holds[0].State != "pending" || holds[0].SQL != "DROP TABLE <events>;" || holds[0].Reviewers.Count != 1 {
		t.Fatalf("holds: %+v", holds)
	}
	h, err := o.client.Approve(ctx, a, "it is meant", "", "")
	check(t, err)
	if h.DecidedBy != me || h.Via != "cli" || h.Identity != "unverified" || h.Note != "it is meant" {
		t.Errorf("approved: %+v", h)
	}
	if h, err = o.client.Deny(ctx, b, ""); err != nil || h.State != "denied" {
		t.Errorf("denied: %+v, %v", h, err)
	}
	_, err = o.client.Approve(ctx, b, "", "", "")
	var f *Fault
	if !errors.As(err, &f) || f.Code != Ended || f.Hold == nil || f.Hold.State != "denied" {
		t.Errorf("answering twice: %v", err)
	}
	if holds, err = o.client.Holds(ctx, true); err != nil || len(holds) != 2 {
		t.Errorf("all: %+v, %v", holds, err)
	}
	if s, err := o.client.Status(ctx); err != nil || !s.Ready || s.Version != "test" {
		t.Errorf("status: %+v, %v", s, err)
	}
}

func TestFaults(t *testing.T) {
	o := newOffice(t, nil, "")
	id := o.ask("ana")
	for _, c := range []struct {
		name, method, path, body string
		status                   int
		code                     Code
	}{
		{"unknown hold", "GET", "/v1/holds/zzzzzzzz", "", 404, UnknownID},
		{"unknown route", "GET", "/v2/holds", "", 404, NoSuchRoute},
		{"wrong method", "DELETE", "/v1/holds/" + id, "", 404, NoSuchRoute},
		{"approve by GET", "GET", "/v1/holds/" + id + "/approve", "", 404, NoSuchRoute},
		{"all", "GET", "/v1/holds?all=yes", "", 400, BadRequest},
		{"no JSON", "POST", "/v1/holds/" + id + "/approve", "note", 400, BadRequest},
		{"unknown key", "POST", "/v1/holds/" + id + "/approve", `{"only_if":"night"}`, 400, BadRequest},
		{"two objects", "POST", "/v1/holds/" + id + "/approve", `{}{}`, 400, BadRequest},
		{"long", "POST", "/v1/holds/" + id + "/approve", `{"note":"` + strings.Repeat("x", maxBody) + `"}`, 400, BadRequest},
		{"long note", "POST", "/v1/holds/" + id + "/approve", `{"note":"` + strings.Repeat("x", 501) + `"}`, 403, NotAllowed},
		{"wrong type", "POST", "/v1/holds/" + id + "/approve", `{"type":"orders"}`, 403, NotAllowed},
	} {
		t.Run(c.name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), c.method, "http://holdfast"+c.path, strings.NewReader(c.body))
			check(t, err)
			res, err := o.client.http.Do(req)
			check(t, err)
			defer res.Body.Close()
			if code := codeOf(t, readFault(res)); res.StatusCode != c.status || code != c.code {
				t.Errorf("answered %d %s, want %d %s", res.StatusCode, code, c.status, c.code)
			}
		})
	}
	if h, err := o.client.Hold(t.Context(), id); err != nil || h.State != "pending" {
		t.Errorf("after all that: %+v, %v", h, err)
	}
	for _, id := range []string{"", "..", "../status", "a?all=1"} {
		if _, err := o.client.Hold(t.Context(), id); codeOf(t, err) != UnknownID {
			t.Errorf("id %q: %v", id, err)
		}
	}
}

// TestSlowCaller: a caller that never finishes its request is cut off, others
// are served meanwhile.
func TestSlowCaller(t *testing.T) {
	o := newOffice(t, nil, "")
	conn, err := net.Dial("unix", o.socket)
	check(t, err)
	defer conn.Close()
	_, err = conn.Write([]byte("POST /v1/holds/x/approve HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{"))
	check(t, err)
	if _, err := o.client.Status(t.Context()); err != nil {
		t.Errorf("others have to wait: %v", err)
	}
}

func TestPeople(t *testing.T) {
	me := peer.User(uint32(os.Getuid()))
	o := newOffice(t, []hold.Person{{Name: "ana", Postgres: []string{"ana"}}, {Name: "ben", Postgres: []string{"ben"}, OS: me}}, "")
	mine, others := o.ask("ben"), o.ask("ana")
	if _, err := o.client.Approve(t.Context(), mine, "", "", ""); codeOf(t, err) != NotAllowed {
		t.Errorf("my own: %v", err)
	}
	h, err := o.client.Deny(t.Context(), others, "no")
	if err != nil || h.DecidedBy != "ben" || h.Identity != "verified" || h.Reviewers.Requester != "ana" || strings.Join(h.Reviewers.People, " ") != "ben" {
		t.Errorf("another's: %+v, %v", h, err)
	}
	check(t, func() error { _, err := o.client.Hold(t.Context(), mine); return err }())
}

// TestWaitForAnAnswer: a request that waits returns with the answer, at its time, or
// when the server ends.
func TestWaitForAnAnswer(t *testing.T) {
	o := newOffice(t, nil, "")
	ctx := t.Context()
	id := o.ask("ana")
	if h, err := o.client.Answered(ctx, id, 10*time.Millisecond); err != nil || h.State != "pending" {
		t.Errorf("without an answer: %+v, %v", h, err)
	}
	answered := make(chan Hold, 1)
	go func() {
		h, err := o.client.Answered(ctx, id, MaxWait)
		if err != nil {
			t.Error(err)
		}
		answered <- h
	}()
	_, err := o.client.Deny(ctx, id, "no")
	check(t, err)
	if h := <-answered; h.State != "denied" || h.Note != "no" {
		t.Errorf("%+v", h)
	}
	if _, err := o.client.Answered(ctx, "zzzzzzzz", MaxWait); codeOf(t, err) != UnknownID {
		t.Error(err)
	}
	for _, wait := range []string{"soon", "-1s", "0"} {
		_, err := o.client.onHold(ctx, http.MethodGet, id, "?wait="+wait, nil)
		if codeOf(t, err) != BadRequest {
			t.Errorf("wait=%s: %v", wait, err)
		}
	}
	last := o.ask("ana")
	go o.client.Answered(ctx, last, MaxWait) //nolint:errcheck // the server ends first
}

// TestGrant: an approval that nobody waited for, as programs see it.
func TestGrant(t *testing.T) {
	o := newOffice(t, nil, "")
	r := hold.Request{Host: "shop-prod", Database: "shop", User: "ana", SQL: "DROP TABLE a", Wait: time.Hour, Binding: "y", Return: true}
	h, err := o.desk.Wait(t.Context(), r, nil)
	check(t, err)
	shown, err := o.client.Hold(t.Context(), h.ID)
	check(t, err)
	if !shown.Returns || shown.State != "pending" || !shown.GrantedUntil.IsZero() || shown.Ungrantable != "" {
		t.Errorf("%+v", shown)
	}
	granted, err := o.client.Approve(t.Context(), h.ID, "", "", "")
	check(t, err)
	if granted.State != "granted" || granted.GrantedUntil.Sub(granted.Decided) != hold.DefaultGrant {
		t.Errorf("%+v", granted)
	}
	if holds, err := o.client.Holds(t.Context(), false); err != nil || len(holds) != 1 || holds[0].State != "granted" {
		t.Errorf("%+v, %v", holds, err)
	}
}
