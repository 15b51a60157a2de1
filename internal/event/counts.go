package event

import (
	"strings"
	"sync"
	"time"
	"unique"

	"github.com/holdfast-db/holdfast/internal/gather"
	"github.com/holdfast-db/holdfast/rules"
)

const (
	// maxKeys bounds the keys of one minute to half of an observer's queue: names of
	// relations come from clients, who may invent any number of them.
	maxKeys = queueLength / 2

	// maxUncounted is how many statements of origins are summed at a time, before they
	// are summed by key: 200 KB, which a processor's cache has room for.
	maxUncounted = 4096
)

// uncounted is one statement that passed uncounted.
type uncounted struct {
	who    unique.Handle[Origin]
	effect *rules.Effect
}

// key is what it is summed by in the end.
func (u uncounted) key() Key {
	o := u.who.Value()
	return Key{Host: o.Host, Database: o.Database, User: o.User, Verb: string(u.effect.Verb), Relation: u.effect.Target.String()}
}

// counts sums what was not counted by key. It is exact: an addition is in the
// interval that take ends or in the next one, never lost. To look at a key takes several
// times as long as a session should spend on it, so statements wait for settle.
type counts struct {
	waiting *gather.Queue[unique.Handle[Origin], *rules.Effect]

	mu    sync.Mutex // guards the following
	sums  map[uncounted]uint64
	keys  map[Key]*uint64 // by pointer: assigning would keep the newest key's text alive
	other uint64          // additions that found no place
	since time.Time
}

func (c *counts) init(now time.Time) {
	c.since = now
	c.waiting = gather.New[unique.Handle[Origin], *rules.Effect](c.settle)
	c.sums, c.keys = map[uncounted]uint64{}, map[Key]*uint64{}
}

// Counter counts the statements of one session that pass uncounted, and belongs to its
// lock. It must not be copied once it is used.
type Counter struct {
	waiting gather.Writer[unique.Handle[Origin], *rules.Effect]
	counts  *counts
}

// NotCounted adds one statement of who that passed uncounted to the sum of its key; e is
// what it does, an effect of facts that nobody changes. It is made for every statement of
// production traffic: it waits for nobody, and allocates once for many. The caller holds
// the lock.
func (c *Counter) NotCounted(who unique.Handle[Origin], e *rules.Effect) {
	if !c.waiting.Add(who, e) {
		c.counts.addNow(uncounted{who, e})
	}
}

// addNow adds one statement that finds no room to wait.
func (c *counts) addNow(u uncounted) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sumLocked(u.key(), 1)
}

// settle sums what waits by key.
func (c *counts) settle() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settleLocked()
}

func (c *counts) settleLocked() {
	c.waiting.Drain(func(who unique.Handle[Origin], e **rules.Effect) {
		if len(c.sums) == maxUncounted {
			c.sumAllLocked()
		}
		c.sums[uncounted{who, *e}]++
	})
	c.sumAllLocked()
}

func (c *counts) sumAllLocked() {
	for u, n := range c.sums {
		c.sumLocked(u.key(), n)
	}
	clear(c.sums)
}

func (c *counts) sumLocked(k Key, n uint64) {
	switch sum := c.keys[k]; {
	case sum != nil:
		*sum += n
	case len(c.keys) < maxKeys:
		c.keys[k.clone()] = &n
	default:
		c.other += n
	}
}

// take empties the sums into events for the interval that ends now.
func (c *counts) take(now time.Time) []Event {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settleLocked()
	var events []Event
	for k, n := range c.keys {
		events = append(events, NotCounted{From: c.since, At: now, Key: k, Count: *n})
	}
	if c.other > 0 {
		events = append(events, NotCounted{From: c.since, At: now, Count: c.other, Other: true})
	}
	c.keys, c.other, c.since = make(map[Key]*uint64, len(c.keys)), 0, now
	return events
}

// clone lets go of the large text that a name may be a part of.
func (k Key) clone() Key {
	return Key{
		Host: strings.Clone(k.Host), Database: strings.Clone(k.Database), User: strings.Clone(k.User),
		Verb: strings.Clone(k.Verb), Relation: strings.Clone(k.Relation),
	}
}
