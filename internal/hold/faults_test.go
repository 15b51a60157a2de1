package hold_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// operations of the desk on its disk that a scenario can meet.
var operations = []string{
	"insert", "record pending", "swap approved", "record approved", "swap released", "record released",
	"swap executed", "record executed", "swap denied", "record denied", "swap withdrawn", "record withdrawn",
	"swap pending", "swap lapsed", "recorded", "load",
}

// scenario answers a hold somehow; the client leaves once it returns.
type scenario struct {
	name   string
	count  int
	answer func(r *rig, id string)
}

// insist answers again after an error, as a person would.
func insist(r *rig, id string, dec hold.Decision) {
	for range 3 {
		if _, err := r.Decide(context.Background(), id, dec); !errors.Is(err, hold.ErrUnavailable) {
			return
		}
	}
}

var scenarios = []scenario{
	{"approve", 1, func(r *rig, id string) { insist(r, id, yes("ben")) }},
	{"approve by two", 2, func(r *rig, id string) { insist(r, id, yes("ben")); insist(r, id, yes("cy")) }},
	{"deny", 1, func(r *rig, id string) { insist(r, id, no("ben", "no")) }},
	{"nobody answers", 1, func(*rig, string) {}},
}

// TestEveryFault lets each operation fail, before and after it took effect, once
// and until the end of the scenario, and checks what must hold in every case.
func TestEveryFault(t *testing.T) {
	for _, s := range scenarios {
		for _, op := range operations {
			for _, effect := range []bool{false, true} {
				for _, lasting := range []bool{false, true} {
					name := fmt.Sprintf("%s/%s, took effect %v, lasting %v", s.name, op, effect, lasting)
					t.Run(name, func(t *testing.T) {
						t.Parallel()
						synctest.Test(t, func(t *testing.T) { oneFault(t, s, op, effect, lasting) })
					})
				}
			}
		}
	}
}

func oneFault(t *testing.T, s scenario, op string, effect, lasting bool) {
	r := newRig(t, people(t))
	var failed atomic.Bool
	fault := func(now string) error {
		hit := now == op || lasting && failed.Load()
		if !hit || !lasting && failed.Load() {
			return nil
		}
		failed.Store(true)
		return errDisk
	}
	r.disk.failWhen(effect, fault)
	req := request()
	req.Reviewers.Count = s.count
	o, id := play(r, s, req)
	if o.err == nil && o.hold.State == hold.Released {
		if got := r.stored(o.hold.ID).State; got != hold.Released {
			t.Errorf("Wait says released, the store has %s", got)
		}
		if got := r.record(o.hold.ID); !slices.Contains(got, "released") || !slices.Contains(got, "approved") {
			t.Errorf("Wait says released, the record has %v", got)
		}
		r.Finish(o.hold.ID, hold.Executed, "DROP TABLE")
	}
	r.disk.fail(nil, nil) // the disk comes back
	r.stop()
	checkAfter(t, r, id, o)
}

// play runs a scenario to its end.
func play(r *rig, s scenario, req hold.Request) (o outcome, id string) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ids := make(chan string, 1)
	done := make(chan outcome, 1)
	go func() {
		h, err := r.Wait(ctx, req, func(h hold.Hold) { ids <- h.ID })
		done <- outcome{h, err}
	}()
	select {
	case id = <-ids:
	case o = <-done:
		return o, ""
	}
	s.answer(r, id)
	synctest.Wait() // an approval is acted on by itself
	cancel()
	return <-done, id
}

// checkAfter checks what the store and the record say once the desk is closed.
func checkAfter(t *testing.T, r *rig, id string, o outcome) {
	t.Helper()
	if o.err != nil && !errors.Is(o.err, hold.ErrUnavailable) {
		t.Errorf("the error is %v", o.err)
	}
	again := openRig(t, r.dir, hold.People{})
	all, err := again.List(t.Context(), true)
	if err != nil || len(all) > 1 {
		t.Fatalf("%d holds, %v", len(all), err)
	}
	if len(all) == 0 {
		if id != "" {
			t.Error("a hold was shown and is not stored")
		}
		return
	}
	last := all[0]
	states := again.record(last.ID)
	if len(states) == 0 || states[len(states)-1] != string(last.State) {
		t.Errorf("stored %s, recorded %v", last.State, states)
	}
	ran := o.err == nil && o.hold.State == hold.Released
	switch {
	case last.State.Open():
		t.Errorf("it is still %s", last.State)
	case ran && last.State != hold.Executed:
		t.Errorf("it was executed, the store has %s", last.State)
	case !ran && (last.State == hold.Executed || last.State == hold.Unknown):
		t.Errorf("it was not sent, the store has %s", last.State)
	case !ran && last.State == hold.Failed && !strings.HasPrefix(last.Result, "not sent: "):
		t.Errorf("it was not sent, the store has %q", last.Result)
	case o.err == nil && !ran && last.State != o.hold.State && last.State != hold.Lapsed:
		t.Errorf("Wait says %s, the store has %s", o.hold.State, last.State)
	}
}

