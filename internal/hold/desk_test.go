package hold_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
)

func TestApprovedIsReleasedOnceOnDisk(t *testing.T) {
	r := newRig(t, people(t))
	id, done := r.ask(t.Context(), request())
	if got := r.stored(id).State; got != hold.Pending {
		t.Fatalf("stored as %s when held is called", got)
	}
	if got := r.record(id); !slices.Equal(got, []string{"pending"}) {
		t.Fatalf("recorded as %v when held is called", got)
	}
	h, err := r.Decide(t.Context(), id, hold.Decision{Approve: true, By: hold.Answerer{OS: "ben"}, Via: "cli", Note: "go on", Type: "events"})
	if err != nil || h.State != hold.Approved || h.DecidedBy != "ben" || h.Via != "cli" || h.Note != "go on" || h.Identity != "verified" {
		t.Fatalf("decided %+v, %v", h, err)
	}
	o := <-done
	if o.err != nil || o.hold.State != hold.Released || o.hold.ReleaseAt.IsZero() {
		t.Fatalf("released %+v, %v", o.hold, o.err)
	}
	if got := r.stored(id); !reflect.DeepEqual(got, o.hold) {
		t.Errorf("stored %+v, returned %+v", got, o.hold)
	}
	if got := r.record(id); !slices.Equal(got, []string{"pending", "approved", "released"}) {
		t.Errorf("recorded as %v", got)
	}
	r.Finish(id, hold.Executed, "DROP TABLE")
	r.stop()
	if got := r.record(id); !slices.Equal(got, []string{"pending", "approved", "released", "executed"}) {
		t.Errorf("recorded as %v", got)
	}
	if len(r.events) != 4 {
		t.Errorf("observers got %d events", len(r.events))
	}
	again := openRig(t, r.dir, hold.People{})
	if got := again.stored(id); got.State != hold.Executed || got.Result != "DROP TABLE" || got.Ended.IsZero() {
		t.Errorf("stored %+v", got)
	}
	if unrecorded, err := again.store.Unrecorded(t.Context()); err != nil || len(unrecorded) != 0 {
		t.Errorf("not marked as recorded: %v, %v", unrecorded, err)
	}
	if got := again.record(id); len(got) != 4 {
		t.Errorf("the next start recorded it again: %v", got)
	}
}

func TestRecordHasNoSQL(t *testing.T) {
	r := newRig(t, people(t))
	id, done := r.ask(t.Context(), request())
	if _, err := r.Decide(t.Context(), id, yes("ben")); err != nil {
		t.Fatal(err)
	}
	<-done
	r.Finish(id, hold.Failed, "23505: Key (email)=(secret@example.com) already exists")
	r.stop()
	data, _ := os.ReadFile(filepath.Join(r.dir, "audit.jsonl"))
	for _, secret := range []string{"hunter2", "secret@example.com"} {
		if strings.Contains(string(data), secret) {
			t.Errorf("the record has %q", secret)
		}
	}
	if !strings.Contains(string(data), `"result":"23505"`) || !strings.Contains(string(data), `"sql_sha256":"`) {
		t.Errorf("the record lacks the SQLSTATE or the hash: %s", data)
	}
}

func TestDenied(t *testing.T) {
	r := newRig(t, people(t))
	id, done := r.ask(t.Context(), request())
	h, err := r.Decide(t.Context(), id, no("ben", "this is production"))
	o := <-done
	if err != nil || o.err != nil || h.State != hold.Denied || !reflect.DeepEqual(h, o.hold) {
		t.Fatalf("decided %+v, %v; waited %+v, %v", h, err, o.hold, o.err)
	}
	if o.hold.DecidedBy != "ben" || o.hold.Note != "this is production" || o.hold.Decided.IsZero() {
		t.Errorf("%+v", o.hold)
	}
	if got := r.record(id); !slices.Equal(got, []string{"pending", "denied"}) || r.stored(id).State != hold.Denied {
		t.Errorf("recorded as %v", got)
	}
	_, err = r.Decide(t.Context(), id, yes("cy"))
	var ended hold.ErrEnded
	if !errors.As(err, &ended) || err.Error() != "already denied by ben" || ended.Hold.ID != id {
		t.Errorf("answered again: %v", err)
	}
}

func TestExpiresAtItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, hold.People{})
		start := time.Now()
		id, done := r.ask(t.Context(), request())
		time.Sleep(30*time.Minute - 1)
		synctest.Wait()
		if h, err := r.Get(t.Context(), id); err != nil || h.State != hold.Pending || !h.Expires.Equal(start.Add(30*time.Minute)) {
			t.Fatalf("before its time: %+v, %v", h, err)
		}
		o := <-done
		if o.err != nil || o.hold.State != hold.Expired || time.Since(start) != 30*time.Minute {
			t.Fatalf("after %v: %+v, %v", time.Since(start), o.hold, o.err)
		}
		if r.stored(id).State != hold.Expired || !slices.Equal(r.record(id), []string{"pending", "expired"}) {
			t.Errorf("stored %s, recorded %v", r.stored(id).State, r.record(id))
		}
		_, err := r.Decide(t.Context(), id, yes("root"))
		var refused hold.ErrNotAllowed
		if !errors.As(err, &refused) || !strings.HasPrefix(refused.Reason, "this hold has ended as expired, and an approval cannot be kept") {
			t.Errorf("approving it afterwards, with nothing to bind it to: %v", err)
		}
		var ended hold.ErrEnded
		if _, err := r.Decide(t.Context(), id, no("root", "")); !errors.As(err, &ended) {
			t.Errorf("denying it afterwards: %v", err)
		}
	})
}

func TestCausesOfTheContext(t *testing.T) {
	for _, c := range []struct {
		cause error
		state hold.State
		want  string
	}{
		{nil, hold.Withdrawn, "the client cancelled or left"},
		{hold.ErrWithdrawn, hold.Withdrawn, "the client cancelled or left"},
		{fmt.Errorf("%w: connection reset", hold.ErrWithdrawn), hold.Withdrawn, "the client cancelled or left: connection reset"},
		{fmt.Errorf("%w: EOF", hold.ErrServerGone), hold.Abandoned, "the server closed the connection: EOF"},
		{hold.ErrStopping, hold.Abandoned, "holdfast is stopping"},
		{errors.New("something new"), hold.Withdrawn, "something new"},
	} {
		r := newRig(t, hold.People{})
		ctx, cancel := context.WithCancelCause(t.Context())
		id, done := r.ask(ctx, request())
		cancel(c.cause)
		o := <-done
		if o.err != nil || o.hold.State != c.state || o.hold.Result != c.want {
			t.Errorf("%v: %s %q, %v", c.cause, o.hold.State, o.hold.Result, o.err)
		}
		if got := r.stored(id); got.State != c.state || got.Result != c.want {
			t.Errorf("%v: stored %s %q", c.cause, got.State, got.Result)
		}
		if got := r.record(id); !slices.Equal(got, []string{"pending", string(c.state)}) {
			t.Errorf("%v: recorded %v", c.cause, got)
		}
	}
}

