package alert

import (
	"hash/maphash"
	"net/netip"
	"strings"
	"sync/atomic"
	"time"
	"unique"

	"github.com/holdfast-db/holdfast/internal/event"
	"github.com/holdfast-db/holdfast/internal/volume"
)

const (
	// slots is the room of the table of sums; half of it is used at most, so that a
	// place is found after a few looks.
	slots = 1 << 16

	// maxSums is how many keys are summed apart; the rest share one. A sum is about
	// 300 bytes with its names.
	maxSums = slots / 2

	// freshAfter is how many sums make a table so full that another one is begun, as
	// most of them are of sessions that have gone; and freshEvery how often that may
	// be, and how long the old one is looked after: what a session adds meanwhile.
	freshAfter = maxSums / 2
	freshEvery = time.Minute

	// maxExample is the longest text kept of a statement, in bytes.
	maxExample = 300
)

// key is what rows are summed by until they are counted.
type key struct {
	host, database, table, user, application string
	network                                  netip.Prefix
}

// clone lets go of the large text that a name may be a part of. What many keys have in
// common is in memory once, so that comparing it finds it in the processor's cache.
func (k key) clone() key {
	return key{
		unique.Make(k.host).Value(), unique.Make(k.database).Value(), strings.Clone(k.table),
		unique.Make(k.user).Value(), unique.Make(k.application).Value(), k.network,
	}
}

// sum is what sessions add to: all of it atomic, but the key, which never changes.
type sum struct {
	hash uint64
	key
	deleted, updated, undone atomic.Int64
	emptied                  atomic.Int64
	example                  atomic.Pointer[string]
	next                     *sum // of all of its table

	noted noted
}

// noted is what whoever counts notes of a sum, so as not to look it up each second.
type noted struct {
	total int    // one more than its place in totals; 0 is not known
	text  string // the newest one that was remembered
}

// intake sums what sessions hand in, without a lock: a session that finds its sum adds
// to it, and one that does not puts it into the first free place of its key. The zero
// value is not usable.
type intake struct {
	seed    maphash.Seed
	current atomic.Pointer[sums]

	others sum           // of keys that found no place
	lost   atomic.Uint64 // additions to it

	// Of the goroutine that drains:
	old     []oldSums
	at      time.Time // when current was begun
	drained rows      // handed to whoever counts, and used again
}

type sums struct {
	places [slots]atomic.Pointer[sum]
	count  atomic.Int64
	newest atomic.Pointer[sum] // the first of all
}

type oldSums struct {
	*sums
	until time.Time
}

func newIntake(now time.Time) *intake {
	in := &intake{seed: maphash.MakeSeed(), at: now, others: sum{key: key{table: others, user: others}}}
	in.current.Store(&sums{})
	return in
}

// others names what found no place of its own, as package volume does.
const others = "others"

// add sums what a transaction did.
func (in *intake) add(t *event.Tally) {
	k := key{host: t.Host, database: t.Database, user: t.User, application: t.Application, network: networkOf(t.Client)}
	current := in.current.Load()
	for i := range t.Rows {
		r := &t.Rows[i]
		k.table = r.Table
		s := in.sum(current, &k)
		plus(&s.deleted, r.Deleted)
		plus(&s.updated, r.Updated)
		plus(&s.undone, r.Undone)
		plus(&s.emptied, r.Emptied)
		if r.Deleted+r.Emptied > 0 && r.Example != "" && s.example.Load() == nil {
			text := strings.Clone(cut(r.Example, maxExample))
			s.example.CompareAndSwap(nil, &text)
		}
	}
}

func plus(to *atomic.Int64, rows int64) {
	if rows > 0 {
		to.Add(rows)
	}
}

// networkOf is the network of a client as sessions know it; none of a Unix socket.
func networkOf(client string) netip.Prefix {
	address, err := netip.ParseAddr(client)
	if err != nil {
		return netip.Prefix{}
	}
	return volume.NetworkOf(address)
}

// sum finds the sum of a key, or makes it.
func (in *intake) sum(table *sums, k *key) *sum {
	hash := in.hash(k)
	for i := range uint64(slots) {
		place := &table.places[(hash+i)%slots]
		s := place.Load()
		if s == nil {
			if s = in.insert(table, place, hash, k); s == nil {
				break
			}
		}
		if s.hash == hash && s.key == *k {
			return s
		}
	}
	in.lost.Add(1)
	return &in.others
}

// insert puts a new sum into a free place. It returns what is there then, which may be
// another's, and nil when there is no room.
func (in *intake) insert(to *sums, place *atomic.Pointer[sum], hash uint64, k *key) *sum {
	if to.count.Add(1) > maxSums {
		to.count.Add(-1)
		return nil
	}
	s := &sum{hash: hash, key: k.clone()}
	if !place.CompareAndSwap(nil, s) {
		to.count.Add(-1)
		return place.Load()
	}
	for {
		s.next = to.newest.Load()
		if to.newest.CompareAndSwap(s.next, s) {
			return s
		}
	}
}

func (in *intake) hash(k *key) uint64 {
	var h maphash.Hash
	h.SetSeed(in.seed)
	for _, name := range [...]string{k.host, k.database, k.table, k.user, k.application} {
		h.WriteString(name)
		h.WriteByte(0)
	}
	address := k.network.Addr().As16()
	h.Write(address[:])
	return h.Sum64()
}

// rows is what was drained of one sum.
type rows struct {
	key
	deleted, updated, undone int64
	emptied                  int64
	size                     int64 // of the table before, as far as known
	example                  string
	noted                    *noted
}

// drain hands every sum that is not empty to f, which must not keep it, and empties it.
// One goroutine at a time.
func (in *intake) drain(now time.Time, f func(*rows)) {
	kept := in.old[:0]
	for _, o := range in.old {
		in.drainAll(o.sums, f)
		if now.Before(o.until) {
			kept = append(kept, o)
		}
	}
	clear(in.old[len(kept):])
	in.old = kept
	current := in.current.Load()
	in.drainAll(current, f)
	in.drainOne(&in.others, f)
	if current.count.Load() > freshAfter && now.Sub(in.at) >= freshEvery {
		in.current.Store(&sums{})
		in.old, in.at = append(in.old, oldSums{current, now.Add(freshEvery)}), now
	}
}

func (in *intake) drainAll(l *sums, f func(*rows)) {
	for s := l.newest.Load(); s != nil; s = s.next {
		in.drainOne(s, f)
	}
}

func (in *intake) drainOne(s *sum, f func(*rows)) {
	if s.deleted.Load() == 0 && s.updated.Load() == 0 && s.undone.Load() == 0 && s.emptied.Load() == 0 {
		return
	}
	r := &in.drained
	*r = rows{
		key: s.key, deleted: s.deleted.Swap(0), updated: s.updated.Swap(0), undone: s.undone.Swap(0), emptied: s.emptied.Swap(0), noted: &s.noted,
	}
	if text := s.example.Swap(nil); text != nil {
		r.example = *text
	}
	f(r)
}
