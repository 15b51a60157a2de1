package alert

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/holdfast-db/holdfast/internal/volume"
)

// declare makes a declared job of an alert: of its place, its actor, when it ran, and
// twice as many rows as it deleted, where the answer does not say.
func (d *Desk) declare(ctx context.Context, k *Kept, a *Answer) (*Standing, error) {
	if !k.mayBeJob() {
		return nil, notAllowed("this alert is not about one actor and one table, so it says of none that it is a job; declare it under volume.expected in the configuration")
	}
	job := volume.Expected{
		Host: literal(k.Host), Database: literal(k.Database), Table: literal(k.Table), Actor: literal(k.Actor.String()),
	}
	if a.Job != nil {
		job.Cron, job.MaxRows = a.Job.Cron, a.Job.MaxRows
	}
	if job.Cron == "" {
		job.Cron = d.schedule(ctx, k)
	}
	if job.MaxRows == 0 {
		job.MaxRows = roundUp(2 * k.Deleted)
	}
	if err := (volume.Options{Expected: []volume.Expected{job}}).Check(); err != nil {
		return nil, notAllowed("it cannot be declared as a job: %v", err)
	}
	a.Job, a.Until = &job, time.Time{}
	return standingOf(k, a), nil
}

// literal is the pattern that matches a name alone; see path.Match.
func literal(name string) string {
	var text []rune
	for _, r := range name {
		switch r {
		case '*', '?', '[', '\\':
			text = append(text, '\\')
		}
		text = append(text, r)
	}
	return string(text)
}

// roundUp keeps two digits, so that nobody takes the number for one that was counted.
func roundUp(rows int64) int64 {
	unit := int64(math.Pow(10, math.Floor(math.Log10(float64(max(rows, 10))))-1))
	return (rows + unit - 1) / unit * unit
}

// schedule is when a job runs, as far as one can tell: weekly or monthly if it was told
// before at that distance, else daily at the minute it began.
func (d *Desk) schedule(ctx context.Context, k *Kept) string {
	began := k.Since.In(d.zone())
	daily := fmt.Sprintf("%d %d ", began.Minute(), began.Hour())
	schedule := daily + "* * *"
	for _, earlier := range d.alike(ctx, k) {
		switch days := math.Round(k.Since.Sub(earlier).Hours() / 24); {
		case days >= 28 && days <= 31:
			return fmt.Sprintf("%s%d * *", daily, began.Day())
		case days == 7 || days == 14:
			schedule = fmt.Sprintf("%s* * %d", daily, began.Weekday())
		case days >= 1 && days < 7:
			return daily + "* * *"
		}
	}
	return schedule
}

func (d *Desk) zone() *time.Location {
	d.counting.Lock()
	defer d.counting.Unlock()
	return d.watch.Zone()
}

// alike is when earlier alerts of the same actor on the same table began, at about the
// same time of the day. What the store does not say is not known.
func (d *Desk) alike(ctx context.Context, k *Kept) (times []time.Time) {
	list, err := d.List(ctx, true)
	if err != nil {
		return nil
	}
	for _, a := range list {
		apart := k.Since.Sub(a.Since)
		if a.ID == k.ID || apart < 12*time.Hour || !k.is(place{a.Host, a.Database, a.Table}) || a.Actor != k.Actor {
			continue
		}
		if off := apart - apart.Round(24*time.Hour); off.Abs() <= time.Hour {
			times = append(times, a.Since)
		}
	}
	return times
}