func TestContextThatHasEndedBefore(t *testing.T) {
	r := newRig(t, hold.People{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	h, err := r.Wait(ctx, request(), nil)
	if err != nil || h.State != hold.Withdrawn || r.stored(h.ID).State != hold.Withdrawn {
		t.Errorf("%+v, %v", h, err)
	}
}

// TestLapses: the client leaves between the approval and the release.
func TestLapses(t *testing.T) {
	r := newRig(t, hold.People{})
	ctx, cancel := context.WithCancelCause(t.Context())
	id, done := r.ask(ctx, request())
	r.disk.fail(nil, func(op string) error {
		if op == "record approved" {
			cancel(hold.ErrServerGone)
		}
		return nil
	})
	if h, err := r.Decide(t.Context(), id, yes("root")); err != nil && h.State != hold.Approved {
		t.Fatal(h, err)
	}
	o := <-done
	if o.err != nil || o.hold.State != hold.Lapsed || o.hold.Result != hold.ErrServerGone.Error() || !o.hold.ReleaseAt.IsZero() {
		t.Errorf("%+v, %v", o.hold, o.err)
	}
	if got := r.record(id); !slices.Equal(got, []string{"pending", "approved", "lapsed"}) || r.stored(id).State != hold.Lapsed {
		t.Errorf("recorded %v, stored %s", got, r.stored(id).State)
	}
}

func TestCloseEndsEveryWait(t *testing.T) {
	r := newRig(t, hold.People{})
	var waits []<-chan outcome
	for range 5 {
		_, done := r.ask(t.Context(), request())
		waits = append(waits, done)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	for _, done := range waits {
		if o := <-done; o.err != nil || o.hold.State != hold.Abandoned || o.hold.Result != "holdfast is stopping" {
			t.Errorf("%+v, %v", o.hold, o.err)
		}
	}
	if _, err := r.Wait(t.Context(), request(), nil); !errors.Is(err, hold.ErrUnavailable) {
		t.Errorf("waiting after Close: %v", err)
	}
	if err := r.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
	r.Finish("nothing", hold.Executed, "") // must not panic
}

// TestOneOfFiftyDecides: yes and no at the same time, exactly one decides and
// the others are told who.
func TestOneOfFiftyDecides(t *testing.T) {
	for round := range 4 {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t, hold.People{})
			id, done := r.ask(t.Context(), request())
			var (
				wg    sync.WaitGroup
				mu    sync.Mutex
				wins  []hold.Hold
				begin = make(chan struct{})
			)
			for i := range 50 {
				wg.Go(func() {
					<-begin
					dec := no(fmt.Sprint("os", i), "")
					dec.Approve = (i+round)%2 == 0
					h, err := r.Decide(context.Background(), id, dec)
					var ended hold.ErrEnded
					mu.Lock()
					defer mu.Unlock()
					switch {
					case err == nil:
						wins = append(wins, h)
					case !errors.As(err, &ended):
						t.Errorf("decider %d: %v", i, err)
					}
				})
			}
			close(begin)
			wg.Wait()
			o := <-done
			if len(wins) != 1 || o.err != nil || wins[0].DecidedBy != o.hold.DecidedBy {
				t.Fatalf("%d decided; %+v, %v", len(wins), o.hold, o.err)
			}
			want := map[hold.State]hold.State{hold.Approved: hold.Released, hold.Denied: hold.Denied}[wins[0].State]
			if o.hold.State != want {
				t.Errorf("decided %s, waited %s", wins[0].State, o.hold.State)
			}
		})
	}
}

// TestDecidersAgainstTheClient: answers and cancels race; whatever wins, memory,
// store and record agree, and nothing is released that was not approved.
func TestDecidersAgainstTheClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, hold.People{})
		var wg sync.WaitGroup
		all := make([]hold.Hold, 40)
		for i := range all {
			wg.Go(func() {
				ctx, cancel := context.WithCancel(context.Background())
				defer cancel()
				var inner sync.WaitGroup
				h, err := r.Wait(ctx, request(), func(h hold.Hold) {
					inner.Go(func() { _, _ = r.Decide(context.Background(), h.ID, yes("root")) })
					if i%2 == 0 {
						inner.Go(cancel)
					}
				})
				inner.Wait()
				if all[i] = h; err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait() // while others write the record has a line that is not whole
		for _, h := range all {
			states := recorded(t, r.dir, h.ID)
			if len(states) == 0 || states[len(states)-1] != string(h.State) || r.stored(h.ID).State != h.State {
				t.Errorf("returned %s, recorded %v, stored %s", h.State, states, r.stored(h.ID).State)
			}
			if h.State == hold.Released && !slices.Equal(states, []string{"pending", "approved", "released"}) {
				t.Errorf("released after %v", states)
			}
		}
	})
}

