package volume

import (
	"math"
	"net/netip"
	"strings"
	"time"
)

// Bounds of the counters, whatever the traffic. docs/volume.md has the memory
// that they come to.
const (
	// maxKeys is how many keys are counted apart; the rest share one, "others".
	maxKeys = 1 << 15

	// maxMinutes is how many sums of a minute are kept. Beyond, the oldest hours
	// are kept as sums of an hour.
	maxMinutes = 1 << 21

	// maxHours is how many sums of an hour are kept. Beyond, the oldest hours are
	// dropped before their five weeks are over.
	maxHours = 1 << 21
)

// Key is what rows are counted by.
type Key struct {
	Host, Database, Table string
	Actor
	Network netip.Prefix
}

// NetworkOf is the network of a client's address: its /24, or its /64.
func NetworkOf(client netip.Addr) netip.Prefix {
	client = client.Unmap()
	bits := 64
	if client.Is4() {
		bits = 24
	}
	network, err := client.Prefix(bits)
	if err != nil {
		return netip.Prefix{} // no address
	}
	return network
}

// Counters counts rows in minute buckets and keeps them for five weeks, in
// bounded memory. Make them with NewCounters; they must be used by one goroutine
// at a time.
type Counters struct {
	ids map[Key]uint32
	counted
	open    []sum    // of the minute in progress, by key
	touched []uint32 // the keys of it

	// changed are the hours that are not kept as they are; false where one is gone.
	changed map[int64]bool
}

// counted is what a restart needs.
type counted struct {
	Keys    []Key   // by id; the first one is others
	Minute  int64   // in progress, in minutes since 1970
	Hours   []*hour // oldest first
	Minutes int     // sums of a minute kept
	Folded  int     // sums of an hour kept
	Shared  uint64  // counts that shared the key of others
	Dropped int64   // hours dropped before their time
	Swept   int64   // the hour in which unused keys were last looked for
}

// hour holds the sums of one hour.
type hour struct {
	Hour   int64 // since 1970
	Sums   []sum
	Folded bool // one sum a key for the whole hour
}

// sum is the rows of one key in one minute; 16 bytes.
type sum struct {
	Key              uint32
	Minute           uint8 // of the hour
	Deleted, Updated uint32
}

// NewCounters makes empty counters.
func NewCounters() *Counters {
	c := &Counters{}
	c.clear()
	return c
}

func (c *Counters) clear() {
	c.counted = counted{Keys: []Key{{Actor: others}}}
	c.ids = map[Key]uint32{c.Keys[0]: 0}
	c.open, c.touched = []sum{{}}, nil
	c.changed = map[int64]bool{}
}

// Add counts n. A count older than the minute in progress belongs to that one,
// so that a clock set back loses nothing. In the steady state nothing is
// allocated.
func (c *Counters) Add(n *Count) {
	c.Advance(n.At)
	id := c.id(n)
	s := &c.open[id]
	if s.Deleted == 0 && s.Updated == 0 {
		c.touched = append(c.touched, id)
	}
	s.Deleted = saturated(s.Deleted, n.Deleted)
	s.Updated = saturated(s.Updated, n.Updated)
}

// saturated adds rows as far as 32 bits hold them.
func saturated(sum uint32, rows int64) uint32 {
	return uint32(min(int64(sum)+max(rows, 0), math.MaxUint32))
}

// Advance ends the minute in progress if to lies beyond it.
func (c *Counters) Advance(to time.Time) {
	minute := to.Unix() / 60
	if minute <= c.Minute {
		return
	}
	c.flush()
	c.Minute = minute
	c.expire()
}

// flush moves the sums of the minute in progress to its hour.
func (c *Counters) flush() {
	if len(c.touched) == 0 {
		return
	}
	h := c.hour(c.Minute / 60)
	c.changed[h.Hour] = true
	for _, id := range c.touched {
		s := c.open[id]
		s.Key, s.Minute = id, uint8(c.Minute%60)
		h.Sums = append(h.Sums, s)
		c.open[id] = sum{}
	}
	c.Minutes += len(c.touched)
	c.touched = c.touched[:0]
}

// hour is the newest hour, which must not be older than the newest one so far.
func (c *Counters) hour(at int64) *hour {
	if n := len(c.Hours); n > 0 && c.Hours[n-1].Hour == at {
		return c.Hours[n-1]
	}
	h := &hour{Hour: at}
	c.Hours = append(c.Hours, h)
	return h
}

// id is the number of a count's key: a new one while there is room.
func (c *Counters) id(n *Count) uint32 {
	return c.idOf(Key{n.Host, n.Database, n.Table, n.Actor, n.Network})
}

func (c *Counters) idOf(k Key) uint32 {
	if id, ok := c.ids[k]; ok {
		return id
	}
	if len(c.Keys) >= maxKeys {
		c.sweep()
	}
	if len(c.Keys) >= maxKeys {
		c.Shared++
		return 0
	}
	return c.newID(k.clone())
}

func (c *Counters) newID(k Key) uint32 {
	id := uint32(len(c.Keys))
	c.ids[k] = id
	c.Keys = append(c.Keys, k)
	c.open = append(c.open, sum{})
	return id
}

// clone lets go of the large text that a name may be a part of.
func (k Key) clone() Key {
	return Key{
		strings.Clone(k.Host), strings.Clone(k.Database), strings.Clone(k.Table),
		Actor{strings.Clone(k.User), strings.Clone(k.Application)}, k.Network,
	}
}

// Each calls f with every sum between from and to, oldest first, those of the
// minute in progress last. span is what a sum covers: a minute, or an hour of the
// older ones; keys no longer known are "others". The order within a minute is
// not defined.
func (c *Counters) Each(from, to time.Time, f func(at time.Time, span time.Duration, k Key, deleted, updated uint32)) {
	for _, h := range c.Hours {
		for _, s := range h.Sums {
			at, span := unix(h.Hour*3600+int64(s.Minute)*60), time.Minute
			if h.Folded {
				span = time.Hour
			}
			if at.Before(to) && at.Add(span).After(from) {
				f(at, span, c.Keys[s.Key], s.Deleted, s.Updated)
			}
		}
	}
	if at := unix(c.Minute * 60); at.Before(to) && at.Add(time.Minute).After(from) {
		for _, id := range c.touched {
			f(at, time.Minute, c.Keys[id], c.open[id].Deleted, c.open[id].Updated)
		}
	}
}
