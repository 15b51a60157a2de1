package alert

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// maxAnswers is how many answers an alert has room for.
const maxAnswers = 100

// Answer does what somebody says about an alert, once it is on disk and on record.
//
// An alert about one's own deletes can only be acknowledged by oneself: who is known to
// be behind its user, as the requester of a hold is, cannot silence, accept or release.
//
// Errors: ErrUnknownID, ErrNotAllowed, ErrEnded, and one that wraps
// hold.ErrUnavailable when it could not be written, after which it does not count.
func (d *Desk) Answer(ctx context.Context, id string, a Answer) (Alert, error) {
	d.answering.Lock()
	defer d.answering.Unlock()
	d.pin(id)
	defer d.unpin(id)
	before, err := d.find(ctx, id)
	if err != nil {
		return Alert{}, err
	}
	if err := d.identify(&a); err != nil {
		return Alert{}, err
	}
	stand, err := d.complete(ctx, &before, &a)
	if err != nil {
		return Alert{}, err
	}
	if err := d.write(ctx, before, a, stand); err != nil {
		return Alert{}, err
	}
	after := d.answered(id, before, a, stand)
	d.publish()
	return after, nil
}

// pin keeps an alert in memory while it is answered, also if it is over meanwhile.
func (d *Desk) pin(id string) {
	d.state.Lock()
	defer d.state.Unlock()
	d.pinned = id
}

func (d *Desk) unpin(id string) {
	d.state.Lock()
	defer d.state.Unlock()
	d.pinned = ""
	if l := d.live[id]; l != nil && !l.Live() {
		l.unwritten = true // and let go of then
	}
}

// identify fills in who answers.
func (d *Desk) identify(a *Answer) (err error) {
	if err := hold.CheckNote(a.Note); err != nil {
		return err
	}
	by := a.Answerer
	if by == (hold.Answerer{}) {
		by = hold.Answerer{Person: a.By}
	}
	a.By, a.Identity, err = d.People().Identify(by)
	a.At, a.Via, a.Answerer = d.options.Now().UTC().Truncate(time.Millisecond), cut(a.Via, maxExample), hold.Answerer{}
	return err
}

// complete refuses what cannot be answered, fills in what the answer leaves open, and
// returns what is to stand from then on, or nil.
func (d *Desk) complete(ctx context.Context, k *Kept, a *Answer) (*Standing, error) {
	own := k.Own(d.People(), a.By)
	switch {
	case len(k.Answers) >= maxAnswers:
		return nil, notAllowed("this alert has %d answers, and no room for more", maxAnswers)
	case own && a.Verb != Acknowledge && a.Verb != Lift:
		return nil, notAllowed("these are deletes of %s, so somebody else must %s", a.By, deed(a.Verb))
	case a.Verb == Release && !k.Braked():
		return nil, notAllowed("no brake is on: this alert set none, or it was released")
	case a.Verb == Release:
		return nil, nil
	case a.Verb == Lift && !d.hasStanding(k.ID):
		return nil, notAllowed("nothing stands of answers to this alert: they silenced nobody and declared no job, or it was lifted or is over")
	case a.Verb == Lift:
		return nil, nil
	case a.Verb == Job && k.State != Accepted:
		return d.declare(ctx, k, a)
	case !k.Lasts():
		return nil, ErrEnded{k.clone().Alert}
	case a.Verb == Acknowledge:
		return nil, nil
	case a.Verb == Silence:
		return silence(k, a)
	case a.Verb == Accept && k.Kind == Behind:
		return nil, notAllowed("deletes that bypass holdfast cannot be accepted as usual, since nothing is known of them; silence the alert for a time instead")
	case a.Verb == Accept:
		return nil, nil
	}
	return nil, notAllowed("%q is nothing that can be done about an alert", cut(string(a.Verb), 20))
}

func deed(v Verb) string {
	switch v {
	case Silence:
		return "silence this"
	case Accept:
		return "accept them as usual"
	case Job:
		return "say that this is a job"
	case Release:
		return "release the brake"
	}
	return "answer this"
}

func notAllowed(format string, args ...any) error {
	return ErrNotAllowed{Reason: fmt.Sprintf(format, args...)}
}

// silence binds a silence to the place and the actor of the alert.
func silence(k *Kept, a *Answer) (*Standing, error) {
	if a.Until.IsZero() {
		a.Until = a.At.Add(DefaultSilence)
	}
	a.Until = a.Until.UTC()
	switch most := a.At.Add(MaxSilence); {
	case !a.Until.After(a.At):
		return nil, notAllowed("the time until which nobody is to be told is over already")
	case a.Until.After(most):
		return nil, notAllowed("nobody can be silent for longer than %d days; if it is usual, accept it as usual", MaxSilence/(24*time.Hour))
	}
	return standingOf(k, a), nil
}

func standingOf(k *Kept, a *Answer) *Standing {
	return &Standing{
		Host: k.Host, Database: k.Database, Table: k.Table, Actor: k.standsFor(), Until: a.Until, Job: a.Job,
		Alert: k.ID, By: a.By, At: a.At,
	}
}