// TestApprovalCanBeRepeated: a disk that fails once does not cost the hold.
func TestApprovalCanBeRepeated(t *testing.T) {
	r := newRig(t, people(t))
	id, done := r.ask(t.Context(), request())
	first := true
	r.disk.fail(func(op string) error {
		if op == "swap approved" && first {
			first = false
			return errDisk
		}
		return nil
	}, nil)
	if _, err := r.Decide(t.Context(), id, yes("ben")); !errors.Is(err, hold.ErrUnavailable) {
		t.Fatalf("the first time: %v", err)
	}
	if h, err := r.Get(t.Context(), id); err != nil || h.State != hold.Pending || len(h.Approvals) != 0 {
		t.Fatalf("%+v, %v", h, err)
	}
	if _, err := r.Decide(t.Context(), id, yes("ben")); err != nil {
		t.Fatalf("the second time: %v", err)
	}
	if o := <-done; o.hold.State != hold.Released {
		t.Errorf("%+v, %v", o.hold, o.err)
	}
}

// TestApprovalThatTookEffect: the store took the approval and then failed to say
// so; it counts, and counts once.
func TestApprovalThatTookEffect(t *testing.T) {
	for _, count := range []int{1, 2} {
		r := newRig(t, people(t))
		req := request()
		req.Reviewers.Count = count
		id, done := r.ask(t.Context(), req)
		r.disk.fail(nil, func(op string) error {
			if op == "swap approved" || op == "swap pending" {
				return errDisk
			}
			return nil
		})
		for i, os := range []string{"ben", "cy"}[:count] {
			if h, err := r.Decide(t.Context(), id, yes(os)); err != nil || len(h.Approvals) != i+1 {
				t.Errorf("%+v, %v", h, err)
			}
		}
		if o := <-done; o.err != nil || o.hold.State != hold.Released || len(r.stored(id).Approvals) != count {
			t.Errorf("%+v, %v", o.hold, o.err)
		}
	}
}

// TestDenyWorksWithoutDisk: the safe answer does not need a disk.
func TestDenyWorksWithoutDisk(t *testing.T) {
	r := newRig(t, people(t))
	id, done := r.ask(t.Context(), request())
	r.disk.fail(func(string) error { return errDisk }, nil)
	if h, err := r.Decide(t.Context(), id, no("ben", "no")); err != nil || h.State != hold.Denied {
		t.Errorf("%+v, %v", h, err)
	}
	if o := <-done; o.err != nil || o.hold.State != hold.Denied {
		t.Errorf("%+v, %v", o.hold, o.err)
	}
	r.disk.fail(nil, nil)
	r.stop()
	if got := r.record(id); !slices.Equal(got, []string{"pending", "denied"}) {
		t.Errorf("recorded %v", got)
	}
}

// TestFinishOutlivesTheDisk: outcomes are written once the disk is back, without
// anybody waiting.
func TestFinishOutlivesTheDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, hold.People{})
		id, done := r.ask(t.Context(), request())
		if _, err := r.Decide(t.Context(), id, yes("root")); err != nil {
			t.Fatal(err)
		}
		<-done
		r.disk.fail(func(string) error { return errDisk }, nil)
		r.Finish(id, hold.Failed, "42501: must be owner of table events")
		time.Sleep(time.Hour)
		if got := r.stored(id).State; got != hold.Released {
			t.Fatalf("it is %s without a disk", got)
		}
		r.disk.fail(nil, nil)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if got := r.stored(id); got.State != hold.Failed || got.Result != "42501: must be owner of table events" {
			t.Errorf("%s %q", got.State, got.Result)
		}
		if r.Lost() != 0 {
			t.Errorf("%d lost", r.Lost())
		}
	})
}

func TestFinishIsForReleasedHoldsOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, hold.People{})
		ctx, cancel := context.WithCancel(t.Context())
		id, done := r.ask(ctx, request())
		r.Finish(id, hold.Executed, "DROP TABLE")
		r.Finish("zzzzzzzz", hold.Executed, "DROP TABLE")
		r.Finish(id, hold.Pending, "")
		synctest.Wait()
		if h, err := r.Get(t.Context(), id); err != nil || h.State != hold.Pending || r.stored(id).State != hold.Pending {
			t.Errorf("%+v, %v", h, err)
		}
		cancel()
		<-done
	})
}

// TestFinishQueueIsBounded: with a dead disk Finish neither blocks nor grows,
// and Close comes to an end and says what it lost.
func TestFinishQueueIsBounded(t *testing.T) {
	r := newRig(t, hold.People{})
	r.disk.fail(func(string) error { return errDisk }, nil)
	const sent = 10000
	for range sent {
		r.Finish("abcdefgh", hold.Executed, "DROP TABLE")
	}
	dropped := r.Lost()
	if dropped == 0 || dropped >= sent {
		t.Errorf("%d of %d lost", dropped, sent)
	}
	err := r.Desk.Close()
	if err == nil || r.Lost() != sent {
		t.Errorf("Close: %v; %d of %d lost", err, r.Lost(), sent)
	}
}

func TestClosedStoreIsUnavailable(t *testing.T) {
	r := newRig(t, hold.People{})
	if err := r.store.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Wait(t.Context(), request(), nil); !errors.Is(err, hold.ErrUnavailable) {
		t.Errorf("Wait: %v", err)
	}
	if _, err := r.List(t.Context(), true); !errors.Is(err, hold.ErrUnavailable) {
		t.Errorf("List: %v", err)
	}
	if _, err := r.Get(t.Context(), "abcdefgh"); !errors.Is(err, hold.ErrUnavailable) {
		t.Errorf("Get: %v", err)
	}
	if _, err := r.Decide(t.Context(), "abcdefgh", yes("root")); !errors.Is(err, hold.ErrUnavailable) {
		t.Errorf("Decide: %v", err)
	}
	if err := r.Desk.Close(); err == nil { // the abandoned insert cannot be settled
		t.Error("Close says nothing was lost")
	}
	r.Desk = nil
	if err := r.log.Close(); err != nil {
		t.Error(err)
	}
}

func TestClosedAuditIsUnavailable(t *testing.T) {
	r := newRig(t, hold.People{})
	if err := r.log.Close(); err != nil {
		t.Fatal(err)
	}
	if h, err := r.Wait(t.Context(), request(), func(hold.Hold) { t.Error("held without a record") }); !errors.Is(err, hold.ErrUnavailable) {
		t.Errorf("Wait: %+v, %v", h, err)
	}
	if err := r.Desk.Close(); err == nil {
		t.Error("Close says nothing was lost")
	}
	r.Desk = nil
	if err := r.store.Close(); err != nil {
		t.Error(err)
	}
}

// lockingChild keeps a store locked as any program with SQLite can, until its
// standard input ends.
func lockingChild(path string) int {
	db, err := sql.Open("sqlite3", "file:"+path)
	if err != nil {
		return 3
	}
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("BEGIN EXCLUSIVE"); err != nil {
		return 4
	}
	fmt.Println("locked")
	_, _ = io.Copy(io.Discard, os.Stdin)
	return 0
}

func TestStoreLockedByAnotherProgram(t *testing.T) {
	r := newRig(t, hold.People{})
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), "HOLDFAST_HOLD_LOCK="+filepath.Join(r.dir, "holdfast.db"))
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 10)); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if _, err := r.Wait(t.Context(), request(), nil); !errors.Is(err, hold.ErrUnavailable) || time.Since(start) > 8*time.Second {
		t.Errorf("Wait: %v after %v", err, time.Since(start))
	}
	in.Close()
	_ = cmd.Wait()
	ctx, cancel := context.WithCancel(t.Context())
	id, done := r.ask(ctx, request())
	cancel()
	<-done
	if r.stored(id).State != hold.Withdrawn {
		t.Error("the store did not come back")
	}
}
