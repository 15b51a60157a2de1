package alert

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

const (
	// keepEvery is how often what was counted is kept: a crash loses as much.
	keepEvery = time.Minute

	// learnedEvery is how often what was learned is kept: it is 20 MB for 4,000 actors,
	// and what it lacks is learned again from the counts. After an alert or an answer
	// it is kept with the next counts.
	learnedEvery = 10 * time.Minute

	// diskWait bounds one write. A disk that takes longer is as good as gone.
	diskWait = 10 * time.Second
)

// The names of what is kept in the store beside alerts.
const (
	keptWatch = "watch"
	keptState = "state"
	keptHour  = "hour/" // and the number of the hour
)

func hourName(hour int64) string { return fmt.Sprintf("%s%09d", keptHour, hour) }

// state says until when everything is kept.
type state struct {
	Saved time.Time
	Clean bool // holdfast stopped after it
	Lost  []Span
}

// snapshot is what is to be kept, encoded.
type snapshot struct {
	state
	hours map[int64][]byte
	gone  []int64
	watch []byte // nil: not this time
}

// keep keeps what changed until the desk is closed: alerts at once, counts each minute,
// what was learned every ten. It is a goroutine of its own, so that a disk that is slow or
// full delays no judgement.
func (d *Desk) keep() {
	tick := time.NewTicker(countEvery)
	defer tick.Stop()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		<-d.stop
		cancel()
	}()
	next := time.Now().Add(keepEvery)
	for {
		select {
		case now := <-tick.C:
			due := !now.Before(next)
			err := d.keepAlerts(ctx, due)
			if due {
				next = now.Add(keepEvery)
				err = errors.Join(err, d.keepCounts(ctx, false))
			}
			if ctx.Err() == nil {
				d.kept(err, due)
			}
		case <-d.stop:
			return
		}
	}
}

// keepLast keeps everything, at the end.
func (d *Desk) keepLast() error {
	ctx := context.Background()
	if err := errors.Join(d.keepAlerts(ctx, true), d.keepCounts(ctx, true)); err != nil {
		return fmt.Errorf("closing the desk of alerts: %w", err)
	}
	return nil
}

// kept notes whether the store takes what it is given. Only when all of it was given is
// it well again.
func (d *Desk) kept(err error, all bool) {
	if err == nil && !all {
		return
	}
	d.keeping.now(err, func(text string) {
		if text == "" {
			d.options.Log.Info().Msg("the control store takes counts and alerts again; nothing of them is lost")
			return
		}
		d.options.Log.Error().Msg("the control store does not take counts and alerts; they are lost if holdfast stops before it does: " + text)
	})
}

// keepAlerts keeps the alerts that have changed; those in which only numbers have grown
// are among them with all.
func (d *Desk) keepAlerts(ctx context.Context, all bool) error {
	list, stands, again := d.unwritten(all)
	var err error
	if len(list) > 0 {
		err = d.written(ctx, func(ctx context.Context) error { return d.options.Store.PutAlerts(ctx, list) })
	}
	if err == nil && again {
		err = d.written(ctx, func(ctx context.Context) error { return d.options.Store.PutStanding(ctx, stands) })
	}
	d.state.Lock()
	defer d.state.Unlock()
	if err != nil {
		d.again = d.again || again
	}
	for _, k := range list {
		switch l := d.live[k.ID]; {
		case l == nil:
		case err != nil:
			l.unwritten = true
		case !l.unwritten && !l.grown && !l.Live() && k.ID != d.pinned:
			delete(d.live, k.ID) // the store has it
		}
	}
	return err
}

func (d *Desk) unwritten(all bool) (list []Kept, stands []Standing, again bool) {
	d.state.Lock()
	defer d.state.Unlock()
	for _, l := range d.live {
		if l.unwritten || l.grown && all {
			list = append(list, l.Kept.clone())
			l.unwritten, l.grown = false, false
		}
	}
	stands, again = d.stands, d.again
	d.again = false
	return list, stands, again
}

// written bounds a write.
func (d *Desk) written(ctx context.Context, write func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, diskWait)
	defer cancel()
	return write(ctx)
}

// keepCounts keeps what was counted and learned. What could not be kept is tried again
// the next time.
func (d *Desk) keepCounts(ctx context.Context, last bool) error {
	s, err := d.snapshot(last)
	if err != nil {
		return err
	}
	failed, err := d.keepHours(ctx, s)
	if err == nil && s.watch != nil {
		err = d.written(ctx, func(ctx context.Context) error { return d.options.Store.SaveVolume(ctx, keptWatch, s.watch) })
	}
	if err == nil {
		err = d.keepState(ctx, s.state)
	}
	d.counting.Lock()
	defer d.counting.Unlock()
	for _, hour := range failed {
		d.counters.Again(hour)
	}
	d.unlearned = d.unlearned || err != nil
	return err
}

// keepHours keeps the counts by the hour, and returns the hours that could not be kept.
// Once one fails the others are not tried: each may take as long as diskWait.
func (d *Desk) keepHours(ctx context.Context, s snapshot) (failed []int64, err error) {
	try := func(hour int64, write func(ctx context.Context) error) {
		if err == nil {
			err = d.written(ctx, write)
		}
		if err != nil {
			failed = append(failed, hour)
		}
	}
	for hour, body := range s.hours {
		try(hour, func(ctx context.Context) error { return d.options.Store.SaveVolume(ctx, hourName(hour), body) })
	}
	for _, hour := range s.gone {
		try(hour, func(ctx context.Context) error { return d.options.Store.ForgetVolume(ctx, hourName(hour)) })
	}
	return failed, err
}

func (d *Desk) keepState(ctx context.Context, s state) error {
	text, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("encoding the state of the counts: %w", err)
	}
	return d.written(ctx, func(ctx context.Context) error { return d.options.Store.SaveVolume(ctx, keptState, text) })
}

// snapshot encodes what is to be kept. The minute in progress is among it at the end
// only: it would be kept in pieces.
func (d *Desk) snapshot(last bool) (s snapshot, err error) {
	d.counting.Lock()
	defer d.counting.Unlock()
	s.state = state{Saved: d.clock(), Clean: last, Lost: d.lost}
	d.counters.Advance(s.Saved)
	if last {
		d.counters.Flush()
	}
	if last || d.unlearned || s.Saved.Sub(d.learnedAt) >= learnedEvery {
		var watch bytes.Buffer
		if err := d.watch.Snapshot(&watch); err != nil {
			return s, err
		}
		s.watch, d.learnedAt, d.unlearned = watch.Bytes(), s.Saved, false
	}
	s.hours = map[int64][]byte{}
	changed, gone := d.counters.Changed()
	s.gone = gone
	for _, hour := range changed {
		var body bytes.Buffer
		if err := d.counters.SnapshotHour(&body, hour); err != nil {
			return s, err
		}
		s.hours[hour] = body.Bytes()
	}
	return s, nil
}
