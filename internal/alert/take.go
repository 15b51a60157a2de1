package alert

import (
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"unique"

	"github.com/holdfast-db/holdfast/internal/event"
	"github.com/holdfast-db/holdfast/internal/volume"
)

const (
	// maxSums is how many keys are summed apart until they are counted; the rest share
	// one. A sum is about 400 bytes with its names: 13 MB.
	maxSums = 1 << 15

	// forgetFrom is how many keys are too many to keep those of which nothing came since
	// they were counted last: most of them are of sessions that have gone.
	forgetFrom = maxSums / 2

	// maxExample is the longest text kept of a statement, in bytes.
	maxExample = 300
)

// key is what rows are summed by until they are counted.
type key struct {
	host, database, table, user, application string
	network                                  netip.Prefix
}

// clone lets go of the large text that a name may be a part of. What many keys have in
// common is in memory once.
func (k key) clone() key {
	return key{
		unique.Make(k.host).Value(), unique.Make(k.database).Value(), strings.Clone(k.table),
		unique.Make(k.user).Value(), unique.Make(k.application).Value(), k.network,
	}
}

// done is what was done by one key since it was counted last.
type done struct {
	deleted, updated, undone int64
	emptied                  int64
	example                  string
}

func (d *done) nothing() bool { return d.deleted|d.updated|d.undone|d.emptied == 0 }

// sum is what was done by one key.
type sum struct {
	key
	done
	noted noted // of whoever counts
}

// rows is what was drained of one sum.
type rows struct {
	key
	done
	size  int64 // of the table before, as far as known
	noted *noted
}

// noted is what whoever counts notes of a sum, so as not to look it up each second.
type noted struct {
	total int    // one more than its place in totals; 0 is not known
	text  string // the newest one that was remembered
}

// intake sums by key until it is counted. Make one with newIntake.
type intake struct {
	lost atomic.Uint64 // additions to others

	mu     sync.Mutex // guards the following; held for one tally or one sum
	sums   map[key]*sum
	filled []*sum // of sums, and others: those that are not empty
	others sum    // of keys that found no place

	spare []*sum // of whoever drains: room for filled
}

func newIntake() *intake {
	return &intake{sums: map[key]*sum{}, others: sum{key: key{table: others, user: others}}}
}

// others names what found no place of its own, as package volume does.
const others = "others"

// add sums what transactions did.
func (in *intake) add(t *event.Tally) {
	k := key{host: t.Host, database: t.Database, user: t.User, application: t.Application, network: networkOf(t.Client)}
	in.mu.Lock()
	defer in.mu.Unlock()
	for i := range t.Rows {
		r := &t.Rows[i]
		k.table = r.Table
		s := in.sum(&k)
		if s.nothing() {
			in.filled = append(in.filled, s)
		}
		s.deleted += max(r.Deleted, 0)
		s.updated += max(r.Updated, 0)
		s.undone += max(r.Undone, 0)
		s.emptied += max(r.Emptied, 0)
		if r.Deleted+r.Emptied > 0 && s.example == "" {
			s.example = strings.Clone(cut(r.Example, maxExample))
		}
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
func (in *intake) sum(k *key) *sum {
	if s := in.sums[*k]; s != nil {
		return s
	}
	if len(in.sums) >= maxSums {
		in.lost.Add(1)
		return &in.others
	}
	s := &sum{key: k.clone()}
	in.sums[s.key] = s
	return s
}

// drain hands every sum that is not empty to f, which must not keep it, and empties it.
// One goroutine at a time.
func (in *intake) drain(f func(*rows)) {
	filled := in.take()
	for i, s := range filled {
		in.mu.Lock()
		r := rows{key: s.key, done: s.done, noted: &s.noted}
		s.done = done{}
		in.mu.Unlock()
		if !r.nothing() {
			f(&r)
		}
		filled[i] = nil
	}
	in.spare = filled[:0]
}

// take is the list of sums that are not empty, which begins anew; what is added to one
// of them until it is emptied goes with it.
func (in *intake) take() []*sum {
	in.mu.Lock()
	defer in.mu.Unlock()
	filled := in.filled
	in.filled = in.spare
	if len(in.sums) > forgetFrom {
		for k, s := range in.sums {
			if s.nothing() {
				delete(in.sums, k)
			}
		}
	}
	return filled
}
