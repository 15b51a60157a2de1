package volume

import (
	"fmt"
	"io"
	"maps"
	"slices"
)

// keptHour is the counts of one hour with the keys that they need, so that each hour
// is kept by itself: of five weeks only the hour in progress changes.
type keptHour struct {
	Hour   int64
	Folded bool
	Keys   []Key
	Sums   []sum // by the number of the key in Keys
}

// Changed is which hours, since 1970, are to be kept anew since the last call, and
// which are gone, each in order. The minute in progress is not in them before it ends;
// Flush ends it early.
func (c *Counters) Changed() (changed, gone []int64) {
	for _, hour := range slices.Sorted(maps.Keys(c.changed)) {
		if c.changed[hour] {
			changed = append(changed, hour)
		} else {
			gone = append(gone, hour)
		}
	}
	clear(c.changed)
	return changed, gone
}

// Again says that an hour could not be kept, or not be forgotten: it is among those of
// the next Changed.
func (c *Counters) Again(hour int64) {
	_, there := c.find(hour)
	c.changed[hour] = there
}

func (c *Counters) find(which int64) (at int, there bool) {
	return slices.BinarySearchFunc(c.Hours, which, func(h *hour, wanted int64) int { return int(h.Hour - wanted) })
}

// Flush ends the minute in progress.
func (c *Counters) Flush() { c.flush() }

// SnapshotHour writes the counts of one hour. Of one that there is not, it writes that
// there are none.
func (c *Counters) SnapshotHour(to io.Writer, hour int64) error {
	kept := keptHour{Hour: hour}
	if at, there := c.find(hour); there {
		h := c.Hours[at]
		kept.Folded = h.Folded
		kept.Sums = make([]sum, 0, len(h.Sums))
		numbers := make(map[uint32]uint32)
		for _, s := range h.Sums {
			n, known := numbers[s.Key]
			if !known {
				n = uint32(len(kept.Keys))
				numbers[s.Key] = n
				kept.Keys = append(kept.Keys, c.Keys[s.Key])
			}
			s.Key = n
			kept.Sums = append(kept.Sums, s)
		}
	}
	return encode(to, &kept)
}

// RestoreHour adds the counts of an hour that is newer than all others. After an error
// everything is as it was.
func (c *Counters) RestoreHour(from io.Reader) error {
	var kept keptHour
	if err := decode(from, &kept); err != nil {
		return err
	}
	if n := len(c.Hours); n > 0 && c.Hours[n-1].Hour >= kept.Hour || len(kept.Keys) > maxKeys {
		return fmt.Errorf("%w: hour %d is out of order", ErrSnapshot, kept.Hour)
	}
	for _, s := range kept.Sums {
		if int(s.Key) >= len(kept.Keys) {
			return ErrSnapshot
		}
	}
	if len(kept.Sums) == 0 {
		return nil
	}
	ids := make([]uint32, len(kept.Keys))
	for i, k := range kept.Keys {
		ids[i] = c.idOf(k)
	}
	for i := range kept.Sums {
		kept.Sums[i].Key = ids[kept.Sums[i].Key]
	}
	c.Hours = append(c.Hours, &hour{Hour: kept.Hour, Sums: kept.Sums, Folded: kept.Folded})
	if kept.Folded {
		c.Folded += len(kept.Sums)
	} else {
		c.Minutes += len(kept.Sums)
	}
	c.Minute = max(c.Minute, kept.Hour*60)
	return nil
}

// Lost is how many counts shared the key of others, and how many hours were dropped
// before their five weeks were over, since the counters were made.
func (c *Counters) Lost() (shared uint64, dropped int64) { return c.Shared, c.Dropped }
