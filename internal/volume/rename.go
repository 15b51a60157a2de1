package volume

const (
	// Another name of an actor is believed if the old one is silent although so
	// many times its spread was to be expected since, and the new one deletes
	// neither far less nor far more than that.
	silentRows    = 4
	renamedLeast  = 0.3
	renamedMost   = 3.0
	newName       = 7 * hoursOfDay // hours a name counts as new
	overlap       = 6 * 3600       // seconds both may delete, while programs are exchanged
	strangersRows = 5              // a week; what a name may have deleted before and still be new
)

// renamed reports whether an actor's rows are those of another
// one that fell silent, and if so gives it what is usual for that one.
func (w *Watch) renamed(t *table, u *unit, rows float64) bool {
	if u.Rows.Season.week() > strangersRows || w.Second-u.First > newName*3600 {
		return false
	}
	for _, old := range t.Units {
		if old == u || old.Last > u.First+overlap {
			continue // it still deletes
		}
		expected, silence := w.missing(old)
		if silence < silentRows {
			continue
		}
		if rows >= renamedLeast*expected && rows <= renamedMost*expected {
			u.took(old)
			return true
		}
	}
	return false
}

// missing is how many rows were to be expected of an actor since its newest one,
// and the same in units of their spread.
func (w *Watch) missing(u *unit) (rows, silence float64) {
	h := w.hourOfWeek(w.Hour)
	now := u.Rows.Season.expected(h) * float64(w.Second-max(u.Last, w.Hour*3600)) / 3600
	return u.Silent + now, u.Silence + now/u.Rows.Spread.of(h%hoursOfDay)
}
