package hold_test

import (
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// onceAt fails the first operation of that name.
func onceAt(name string) (fault func(op string) error, failed *atomic.Bool) {
	failed = new(atomic.Bool)
	return func(op string) error {
		if op == name && !failed.Swap(true) {
			return errDisk
		}
		return nil
	}, failed
}

// TestEndByWhatTheStateAllowsIsRecorded: a release that could not be recorded ends
// the hold as failed, since the store took it. When the write of that fails and
// takes effect all the same, the record still gets it, without a restart.
func TestEndByWhatTheStateAllowsIsRecorded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, hold.People{})
		before, _ := onceAt("record released")
		after, failed := onceAt("swap failed")
		r.disk.fail(before, after)
		id, done := r.ask(t.Context(), request())
		if _, err := r.Decide(t.Context(), id, yes("root")); err != nil {
			t.Fatal(err)
		}
		if o := <-done; o.err == nil {
			t.Fatalf("it is %s without a record of its release", o.hold.State)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if !failed.Load() {
			t.Fatal("the write of its end did not fail")
		}
		if got := r.record(id); !slices.Contains(got, "failed") {
			t.Errorf("the record has %q of it, the store %s", got, r.stored(id).State)
		}
	})
}
