package hold_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// steal changes a hold in the store behind the desk's back, as another process
// would.
func (r *rig) steal(id string, to hold.State) {
	r.t.Helper()
	before := r.stored(id)
	after := before
	after.State = to
	if ok, err := r.store.Swap(context.Background(), before, after); err != nil || !ok {
		r.t.Errorf("stealing %s: %v, %v", id, ok, err)
	}
}

// TestChangedElsewhere: where the store says that somebody else changed the hold,
// nothing is approved and nothing is released.
func TestChangedElsewhere(t *testing.T) {
	for at, to := range map[string]hold.State{"swap approved": hold.Withdrawn, "swap released": hold.Lapsed} {
		r := newRig(t, hold.People{})
		id, done := r.ask(t.Context(), request())
		r.disk.fail(func(op string) error {
			if op == at {
				r.steal(id, to)
			}
			return nil
		}, nil)
		_, decideErr := r.Decide(t.Context(), id, yes("root"))
		if (at == "swap approved") != errors.Is(decideErr, hold.ErrUnavailable) {
			t.Errorf("%s: Decide: %v", at, decideErr)
		}
		if o := <-done; !errors.Is(o.err, hold.ErrUnavailable) {
			t.Errorf("%s: Wait: %+v, %v", at, o.hold, o.err)
		}
		if got := r.stored(id).State; got != to {
			t.Errorf("%s: stored %s, want %s", at, got, to)
		}
		r.stop()
		if slices.Contains(r.record(id), "released") {
			t.Errorf("%s: recorded %v", at, r.record(id))
		}
	}
}

// TestNobodyAnswersBeforeItIsOnDisk: an answer that comes while the hold is being
// recorded waits for that.
func TestNobodyAnswersBeforeItIsOnDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, hold.People{})
		answered := make(chan error, 1)
		r.disk.fail(func(op string) error {
			if op != "record pending" {
				return nil
			}
			open, err := r.store.Open(context.Background())
			if err != nil || len(open) != 1 {
				t.Errorf("%d holds, %v", len(open), err)
				return nil
			}
			go func() {
				_, err := r.Decide(context.Background(), open[0].ID, yes("root"))
				answered <- err
			}()
			synctest.Wait()
			select {
			case err := <-answered:
				t.Errorf("answered before the record had it: %v", err)
				answered <- err
			default:
			}
			return nil
		}, nil)
		id, done := r.ask(t.Context(), request())
		if err := <-answered; err != nil {
			t.Error(err)
		}
		if o := <-done; o.hold.State != hold.Released || !slices.Equal(r.record(id), []string{"pending", "approved", "released"}) {
			t.Errorf("%s, %v; recorded %v", o.hold.State, o.err, r.record(id))
		}
	})
}
