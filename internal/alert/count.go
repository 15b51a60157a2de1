package alert

import (
	"slices"
	"time"

	"github.com/holdfast-db/holdfast/internal/volume"
)

const (
	// maxTexts is for how many actors on tables texts of statements are kept, of
	// maxExamples texts of at most maxExample bytes: 4 MB.
	maxTexts = 4096

	// maxExamples is how many texts an alert has.
	maxExamples = 3
)

// count counts each second, or less often, until the desk is closed.
func (d *Desk) count() {
	next := time.NewTimer(countEvery)
	defer next.Stop()
	for {
		select {
		case <-next.C:
			began := time.Now()
			d.countNow()
			next.Reset(pause(time.Since(began)))
		case <-d.stop:
			return
		}
	}
}

// pause is how long to wait after a count that took so long.
func pause(took time.Duration) time.Duration {
	return min(max(countEvery, took*countShare), countEveryMost)
}

// countNow counts and judges what sessions handed in since the last time.
func (d *Desk) countNow() {
	d.options.Settle()
	d.counting.Lock()
	now := d.clock()
	d.index()
	d.judged(d.watch.Advance(now)) // what an hour tells that is over, before rows of the next one are added to it
	d.intake.drain(func(r *rows) { d.countRows(now, r) })
	d.counters.Advance(now)
	d.expire(now)
	d.judging.now(d.unjudged, func(text string) {
		if text != "" {
			d.options.Log.Error().Msg("deletes are not judged: " + text)
		}
	})
	d.unjudged = nil
	d.counting.Unlock()
	d.publish()
}

// clock is the time to count at: never before that of an earlier count, so that a clock
// that is set back confuses nothing.
func (d *Desk) clock() time.Time {
	if now := d.options.Now().UTC().Truncate(time.Millisecond); now.After(d.last) {
		d.last = now
	}
	return d.last
}

func (d *Desk) countRows(now time.Time, r *rows) {
	at := place{r.host, r.database, r.table}
	d.empty(at, r)
	d.totals.add(at, r)
	if r.deleted == 0 && r.updated == 0 {
		return // it was undone
	}
	c := volume.Count{
		At: now, Host: r.host, Database: r.database, Table: r.table, Actor: volume.Actor{User: r.user, Application: r.application},
		Network: r.network, Deleted: r.deleted, Updated: r.updated, Rows: r.size,
	}
	if r.example != "" && r.example != r.noted.text {
		r.noted.text = r.example
		d.remember(actorOn{at, c.Actor}, r.example)
	}
	d.counters.Add(&c)
	d.grow(&c)
	if r.deleted > 0 {
		d.judged(d.watch.Add(&c))
	}
}

// judged is called with what the watch says to a count or a time. It cannot be a time
// before the last one, of which clock takes care.
func (d *Desk) judged(err error) {
	if err != nil {
		d.unjudged = err
	}
}

// remember keeps the text of a statement of an actor, the newest first.
func (d *Desk) remember(who actorOn, text string) {
	texts, _ := d.texts.Get(who)
	d.texts.Add(who, withText(texts, text))
}

// withText is texts with one more in front, each once.
func withText(texts []string, text string) []string {
	if len(texts) > 0 && texts[0] == text {
		return texts
	}
	all := append([]string{text}, slices.DeleteFunc(slices.Clone(texts), func(t string) bool { return t == text })...)
	return all[:min(len(all), maxExamples)]
}