// write puts an answer into the store and on record. If the record fails, what the
// store has is put back as soon as it can be.
func (d *Desk) write(ctx context.Context, k Kept, a Answer, stand *Standing) error {
	after := k.clone()
	after.answer(a)
	stands := d.standing(k.ID, a, stand)
	if len(stands) > maxStanding {
		return notAllowed("%d silences and jobs stand already; move the jobs into the configuration", maxStanding)
	}
	ctx = context.WithoutCancel(ctx) // what was begun must be known
	err := d.written(ctx, func(ctx context.Context) error { return d.options.Store.PutAnswer(ctx, after, stands) })
	if err == nil {
		err = d.written(ctx, func(ctx context.Context) error {
			return d.options.Record.Write(ctx, eventOf(&after.Alert, string(a.Verb), a.At, &a))
		})
	}
	if err == nil {
		return nil
	}
	d.state.Lock()
	defer d.state.Unlock()
	d.again = true
	if l := d.live[k.ID]; l != nil {
		l.unwritten = true
	} else {
		d.live[k.ID] = &live{Kept: k, unwritten: true, touched: k.Updated}
	}
	return fmt.Errorf("writing the answer to alert %s: %w: %w", k.ID, hold.ErrUnavailable, err)
}

// standing is what stands after an answer.
func (d *Desk) standing(id string, a Answer, s *Standing) []Standing {
	d.state.Lock()
	defer d.state.Unlock()
	switch {
	case a.Verb == Lift:
		return lifted(d.stands, id)
	case s == nil:
		return d.stands
	}
	return standing(d.stands, *s, a.At)
}

// answered makes an answer count, and returns the alert as it is then.
func (d *Desk) answered(id string, before Kept, a Answer, stand *Standing) Alert {
	stands := d.standing(id, a, stand)
	d.counting.Lock()
	defer d.counting.Unlock()
	d.clock()
	d.state.Lock()
	defer d.state.Unlock()
	l := d.live[id]
	if l == nil {
		l = &live{Kept: before, touched: before.Updated}
		d.live[id] = l
	}
	d.stands = stands
	braked, lasted := l.Braked(), l.Lasts()
	l.answer(a)
	d.unlearned = true
	if lasted && !l.Lasts() {
		d.watch.End(l.Watched, a.Verb == Accept)
		l.Watched = 0
	}
	if a.Verb == Silence || a.Verb == Lift {
		d.hush(&l.Alert)
	}
	if a.Verb == Job || a.Verb == Lift {
		if err := d.watch.SetOptions(d.withJobs(d.rules.Volume, d.stands)); err != nil {
			d.options.Log.Error().Err(err).Msg("a job that was declared does not count") // complete has checked it
		}
	}
	d.changed(l, string(a.Verb), &a)
	if braked && !l.Braked() {
		d.setBrakes()
	}
	return l.clone().Alert
}

// hush has the other alerts of an actor on a table silenced as this one is.
func (d *Desk) hush(a *Alert) {
	for _, l := range d.live {
		if l.Lasts() && l.is(place{a.Host, a.Database, a.Table}) && l.standsFor() == a.standsFor() {
			l.Silenced, l.unwritten = d.silencedUntil(&l.Alert, d.last), true
			d.news.id(l.ID)
		}
	}
}

// answer is what an answer changes of an alert.
func (k *Kept) answer(a Answer) {
	k.Answers = append(slices.Clone(k.Answers), a)
	k.Updated = a.At
	switch a.Verb {
	case Acknowledge:
		if k.Lasts() { // it may be over since it was looked at
			k.State = Acknowledged
		}
	case Silence:
		k.Silenced = a.Until
	case Lift:
		k.Silenced = time.Time{}
	case Accept, Job:
		if k.Lasts() {
			k.Ended = a.At
		}
		k.State = Accepted
		k.release(a)
	case Release:
		k.release(a)
	}
}

// release takes the brake off. What is usual or a job is not braked any more.
func (k *Kept) release(a Answer) {
	if k.Braked() {
		brake := *k.Brake
		brake.Released, brake.By = a.At, a.By
		k.Brake = &brake
	}
}

// clone shares nothing with k that changes.
func (k *Kept) clone() Kept {
	c := *k
	c.Examples, c.Actors, c.Answers = slices.Clone(k.Examples), slices.Clone(k.Actors), slices.Clone(k.Answers)
	if k.Brake != nil {
		brake := *k.Brake
		c.Brake = &brake
	}
	return c
}

// find is an alert of the desk or of the store.
func (d *Desk) find(ctx context.Context, id string) (Kept, error) {
	d.state.Lock()
	if l := d.live[id]; l != nil {
		defer d.state.Unlock()
		return l.clone(), nil
	}
	d.state.Unlock()
	k, err := d.options.Store.LoadAlert(ctx, id)
	switch {
	case errors.Is(err, ErrUnknownID):
		return Kept{}, fmt.Errorf("finding alert %q: %w", cut(id, 20), ErrUnknownID)
	case err != nil:
		return Kept{}, fmt.Errorf("reading an alert: %w: %w", hold.ErrUnavailable, err)
	}
	return k, nil
}
