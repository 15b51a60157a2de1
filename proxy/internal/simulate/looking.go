package simulate

import (
	"context"
	"fmt"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// look lets somebody look at a hold, and at all that wait.
func (w *world) look(f *fact) {
	run, all := w.run, w.IntN(2) == 0
	w.crowd.serial++
	key := fmt.Sprintf("look %06d", w.crowd.serial)
	go func() {
		h, err := run.desk.Get(context.Background(), f.id)
		list, listErr := run.desk.List(context.Background(), all)
		w.post(key, func() {
			if !run.gone {
				w.looked(f, h, err)
				w.listed(list, listErr)
			}
		})
	}()
}

// looked checks what a person saw: a state that the hold has, or had a moment ago.
func (w *world) looked(f *fact, h hold.Hold, err error) {
	now := w.disk.control.byID[f.id].State
	switch {
	case err != nil && w.disk.failed == 0:
		w.fail(fmt.Sprintf("hold %s cannot be read, and the disk has no fault: %v", f.id, err))
	case err == nil && h.ID != f.id:
		w.fail(fmt.Sprintf("who asks for hold %s gets %s", f.id, h.ID))
	case err == nil && h.State != now && !leads(h.State, now) && w.disk.failed == 0:
		w.fail(fmt.Sprintf("hold %s is shown as %s, but the store has it as %s", f.id, h.State, now))
	}
}

// listed checks a list of holds: nothing is in it twice, and nothing that is not in
// the store.
func (w *world) listed(list []hold.Hold, err error) {
	if err != nil && w.disk.failed == 0 {
		w.fail(fmt.Sprintf("holds cannot be listed, and the disk has no fault: %v", err))
	}
	seen := map[string]bool{}
	for _, h := range list {
		f := w.ledger.byID[h.ID]
		if f == nil || seen[h.ID] && w.disk.control.byID[h.ID].State.Waiting() {
			w.fail(fmt.Sprintf("hold %s is listed twice, or is nobody's", h.ID))
		}
		seen[h.ID] = true
	}
}
