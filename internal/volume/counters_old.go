package volume

import (
	"io"
	"slices"
	"time"
)

// expire drops what is older than five weeks, and makes room when there are more
// sums than are kept.
func (c *Counters) expire() {
	oldest := c.Minute/60 - int64(kept/time.Hour)
	for len(c.Hours) > 0 && c.Hours[0].Hour < oldest {
		c.drop()
	}
	for c.Minutes > maxMinutes && c.foldOldest() {
	}
	for c.Folded > maxHours {
		c.drop()
		c.Dropped++
	}
}

func (c *Counters) drop() {
	h := c.Hours[0]
	c.changed[h.Hour] = false
	if h.Folded {
		c.Folded -= len(h.Sums)
	} else {
		c.Minutes -= len(h.Sums)
	}
	c.Hours[0] = nil
	c.Hours = c.Hours[1:]
}

// foldOldest makes one sum a key of the oldest hour that has one a minute. The
// hour in progress stays as it is.
func (c *Counters) foldOldest() bool {
	for _, h := range c.Hours {
		if h.Folded {
			continue
		}
		if h.Hour >= c.Minute/60 {
			return false
		}
		c.Minutes -= len(h.Sums)
		c.changed[h.Hour] = true
		h.fold()
		c.Folded += len(h.Sums)
		return true
	}
	return false
}

func (h *hour) fold() {
	slices.SortFunc(h.Sums, func(a, b sum) int { return int(a.Key) - int(b.Key) })
	folded := make([]sum, 0, len(h.Sums)/8)
	for _, s := range h.Sums {
		s.Minute = 0
		if n := len(folded); n > 0 && folded[n-1].Key == s.Key {
			folded[n-1].Deleted = saturated(folded[n-1].Deleted, int64(s.Deleted))
			folded[n-1].Updated = saturated(folded[n-1].Updated, int64(s.Updated))
			continue
		}
		folded = append(folded, s)
	}
	h.Sums, h.Folded = slices.Clip(folded), true
}

// sweep forgets the keys that no sum has any more, at most once an hour: it
// looks at every sum.
func (c *Counters) sweep() {
	if c.Minute/60 <= c.Swept {
		return
	}
	c.Swept = c.Minute / 60
	c.flush()
	used := make([]bool, len(c.Keys))
	used[0] = true
	for _, h := range c.Hours {
		for _, s := range h.Sums {
			used[s.Key] = true
		}
	}
	renamed := make([]uint32, len(c.Keys))
	keys := c.Keys[:0:0]
	for id, k := range c.Keys {
		if used[id] {
			renamed[id] = uint32(len(keys))
			keys = append(keys, k)
		}
	}
	for _, h := range c.Hours {
		for i := range h.Sums {
			h.Sums[i].Key = renamed[h.Sums[i].Key]
		}
	}
	c.Keys = keys
	c.index()
}

// index builds what is derived from the keys.
func (c *Counters) index() {
	c.ids = make(map[Key]uint32, len(c.Keys))
	for id, k := range c.Keys {
		c.ids[k] = uint32(id)
	}
	c.open, c.touched = make([]sum, len(c.Keys)), nil
}

// Snapshot writes all sums, those of the minute in progress included.
func (c *Counters) Snapshot(to io.Writer) error {
	c.flush()
	return encode(to, &c.counted)
}

// Restore replaces all sums. After an error they are as they were.
func (c *Counters) Restore(from io.Reader) error {
	var n counted
	if err := decode(from, &n); err != nil {
		return err
	}
	if len(n.Keys) == 0 || len(n.Keys) > maxKeys {
		return ErrSnapshot
	}
	for _, h := range n.Hours {
		for _, s := range h.Sums {
			if int(s.Key) >= len(n.Keys) {
				return ErrSnapshot
			}
		}
	}
	c.counted = n
	c.index()
	return nil
}
