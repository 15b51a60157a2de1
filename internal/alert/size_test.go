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
