package alert

import (
	"fmt"
	"testing"
)

// The size of a table is known with its next delete, and takes no place of the watch
// before.
func TestSize(t *testing.T) {
	d := &Desk{sizes: map[place]int64{}}
	for i := range maxSizes + 10 {
		d.Size("h", "d", fmt.Sprint("t", i), int64(i+1))
	}
	d.Size("h", "d", "t0", 7)
	if len(d.sizes) != maxSizes || d.size(place{"h", "d", "t0"}) != 7 {
		t.Errorf("%d sizes, t0 has %d", len(d.sizes), d.size(place{"h", "d", "t0"}))
	}
}

// What a TRUNCATE or DROP took counts as deleted, once, where the size was told.
func TestEmptied(t *testing.T) {
	at := place{"h", "d", "t"}
	d := &Desk{sizes: map[place]int64{at: 30000}}
	for _, c := range []struct{ emptied, deleted, want int64 }{{0, 3, 3}, {1, 3, 30003}, {1, 0, 0}} {
		r := rows{done: done{deleted: c.deleted, emptied: c.emptied}}
		d.empty(at, &r)
		if r.deleted != c.want {
			t.Errorf("%+v: %d rows", c, r.deleted)
		}
	}
	unknown := rows{done: done{emptied: 1}}
	if d.empty(place{table: "u"}, &unknown); unknown.deleted != 0 {
		t.Errorf("%d rows of a table whose size nobody told", unknown.deleted)
	}
}
