package hold

import (
	"fmt"
	"testing"
)

// TestWatchIsBounded: a watcher that takes nothing costs bounded memory, and learns
// that something is missing.
func TestWatchIsBounded(t *testing.T) {
	d := &Desk{}
	w := d.Watch()
	for i := range watchLength + 10 {
		d.watching.Tell(fmt.Sprint(i))
	}
	if ids, all := w.Take(); len(ids) != watchLength || !all {
		t.Errorf("%d ids, all %v", len(ids), all)
	}
	d.watching.Tell("a")
	if ids, all := w.Take(); len(ids) != 1 || all {
		t.Errorf("afterwards: %v, %v", ids, all)
	}
}
