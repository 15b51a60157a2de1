package volume

import (
	"math/rand/v2"
	"testing"
)

// The windows hold what adding up anew gives, over any pauses.
func TestWindows(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var w windows
	rows := map[int64]uint64{}
	minute := int64(1000)
	for range 20000 {
		if r.IntN(3) == 0 {
			minute += int64(r.IntN(12))
		}
		if r.IntN(200) == 0 {
			minute += int64(r.IntN(200))
		}
		n := r.Uint64N(100)
		w.advance(minute)
		w.add(n)
		rows[minute] += n
		for _, window := range []struct {
			minutes int64
			got     uint64
		}{{shortMinutes, w.Short}, {longMinutes, w.Long}} {
			want, first := uint64(0), minute
			for m := minute - window.minutes + 1; m <= minute; m++ {
				want += rows[m]
				if rows[m] > 0 && m < first {
					first = m
				}
			}
			if window.got != want || w.first(window.minutes) != first {
				t.Fatalf("minute %d: the last %d hold %d since %d, want %d since %d",
					minute, window.minutes, window.got, w.first(window.minutes), want, first)
			}
		}
	}
}