func TestNofM(t *testing.T) {
	r := newRig(t, people(t))
	req := request()
	req.Reviewers = hold.Reviewers{Group: "dba", Count: 3}
	id, done := r.ask(t.Context(), req)
	for i, os := range []string{"ben", "ben", "cy", "ben"} {
		h, err := r.Decide(t.Context(), id, yes(os))
		var twice hold.ErrNotAllowed
		if again := i == 1 || i == 3; again != errors.As(err, &twice) || !again && (err != nil || h.State != hold.Pending) {
			t.Fatalf("answer %d: %+v, %v", i, h, err)
		}
		if want := []int{1, 1, 2, 2}[i]; len(r.stored(id).Approvals) != want {
			t.Errorf("answer %d: %d approvals stored", i, len(r.stored(id).Approvals))
		}
	}
	if got := r.record(id); len(got) != 3 {
		t.Errorf("recorded %v", got)
	}
	if h, err := r.Decide(t.Context(), id, yes("dee")); err != nil || h.State != hold.Approved || h.DecidedBy != "dee" || len(h.Approvals) != 3 {
		t.Errorf("%+v, %v", h, err)
	}
	if o := <-done; o.hold.State != hold.Released {
		t.Errorf("%+v, %v", o.hold, o.err)
	}
}

func TestOneDenyOutweighsApprovals(t *testing.T) {
	r := newRig(t, people(t))
	req := request()
	req.Reviewers.Count = 3
	id, done := r.ask(t.Context(), req)
	for _, os := range []string{"ben", "cy"} {
		if _, err := r.Decide(t.Context(), id, yes(os)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.Decide(t.Context(), id, no("ben", "on second thoughts")); err != nil {
		t.Fatal(err)
	}
	if o := <-done; o.hold.State != hold.Denied || o.hold.DecidedBy != "ben" {
		t.Errorf("%+v, %v", o.hold, o.err)
	}
}

func TestWhoMayAnswer(t *testing.T) {
	long := strings.Repeat("x", 501)
	for _, c := range []struct {
		name  string
		user  string
		group string
		dec   hold.Decision
		want  string // in the error; empty when allowed
	}{
		{"another person", "ana", "", yes("ben"), ""},
		{"the requester", "ana", "", yes("ana"), "ana asked, so ana cannot answer"},
		{"the requester as admin", "admin", "dba", yes("ana"), "ana asked, so ana cannot answer"},
		{"the requester denies", "ana", "", no("ana", ""), "ana asked, so ana cannot answer"},
		{"outside the group", "ana", "dba", yes("zoe"), "zoe is not in group dba"},
		{"outside the group, denying", "ana", "dba", no("zoe", ""), "zoe is not in group dba"},
		{"no such group", "ana", "ops", yes("ben"), "ben is not in group ops"},
		{"nobody in people", "ana", "", yes("root"), "os user root is nobody in people: may look, may not answer"},
		{"by name", "ana", "", hold.Decision{Approve: true, By: hold.Answerer{Person: "ben"}}, ""},
		{"long note", "ana", "", no("ben", long), "501 characters"},
		{"note of two lines", "ana", "", no("ben", "a\nb"), "control character U+000A"},
		{"wrong type", "ana", "", hold.Decision{Approve: true, By: hold.Answerer{OS: "ben"}, Type: "evnts"}, "typed evnts, but this hold is for DROP TABLE events: not approved"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, people(t))
			ctx, cancel := context.WithCancel(t.Context())
			req := request()
			req.User, req.Reviewers.Group = c.user, c.group
			id, done := r.ask(ctx, req)
			h, err := r.Decide(t.Context(), id, c.dec)
			var refused hold.ErrNotAllowed
			switch {
			case c.want == "" && (err != nil || h.State != hold.Approved):
				t.Errorf("%+v, %v", h, err)
			case c.want != "" && (!errors.As(err, &refused) || !strings.Contains(refused.Reason, c.want)):
				t.Errorf("%v, want %q", err, c.want)
			case c.want != "" && r.stored(id).State != hold.Pending:
				t.Errorf("it is %s", r.stored(id).State)
			}
			cancel()
			<-done
		})
	}
}

func TestWithoutPeople(t *testing.T) {
	r := newRig(t, hold.People{})
	req := request()
	req.Reviewers.Count = 2
	id, done := r.ask(t.Context(), req)
	for _, os := range []string{"ana", "root"} {
		if _, err := r.Decide(t.Context(), id, yes(os)); err != nil {
			t.Fatal(err)
		}
	}
	if o := <-done; o.hold.State != hold.Released || o.hold.DecidedBy != "root" || o.hold.Identity != "unverified" {
		t.Errorf("%+v, %v", o.hold, o.err)
	}
}

