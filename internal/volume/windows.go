package volume

import "math"

const (
	shortMinutes = 10 // the window of the hard limits
	longMinutes  = 60
)

// windows holds the rows of the last sixty minutes, and their sums over the last
// ten and sixty. The minute in progress is one of them.
type windows struct {
	Minute int64 // the newest one, in minutes since 1970
	Slots  [longMinutes]uint32
	Short  uint64 // rows in the last ten minutes
	Long   uint64 // rows in the last sixty
}

// advance moves the windows so that minute is the newest one.
func (w *windows) advance(minute int64) {
	if minute <= w.Minute {
		return
	}
	if minute-w.Minute >= longMinutes {
		*w = windows{Minute: minute}
		return
	}
	for w.Minute < minute {
		w.Minute++
		w.Short -= uint64(w.Slots[slot(w.Minute-shortMinutes)])
		leaving := &w.Slots[slot(w.Minute)]
		w.Long -= uint64(*leaving)
		*leaving = 0
	}
}

// add counts rows in the newest minute; beyond 4 billion a minute, no more.
func (w *windows) add(rows uint64) {
	s := &w.Slots[slot(w.Minute)]
	rows = min(rows, uint64(math.MaxUint32-*s))
	*s += uint32(rows)
	w.Short += rows
	w.Long += rows
}

// first is the minute of the oldest row that the last n minutes hold.
func (w *windows) first(n int64) int64 {
	for m := w.Minute - n + 1; m < w.Minute; m++ {
		if w.Slots[slot(m)] > 0 {
			return m
		}
	}
	return w.Minute
}

// slot is where a minute lies in the ring; the modulus of a negative one too.
func slot(minute int64) int { return int(((minute % longMinutes) + longMinutes) % longMinutes) }
