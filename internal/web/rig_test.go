package web_test

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"github.com/holdfast-db/holdfast/internal/alert"
	"github.com/holdfast-db/holdfast/internal/audit"
	"github.com/holdfast-db/holdfast/internal/console"
	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/passkey"
	"github.com/holdfast-db/holdfast/internal/store"
	"github.com/holdfast-db/holdfast/internal/web"
)

func TestMain(m *testing.M) {
	code := m.Run()
	theBrowser.close()
	if err := goleak.Find(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// team are people of which ana asks, and ben and cy may answer.
var team = []hold.Person{
	{Name: "ana", Postgres: []string{"ana"}, OS: "ana"}, {Name: "ben", Postgres: []string{"ben"}, OS: "bsmith"},
	{Name: "cy", OS: "cy"}, {Name: "zoe", OS: "zoe"},
}

var groups = map[string][]string{"dba": {"ana", "ben", "cy"}}

// rig is a console on a real desk, store and record.
type rig struct {
	*web.Server
	t        *testing.T
	dir      string
	store    *store.Store
	record   *audit.Log
	desk     *hold.Desk
	passkeys *passkey.Ring
	sessions sync.WaitGroup
	hashes   hashes
	tokens   hashes
	oidc     *web.OIDC
	clients  clients
	alerts   *alertDesk  // in memory, or nil
	counts   bool        // there is a desk of alerts on the store, in place of alerts
	counting *alert.Desk // that one
	stop     func()
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func known(t *testing.T, people []hold.Person) hold.People {
	t.Helper()
	if len(people) == 0 {
		return hold.People{}
	}
	p, err := hold.NewPeople(people, groups)
	check(t, err)
	return p
}

func newRig(t *testing.T, people []hold.Person) *rig {
	t.Helper()
	return newRigWith(t, people, nil)
}

func newRigWith(t *testing.T, people []hold.Person, provider *web.OIDC) *rig {
	t.Helper()
	r := &rig{t: t, dir: t.TempDir(), oidc: provider, alerts: &alertDesk{people: known(t, people)}}
	r.start("127.0.0.1:0", people)
	t.Cleanup(func() { r.stop() })
	return r
}

// start opens everything on what is in the folder.
func (r *rig) start(listen string, people []hold.Person) {
	t := r.t
	t.Helper()
	var err error
	r.store, err = store.Open(context.Background(), "sqlite://"+filepath.Join(r.dir, "holdfast.db"))
	check(t, err)
	r.record, err = audit.Open(filepath.Join(r.dir, "audit.jsonl"))
	check(t, err)
	r.desk, err = hold.Open(context.Background(), hold.Options{Store: r.store, Record: r.record, People: known(t, people)})
	check(t, err)
	r.passkeys, err = passkey.Open(context.Background(), r.store.Passkeys(), r.record)
	check(t, err)
	var alerts web.Alerts
	switch {
	case r.counts:
		r.counting, err = alert.OpenDesk(context.Background(), alert.Options{
			Store: r.store, Record: r.record, People: known(t, people), Environments: map[string]string{"shop-prod": "production"},
			Rules: alert.Rules{Brake: []alert.BrakeRule{{}}},
		})
		check(t, err)
		alerts = r.counting
	case r.alerts != nil:
		alerts = r.alerts
	}
	r.Server, err = web.Listen(web.Options{
		Listen: listen, Alerts: alerts, Desk: r.desk, History: r.store, Policy: policy, Submit: r.submit, Passwords: r.hashes.now, Tokens: r.tokens.now,
		Passkeys: r.passkeys, OIDC: r.oidc, Log: zerolog.Nop(),
		Status:   func(ctx context.Context) console.Status { return status(r.desk) },
		Sessions: r.clients.now,
	})
	check(t, err)
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func(s *web.Server) { served <- s.Serve(ctx) }(r.Server)
	r.stop = func() {
		t.Helper()
		stop()
		check(t, <-served)
		if r.counting != nil {
			check(t, r.counting.Close())
		}
		check(t, r.desk.Close())
		r.sessions.Wait()
		check(t, r.record.Close())
		check(t, r.store.Close())
	}
}

// submit asks about a file of two statements, whatever it says.
func (r *rig) submit(ctx context.Context, f console.FileRequest, by hold.Answerer) (hold.Hold, []string, error) {
	if f.SQL == "" {
		return hold.Hold{}, nil, &console.Fault{Code: console.BadRequest, Text: "nothing of it would be held"}
	}
	req := drop()
	req.Application, req.Client, req.Binding, req.Undone = "", "", "file", true
	req.File, req.FileHash, req.User, req.Statements = f.Name, strings.Repeat("ab", 32), f.User, []string{"DROP TABLE events", "TRUNCATE logs"}
	req.Items = []hold.Item{{Key: "1", Hash: "h1", Line: 3, Statements: req.Statements[:1]}, {Key: "2", Hash: "h2", Line: 9, Statements: req.Statements[1:]}}
	h, err := r.desk.Submit(ctx, req, by)
	return h, []string{"line 12: its text has a password"}, err
}

// restart stops holdfast, with everything that waits, and starts it on the same port.
func (r *rig) restart(people []hold.Person) {
	r.t.Helper()
	u, err := url.Parse(r.URL())
	check(r.t, err)
	r.stop()
	r.start(u.Host, people)
}

func status(desk *hold.Desk) console.Status {
	s := console.Status{
		Version: "0.2.0", PID: 4711, Started: time.Now().Add(-26 * time.Hour), Uptime: 26 * 3600, Ready: true,
		Hosts: []console.HostStatus{
			{Name: "shop-prod", Environment: "production", Mode: "enforce", Listen: []string{"0.0.0.0:6432"}, Server: "postgres://db1.internal:5432",
				SSLMode: "verify-full", Sessions: 48, Held: 3, Statements: 8241902, NotCounted: 1204, Refused: 2},
			{Name: "shop-staging", Environment: "staging", Mode: "observe", Listen: []string{"127.0.0.1:6433"}, Server: "postgres://127.0.0.1:5433",
				SSLMode: "prefer", Sessions: 1, Statements: 40211, NotCounted: 3, WouldHold: 12},
		},
		CountingNote: "Rows are not counted before a commit in this version.",
		Control:      "sqlite:///var/lib/holdfast/holdfast.db", Audit: "/var/lib/holdfast/audit.jsonl", Socket: "/run/holdfast/holdfast.sock",
	}
	s.People, s.Identity = desk.People().Names(), "unverified"
	if len(s.People) > 0 {
		s.Identity = "verified"
	}
	return s
}

func policy() web.Policy {
	return web.Policy{
		File: "/etc/holdfast/holdfast.yaml", Loaded: time.Now().Add(-3 * time.Hour), SHA256: strings.Repeat("9f86d081", 8),
		Rules: []web.Rule{
			{Name: "night", Line: 21, Action: "refuse", When: []web.Condition{{Key: "outside", Values: []string{"Mon-Fri 08:00-18:00 Europe/Berlin"}}, {Key: "verbs", Values: []string{"drop", "truncate"}}}},
			{Name: "etl may truncate staging", Line: 22, Action: "allow", When: []web.Condition{{Key: "users", Values: []string{"etl"}}, {Key: "tables", Values: []string{"staging.*"}}, {Key: "verbs", Values: []string{"truncate"}}}},
			{Name: "drops need two", Line: 23, Action: "hold", When: []web.Condition{{Key: "verbs", Values: []string{"drop-database", "drop-schema"}}}, Terms: []string{"2 of dba approve", "the name of what goes is typed"}},
		},
		Limits: []string{"Counted deletes are held above 1,000 rows or a quarter of a table."},
	}
}

// drop is a request that most tests ask.
func drop() hold.Request {
	return hold.Request{
		Host: "shop-prod", Environment: "production", Database: "shop", User: "ana", Application: "psql", Client: "10.20.3.14",
		SQL: "DROP TABLE events;", Statements: []string{"DROP TABLE events"}, Rule: "drops", Reason: "DROP TABLE events", Wait: time.Hour, Binding: "x",
		Reviewers: hold.Reviewers{Group: "dba"},
	}
}

// ask holds a statement and returns its id. When it is released, the server answers
// with tag.
func (r *rig) ask(req hold.Request, tag string) string {
	r.t.Helper()
	id, _ := r.askUntil(context.Background(), req, tag)
	return id
}

// askUntil is ask for a session that leaves when its context ends; done has how it
// ended.
func (r *rig) askUntil(ctx context.Context, req hold.Request, tag string) (id string, done <-chan hold.Hold) {
	r.t.Helper()
	ids, ended := make(chan string, 1), make(chan hold.Hold, 1)
	r.sessions.Go(func() {
		h, err := r.desk.Wait(ctx, req, func(h hold.Hold) { ids <- h.ID })
		if err != nil {
			r.t.Errorf("waiting: %v", err)
		}
		if h.State == hold.Released {
			r.desk.Finish(h.ID, hold.Executed, tag)
		}
		ended <- h
	})
	return <-ids, ended
}

// link is the path of a link for an OS user.
func (r *rig) link(os string) string {
	r.t.Helper()
	l, err := r.Link(hold.Answerer{OS: os})
	check(r.t, err)
	return strings.TrimPrefix(l.URL, r.URL())
}

// state is that of a hold.
func (r *rig) state(id string) hold.State {
	r.t.Helper()
	h, err := r.desk.Get(context.Background(), id)
	check(r.t, err)
	return h.State
}

// await waits until a hold is in a state.
func (r *rig) await(id string, want hold.State) hold.Hold {
	r.t.Helper()
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		h, err := r.desk.Get(context.Background(), id)
		check(r.t, err)
		if h.State == want {
			return h
		}
		if time.Now().After(end) {
			r.t.Fatalf("hold %s is %s, want %s", id, h.State, want)
		}
	}
}

// shots is the folder for pictures of the pages; empty without them.
var shots = os.Getenv("HOLDFAST_SHOTS")
