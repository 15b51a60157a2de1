package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/rs/zerolog"

	"github.com/holdfast-db/holdfast/internal/audit"
	"github.com/holdfast-db/holdfast/internal/console"
	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/pgtest"
	"github.com/holdfast-db/holdfast/internal/store"
)

// TestScripts runs the command line, as processes of their own, against a desk,
// store, audit and control socket of this process.
func TestScripts(t *testing.T) {
	binary := pgtest.Binary(t, "./cmd/holdfast")
	root, err := pgtest.Root()
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			me, err := user.Current()
			if err != nil {
				return err
			}
			e.Setenv("PATH", filepath.Dir(binary)+string(filepath.ListSeparator)+e.Getenv("PATH"))
			e.Setenv("ME", me.Username)
			e.Setenv("EXAMPLES", filepath.Join(root, "examples"))
			e.Setenv("TZ", "UTC")
			e.Setenv("GORACE", "atexit_sleep_ms=0") // the race detector sleeps a second at each exit
			// A path short enough for a Unix socket, whatever the folder of the test.
			dir, err := os.MkdirTemp("", "hf")
			if err != nil {
				return err
			}
			e.Setenv("DIR", dir)
			e.Setenv("HOLDFAST_SOCKET", filepath.Join(dir, "s", "holdfast.sock"))
			e.Defer(func() { os.RemoveAll(dir) })
			e.Values[worldKey{}] = &world{cancel: map[string]context.CancelFunc{}}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"desk": openDesk, "ask": ask, "leave": leave, "mode": checkMode, "deadsocket": deadSocket,
			"failed": exits(exitFailed), "usage": exits(exitUsage), "stops": reports(exitStops), "brokenoff": reports(exitFailed),
		},
	})
}

// world is what a script's commands share.
type world struct {
	desk     *hold.Desk
	sessions sync.WaitGroup
	cancel   map[string]context.CancelFunc
}

type worldKey struct{}

func worldOf(ts *testscript.TestScript) *world {
	return ts.Value(worldKey{}).(*world)
}

// openDesk is "desk [me=PERSON] [PERSON ...]": a desk with these people, one of
// whom may be the OS user of this test; all of them are the group dba.
func openDesk(ts *testscript.TestScript, _ bool, args []string) {
	var list []hold.Person
	groups := map[string][]string{}
	for _, name := range args {
		p := hold.Person{Name: name}
		if name, ok := cutPrefix(name, "me="); ok {
			p = hold.Person{Name: name, OS: ts.Getenv("ME")}
		}
		p.Postgres = []string{p.Name}
		list = append(list, p)
		groups["dba"] = append(groups["dba"], p.Name)
	}
	people, err := hold.NewPeople(list, groups)
	ts.Check(err)
	ctx := context.Background()
	dir := ts.Getenv("DIR")
	st, err := store.Open(ctx, "sqlite://"+filepath.Join(dir, "holdfast.db"))
	ts.Check(err)
	record, err := audit.Open(filepath.Join(dir, "audit.jsonl"))
	ts.Check(err)
	desk, err := hold.Open(ctx, hold.Options{Store: st, Record: record, People: people})
	ts.Check(err)
	w := worldOf(ts)
	w.desk = desk
	status := func(context.Context) console.Status {
		return console.Status{
			Version: "test", PID: 4711, Ready: true, Uptime: 125, CountingNote: counting,
			Hosts: []console.HostStatus{{Name: "shop-prod", Environment: "production", Mode: "enforce",
				Listen: []string{"127.0.0.1:6432"}, Server: "db1.internal:5432", Sessions: 3, Statements: 12044, NotCounted: 17}},
			Control: "sqlite:///x/holdfast.db", Audit: "/x/audit.jsonl", Socket: ts.Getenv("HOLDFAST_SOCKET"),
		}
	}
	socket, err := console.Listen(console.Options{Socket: ts.Getenv("HOLDFAST_SOCKET"), Desk: desk, Status: status, Sessions: someSessions, Log: zerolog.Nop()})
	ts.Check(err)
	serving, stop := context.WithCancel(ctx)
	served := make(chan error, 1)
	go func() { served <- socket.Serve(serving) }()
	ts.Defer(func() {
		stop()
		for _, err := range []error{<-served, desk.Close(), record.Close(), st.Close()} {
			if err != nil {
				panic(err)
			}
		}
		w.sessions.Wait()
	})
}