func TestUnknownID(t *testing.T) {
	r := newRig(t, hold.People{})
	if _, err := r.Get(t.Context(), "zzzzzzzz"); !errors.Is(err, hold.ErrUnknownID) {
		t.Errorf("Get: %v", err)
	}
	if _, err := r.Decide(t.Context(), "zzzzzzzz", yes("root")); !errors.Is(err, hold.ErrUnknownID) {
		t.Errorf("Decide: %v", err)
	}
}

func TestList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, hold.People{})
		var ids []string
		for i, wait := range []time.Duration{30, 10, 20, 5, 40} {
			req := request()
			req.Wait = wait * time.Minute
			id, done := r.ask(t.Context(), req)
			ids = append(ids, id)
			if i == 4 {
				if _, err := r.Decide(t.Context(), id, no("root", "")); err != nil {
					t.Fatal(err)
				}
				<-done
			}
			time.Sleep(time.Second)
		}
		time.Sleep(6 * time.Minute) // the fourth expires
		synctest.Wait()
		for all, want := range map[bool][]int{false: {1, 2, 0}, true: {1, 2, 0, 4, 3}} {
			got, err := r.List(t.Context(), all)
			if err != nil || len(got) != len(want) {
				t.Fatalf("all %v: %d holds, %v", all, len(got), err)
			}
			for i, h := range got {
				if h.ID != ids[want[i]] {
					t.Errorf("all %v: place %d has %s (%s)", all, i, h.ID, h.State)
				}
			}
		}
	})
}

func TestLongTextIsCut(t *testing.T) {
	r := newRig(t, hold.People{})
	ctx, cancel := context.WithCancel(t.Context())
	req := request()
	req.SQL = "DROP TABLE a; " + strings.Repeat("ö", hold.MaxSQL) + "\xff"
	whole, done := r.ask(ctx, req)
	h := r.stored(whole)
	if len(h.SQL) > hold.MaxSQL+100 || !strings.Contains(h.SQL[len(h.SQL)-100:], "more bytes are not shown") {
		t.Errorf("%d bytes kept, ending %q", len(h.SQL), h.SQL[len(h.SQL)-50:])
	}
	other := req
	other.SQL += "x"
	second, done2 := r.ask(ctx, other)
	if h.SQLHash == r.stored(second).SQLHash || len(h.SQLHash) != 64 {
		t.Error("the hash does not cover the whole text")
	}
	cancel()
	<-done
	<-done2
}

func TestRequestWithoutWait(t *testing.T) {
	r := newRig(t, hold.People{})
	req := request()
	req.Wait = 0
	if _, err := r.Wait(t.Context(), req, nil); err == nil || errors.Is(err, hold.ErrUnavailable) {
		t.Errorf("%v", err)
	}
}

func TestHoldsAreValues(t *testing.T) {
	r := newRig(t, hold.People{})
	ctx, cancel := context.WithCancel(t.Context())
	req := request()
	id, done := r.ask(ctx, req)
	req.Statements[0] = "SELECT 1"
	h, err := r.Get(t.Context(), id)
	if err != nil || h.Statements[0] != "DROP TABLE events" {
		t.Fatalf("the caller's slice is shared: %v, %v", h.Statements, err)
	}
	h.Statements[0] = "SELECT 1"
	if h, _ := r.Get(t.Context(), id); h.Statements[0] != "DROP TABLE events" {
		t.Error("the desk's slice is shared")
	}
	cancel()
	<-done
}

func TestPeopleCanBeReplaced(t *testing.T) {
	r := newRig(t, people(t))
	id, done := r.ask(t.Context(), request())
	r.SetPeople(hold.People{})
	if h, err := r.Decide(t.Context(), id, yes("root")); err != nil || h.Identity != "unverified" {
		t.Errorf("%+v, %v", h, err)
	}
	<-done
}
