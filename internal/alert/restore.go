package alert

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/volume"
)

// maxLost is how many times without counts are remembered; five weeks of charts have no
// room for more.
const maxLost = 100

// restore takes up what an earlier run has left.
func (d *Desk) restore(ctx context.Context, now time.Time) (err error) {
	if d.stands, err = d.options.Store.Standing(ctx); err != nil {
		return unavailable(err)
	}
	if d.watch, err = volume.NewWatch(d.withJobs(d.rules.Volume, d.stands), d.told); err != nil {
		return fmt.Errorf("opening the desk of alerts: %w", err)
	}
	alerts, err := d.options.Store.LoadAlerts(ctx, true, maxLive)
	if err != nil {
		return unavailable(err)
	}
	for _, k := range alerts {
		d.live[k.ID] = &live{Kept: k, touched: k.Updated}
	}
	if err := errors.Join(d.restoreWatch(ctx), d.restoreHours(ctx), d.restoreState(ctx, now)); err != nil {
		return unavailable(err)
	}
	d.last = now
	if learned := d.watch.Time(); learned.After(now) {
		d.last = learned
		d.options.Log.Error().Time("until", learned).Msg("the clock is behind what was counted before: counts belong to that time until it has caught up")
	}
	d.index()
	d.reconcile()
	d.setBrakes()
	d.relearn(now)
	d.judged(d.watch.Advance(d.last))
	return nil
}

// relearn has the watch learn again what was counted after it was kept last. The minute
// in which that was is missing from it.
func (d *Desk) relearn(now time.Time) {
	known := d.watch.Time()
	if known.IsZero() {
		return
	}
	d.relearning = true
	defer func() { d.relearning = false }()
	d.counters.Each(known.Truncate(time.Minute).Add(time.Minute), now, func(at time.Time, _ time.Duration, k volume.Key, deleted, _ uint32) {
		if k.Actor == behindActor || deleted == 0 || !at.After(known) {
			return
		}
		d.judged(d.watch.Add(&volume.Count{
			At: at, Host: k.Host, Database: k.Database, Table: k.Table, Actor: k.Actor, Network: k.Network, Deleted: int64(deleted),
		}))
	})
}

func unavailable(err error) error {
	return fmt.Errorf("opening the desk of alerts: %w: %w", hold.ErrUnavailable, err)
}

func (d *Desk) restoreWatch(ctx context.Context) error {
	text, err := d.options.Store.LoadVolume(ctx, keptWatch)
	if err != nil || text == nil {
		return err
	}
	if err := d.watch.Restore(bytes.NewReader(text)); err != nil {
		d.options.Log.Error().Err(err).Msg("what was learned of deletes cannot be used; it is learned anew, and only limits are told meanwhile")
	}
	return nil
}

// restoreHours takes up the counts. An hour that cannot be read is lost.
func (d *Desk) restoreHours(ctx context.Context) error {
	names, err := d.options.Store.VolumeNames(ctx, keptHour)
	if err != nil {
		return err
	}
	for _, name := range names {
		text, err := d.options.Store.LoadVolume(ctx, name)
		if err != nil {
			return err
		}
		if err := d.counters.RestoreHour(bytes.NewReader(text)); err != nil {
			d.options.Log.Error().Err(err).Str("name", name).Msg("the counts of an hour cannot be used, and are lost")
			if hour, err := strconv.ParseInt(strings.TrimPrefix(name, keptHour), 10, 64); err == nil {
				d.lose(Span{time.Unix(hour*3600, 0).UTC(), time.Unix(hour*3600+3600, 0).UTC()})
				d.counters.Again(hour) // it is gone
			}
		}
	}
	return nil
}

// restoreState says what is not known of the time before now.
func (d *Desk) restoreState(ctx context.Context, now time.Time) error {
	text, err := d.options.Store.LoadVolume(ctx, keptState)
	if err != nil {
		return err
	}
	var s state
	if text != nil && json.Unmarshal(text, &s) != nil {
		d.options.Log.Error().Msg("until when deletes were counted cannot be read")
		s = state{Clean: true}
	}
	broken := d.lost
	d.lost = s.Lost
	for _, b := range broken {
		d.lose(b)
	}
	if !s.Saved.IsZero() && !s.Clean && now.After(s.Saved) {
		d.lose(Span{s.Saved, now})
		d.options.Log.Warn().Time("from", s.Saved).Time("to", now).Msg("holdfast did not stop in order: what was deleted through it after it last kept its counts is not counted")
	}
	if s.Saved.IsZero() {
		s.Saved = now
	}
	s.Clean, s.Lost = false, d.lost
	if err := d.keepState(ctx, s); err != nil {
		d.kept(err, true)
	}
	return nil
}

// lose notes a time whose counts are lost.
func (d *Desk) lose(s Span) {
	d.lost = append(d.lost, s)
	d.lost = d.lost[max(0, len(d.lost)-maxLost):]
}

// reconcile makes alerts and what the watch follows agree again: a crash loses a minute
// of what the watch knows, and what people answered in it.
func (d *Desk) reconcile() {
	open := map[uint64]volume.Alert{}
	d.watch.EachOpen(func(a volume.Alert) { open[a.ID] = a })
	for _, l := range d.live {
		if w, there := open[l.Watched]; there && l.Lasts() && l.is(place{w.Host, w.Database, w.Table}) && l.Actor == w.Who {
			delete(open, l.Watched)
			continue
		}
		l.Watched = 0
	}
	for id := range open {
		d.watch.End(id, false)
	}
}
