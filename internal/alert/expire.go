package alert

import (
	"time"

	"github.com/holdfast-db/holdfast/internal/volume"
)

// calm is how long nothing more must happen until an alert is over that the watch does
// not follow.
const calm = 24 * time.Hour

// expire ends what the watch does not end by itself: what it told once and does not
// follow, what bypassed holdfast, and what it has forgotten.
func (d *Desk) expire(now time.Time) {
	d.state.Lock()
	defer d.state.Unlock()
	for _, l := range d.live {
		if !l.Lasts() || l.Watched != 0 {
			continue
		}
		switch {
		case l.Kind == volume.ShareDay && now.Sub(l.Raised) >= calm:
			d.resolve(l, "over: the day is")
		case l.Kind == volume.ShareWeek && now.Sub(l.Raised) >= 7*calm:
			d.resolve(l, "over: the week is")
		case l.Kind == volume.ShareDay, l.Kind == volume.ShareWeek:
		case now.Sub(l.touched) >= calm:
			d.resolve(l, "over: a day without another")
		}
	}
}