// someSessions are those that "holdfast sessions" lists.
func someSessions() []console.Session {
	now := time.Now().UTC()
	session := func(id, user, state string, ago time.Duration) console.Session {
		return console.Session{ID: id, Host: "shop-prod", Environment: "production", Database: "shop", User: user, Application: "psql", Client: "10.20.3.14",
			Kind: "interactive", Since: now.Add(-2 * time.Hour), State: state, StateSince: now.Add(-ago)}
	}
	held := session("4711", "ana", "held", 3*time.Minute)
	held.Hold, held.Statement, held.TLS = "h7k2m9qd", "DROP TABLE events", true
	idle := session("12", "etl\x1b[31m", "idle in transaction", 25*time.Hour)
	idle.Host = "shop-staging"
	return []console.Session{held, idle}
}

func cutPrefix(s, prefix string) (string, bool) {
	if len(s) > len(prefix) && s[:len(prefix)] == prefix {
		return s[len(prefix):], true
	}
	return s, false
}

// ask is "ask NAME USER COUNT STATEMENT [SQL]": a session of USER asks, COUNT
// reviewers are wanted, and NAME holds the id from then on. Once released the
// statement is executed.
func ask(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 4 {
		ts.Fatalf("usage: ask NAME USER COUNT STATEMENT [SQL]")
	}
	w := worldOf(ts)
	n, err := strconv.Atoi(args[2])
	ts.Check(err)
	r := hold.Request{
		Host: "shop-prod", Environment: "production", Database: "shop", User: args[1], Application: "psql", Client: "10.20.3.14",
		SQL: args[3] + ";", Statements: []string{args[3]}, Rule: "drops", Reason: args[3], Why: "the table goes with all its rows",
		Wait: 30 * time.Minute, Reviewers: hold.Reviewers{Count: n}, Binding: args[3],
	}
	if len(args) > 4 {
		sql, err := strconv.Unquote(`"` + args[4] + `"`)
		ts.Check(err)
		r.SQL = sql
	}
	ctx, cancel := context.WithCancel(context.Background())
	ids := make(chan string, 1)
	w.sessions.Go(func() {
		h, err := w.desk.Wait(ctx, r, func(h hold.Hold) { ids <- h.ID })
		if err != nil {
			panic(fmt.Sprintf("waiting for a hold: %v", err))
		}
		if h.State == hold.Released {
			w.desk.Finish(h.ID, hold.Executed, "DROP TABLE")
		}
	})
	id := <-ids
	w.cancel[id] = cancel
	ts.Defer(cancel)
	ts.Setenv(args[0], id)
}

// leave is "leave ID": the session goes away.
func leave(ts *testscript.TestScript, _ bool, args []string) {
	w := worldOf(ts)
	w.cancel[args[0]]()
	for range 1000 {
		if h, err := w.desk.Get(context.Background(), args[0]); err == nil && h.State == hold.Withdrawn {
			return
		}
		time.Sleep(time.Millisecond) // the desk writes to a real disk, outside any bubble
	}
	ts.Fatalf("hold %s was not withdrawn", args[0])
}

// checkMode is "mode OCTAL PATH".
func checkMode(ts *testscript.TestScript, neg bool, args []string) {
	info, err := os.Stat(args[1])
	ts.Check(err)
	if got := fmt.Sprintf("%04o", info.Mode().Perm()); (got == args[0]) == neg {
		ts.Fatalf("the mode of %s is %s", args[1], got)
	}
}

// deadSocket leaves a socket on which nobody listens.
func deadSocket(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(leaveSocket(args[0]))
}

// exits is "failed COMMAND ..." and "usage COMMAND ...": exec that wants exactly
// this exit code, and nothing on standard output.
func exits(code int) func(*testscript.TestScript, bool, []string) {
	ends := reports(code)
	return func(ts *testscript.TestScript, neg bool, args []string) {
		ends(ts, neg, args)
		if out := ts.ReadFile("stdout"); out != "" {
			ts.Fatalf("standard output is not empty: %s", out)
		}
	}
}

// reports is for a program that ends with a code and has printed something.
func reports(code int) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, _ bool, args []string) {
		err := ts.Exec(args[0], args[1:]...)
		exit := (*exec.ExitError)(nil)
		if !errors.As(err, &exit) || exit.ExitCode() != code {
			ts.Fatalf("%v, want exit code %d", err, code)
		}
	}
}
