package volume

// table is one table with its actors, and all of them together.
type table struct {
	Host, Database, Name string
	Rows                 int64 // 0: not known
	Units                []*unit
	Share                shares
}

func (t *table) find(a Actor) *unit {
	for _, u := range t.Units {
		if u.Who == a {
			return u
		}
	}
	return nil
}

// idle is an actor whose place may be given to another.
func (t *table) idle(second int64) *unit {
	var longest *unit
	for _, u := range t.Units {
		hours := (second - u.Last) / 3600
		if u.Who == others || hours < idleHours || hours < keptHours && u.Rows.Season.week() >= 1 {
			continue
		}
		if longest == nil || u.Last < longest.Last {
			longest = u
		}
	}
	return longest
}

// floor is the smallest bulk of the table.
func (t *table) floor(o *Options) float64 {
	return t.portion(o.BulkRows, o.BulkShare)
}

// portion is a number of rows or a share of the table, whichever is less, and
// at least fewRows.
func (t *table) portion(rows int64, share float64) float64 {
	if t.Rows == 0 {
		return float64(rows)
	}
	return min(float64(rows), max(fewRows, share*float64(t.Rows)))
}
