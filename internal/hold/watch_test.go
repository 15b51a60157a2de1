package hold_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// taken is what w has within a moment that is far too long.
func taken(t *testing.T, w *hold.Watch) []string {
	t.Helper()
	select {
	case <-w.Ready():
	case <-time.After(10 * time.Second):
		t.Fatal("the watcher was told nothing")
	}
	ids, all := w.Take()
	if all {
		t.Error("something is missing")
	}
	return ids
}

func TestWatch(t *testing.T) {
	r := newRig(t, hold.People{})
	w, idle := r.Watch(), r.Watch()
	id, done := r.ask(t.Context(), request())
	if ids := taken(t, w); !slices.Equal(ids, []string{id}) {
		t.Errorf("asked: told of %v, want %s", ids, id)
	}
	if _, err := r.Decide(t.Context(), id, no("root", "")); err != nil {
		t.Fatal(err)
	}
	<-done
	if ids := taken(t, w); !slices.Equal(ids, []string{id}) {
		t.Errorf("denied: told of %v, want %s", ids, id)
	}
	if h, err := r.Get(t.Context(), id); err != nil || h.State != hold.Denied {
		t.Errorf("who was told sees %s, %v", h.State, err)
	}
	if ids := taken(t, idle); !slices.Equal(ids, []string{id}) {
		t.Errorf("who was busy was told of %v", ids)
	}
	w.Close()
	other, done := r.ask(t.Context(), request())
	if _, err := r.Decide(context.Background(), other, no("root", "")); err != nil {
		t.Fatal(err)
	}
	<-done
	if ids, _ := w.Take(); len(ids) > 0 {
		t.Errorf("told of %v after Close", ids)
	}
}
