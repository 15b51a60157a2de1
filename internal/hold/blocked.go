package hold

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/holdfast-db/holdfast/internal/event"
)

// Blocked is who waits on the server behind the transaction of a hold, as its session
// last asked. It lives no longer than the session waits, and is not stored. The zero
// value is that nobody has asked yet.
type Blocked struct {
	At    time.Time // when the server was asked; zero is never
	Fault string    // why the server cannot be asked, for people; then the rest is empty
	Count int

	// Sessions have waited longest, the longest wait first. There may be fewer than Count.
	Sessions []BlockedSession
}

// BlockedSession is a session of the server that waits.
type BlockedSession struct {
	PID               int // of its server process
	User, Application string
	Since             time.Time
}

// Early is the cause of a context given to Desk.Wait that ends a hold before its time,
// because others wait behind its locks. It ends as Expired, and as Released when
// reviewers have approved it by then.
type Early struct {
	Count  int           // sessions that wait
	Waited time.Duration // the longest wait, in whole seconds
}

// endedEarly begins the Result of a hold that ended by Early.
const endedEarly = "ended early: "

// Error says so for people: "ended early: 3 sessions had waited 5 s behind its locks".
func (e Early) Error() string {
	up := ""
	if e.Count > 1 {
		up = "up to "
	}
	s := "s"
	if e.Count == 1 {
		s = ""
	}
	return fmt.Sprintf("%s%d session%s had waited %s%d s behind its locks", endedEarly, e.Count, s, up, int(e.Waited.Seconds()))
}

// EndedEarly says that h expired before its time because others waited behind its locks;
// Result has the sentence.
func (h Hold) EndedEarly() bool { return h.State == Expired && strings.HasPrefix(h.Result, endedEarly) }

// tellBlockedEvery is how often watchers are told, at most, that others wait behind a
// hold: each of them may edit a message at a place that bounds how often.
const tellBlockedEvery = 10 * time.Second

// SetBlocked notes who waits behind the transaction of a hold that a session waits for.
// It never waits for a disk. Of any other hold it does nothing.
func (d *Desk) SetBlocked(id string, b Blocked) {
	w := d.waiter(id)
	if w == nil {
		return
	}
	if w.noteBlocked(&b) {
		d.events(b.event(id))
		d.watching.Tell(id)
	}
}

// event is b for observers.
func (b Blocked) event(id string) event.HoldBlocked {
	e := event.HoldBlocked{At: b.At, Hold: id, Count: b.Count, Fault: clip(b.Fault)}
	for _, s := range b.Sessions {
		e.Sessions = append(e.Sessions, event.BlockedSession{PID: s.PID, User: clip(s.User), Application: clip(s.Application), Since: s.Since.UTC()})
	}
	return e
}

// noteBlocked says whether watchers are to be told.
func (w *waiter) noteBlocked(b *Blocked) (tell bool) {
	w.behind.Lock()
	defer w.behind.Unlock()
	b.keepSince(w.blocked)
	w.blocked = *b
	if now := time.Now(); !b.same(w.told) && now.Sub(w.toldAt) >= tellBlockedEvery {
		w.told, w.toldAt = *b, now
		return true
	}
	return false
}

func (w *waiter) blockedNow() Blocked {
	w.behind.Lock()
	defer w.behind.Unlock()
	b := w.blocked
	b.Sessions = slices.Clone(b.Sessions)
	return b
}

// sinceAgrees is how far two answers may be apart that speak of the same wait: both count
// whole seconds.
const sinceAgrees = 3 * time.Second

// keepSince takes over from an earlier answer since when the same sessions wait.
func (b *Blocked) keepSince(before Blocked) {
	for i := range b.Sessions {
		s := &b.Sessions[i]
		for _, old := range before.Sessions {
			if old.PID == s.PID && s.Since.Sub(old.Since).Abs() < sinceAgrees {
				s.Since = old.Since
			}
		}
	}
}

// same says that two answers differ in nothing but when they came.
func (b Blocked) same(other Blocked) bool {
	return b.Fault == other.Fault && b.Count == other.Count && slices.EqualFunc(b.Sessions, other.Sessions, func(a, b BlockedSession) bool {
		return a.PID == b.PID && a.User == b.User && a.Application == b.Application && a.Since.Equal(b.Since)
	})
}
