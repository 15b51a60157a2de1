package hold_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// TestAnswerToAnIDThatIsTaken: while a new hold is asked under an id that an ended
// one has, an answer to the ended one, and a look at it, are not taken for the new
// one, which gets another id.
func TestAnswerToAnIDThatIsTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, hold.People{})
		// Sixteen bytes are drawn for an id, of which the first eight count.
		random := strings.Repeat(strings.Repeat("\x00", 16), 2) + strings.Repeat("\x01", 16)
		desk, err := hold.Open(t.Context(), hold.Options{Store: r.disk, Record: r.disk, Random: strings.NewReader(random)})
		if err != nil {
			t.Fatal(err)
		}
		defer desk.Close()
		wait := func(done chan<- hold.Hold) {
			h, _ := desk.Wait(t.Context(), request(), nil)
			done <- h
		}
		first, second := make(chan hold.Hold, 1), make(chan hold.Hold, 1)
		go wait(first)
		synctest.Wait()
		const taken, other = "22222222", "33333333"
		if _, err := desk.Decide(t.Context(), taken, no("ben", "")); err != nil {
			t.Fatal(err)
		}
		<-first

		inserting, insert := make(chan struct{}), make(chan struct{})
		r.disk.fail(func(op string) error {
			if op == "insert" {
				inserting <- struct{}{}
				<-insert
			}
			return nil
		}, nil)
		go wait(second)
		<-inserting
		answered, looked := make(chan error, 1), make(chan hold.Hold, 1)
		go func() {
			_, err := desk.Decide(t.Context(), taken, yes("cy"))
			answered <- err
		}()
		go func() {
			h, _ := desk.Get(t.Context(), taken)
			looked <- h
		}()
		synctest.Wait()
		r.disk.fail(nil, nil)
		close(insert)
		var ended hold.ErrEnded
		if err := <-answered; !errors.As(err, &ended) || ended.Hold.State != hold.Denied {
			t.Errorf("the answer to the ended hold gives %v", err)
		}
		if h := <-looked; h.ID != taken || h.State != hold.Denied {
			t.Errorf("a look at the ended hold shows %s, %s", h.ID, h.State)
		}
		synctest.Wait()
		if h, err := desk.Get(t.Context(), other); err != nil || h.State != hold.Pending {
			t.Errorf("the new hold is %s, %v", h.State, err)
		}
	})
}

// TestEndOfAHoldThatWasNeverStored: its id is free, and the hold that gets it is not
// ended in its place once the disk is back.
func TestEndOfAHoldThatWasNeverStored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, hold.People{})
		desk, err := hold.Open(t.Context(), hold.Options{Store: r.disk, Record: r.disk, Random: strings.NewReader(strings.Repeat("\x00", 32))})
		if err != nil {
			t.Fatal(err)
		}
		defer desk.Close()
		down := errors.New("the disk is gone")
		r.disk.fail(func(op string) error {
			if op == "insert" || op == "load" {
				return down
			}
			return nil
		}, nil)
		if _, err := desk.Wait(t.Context(), request(), nil); !errors.Is(err, hold.ErrUnavailable) {
			t.Fatalf("asked without a disk: %v", err)
		}
		time.Sleep(time.Second / 2) // the end of it waits for the disk
		r.disk.fail(nil, nil)
		ctx, leave := context.WithCancel(t.Context())
		defer leave()
		go desk.Wait(ctx, request(), nil)
		time.Sleep(10 * time.Second)
		if h, err := desk.Get(t.Context(), "22222222"); err != nil || h.State != hold.Pending {
			t.Errorf("the hold is %s, %v", h.State, err)
		}
		if stored, err := r.store.Load(t.Context(), "22222222"); err != nil || stored.State != hold.Pending {
			t.Errorf("the stored hold is %s, %v", stored.State, err)
		}
	})
}
