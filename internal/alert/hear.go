package alert

import "context"

// Hear calls changed with the id of each alert that w hears of, one at a time, and missed
// where it cannot say which: then every alert that lasts is to be looked at. It returns
// when ctx ends, and closes w.
func Hear(ctx context.Context, w *Watch, changed func(id string), missed func()) {
	defer w.Close()
	for {
		select {
		case <-w.Ready():
		case <-ctx.Done():
			return
		}
		ids, all := w.Take()
		for _, id := range ids {
			changed(id)
		}
		if all {
			missed()
		}
	}
}
