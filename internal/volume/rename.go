package volume

const (
	// Another name of an actor is believed if the old one is silent although so
	// many times its spread was to be expected since, and the new one deletes
	// neither far less nor far more than that.
	silentRows    = 5
	renamedLeast  = 0.3
	renamedMost   = 3.0
	newName       = 7 * hoursOfDay // hours a name counts as new
	overlap       = 6 * 3600       // seconds both may delete, while programs are exchanged
	strangersRows = 5              // a week; what a name may have deleted before and still be new
)

// renamed reports whether an actor's rows are those of another
// one that fell silent, and if so gives it what is usual for that one.
func (w *Watch) renamed(t *table, u *unit, rows float64) bool {
	if u.Season.week() > strangersRows || w.Second-u.First > newName*3600 {
		return false
	}
	for _, old := range t.Units {
		if old == u || old.Last > u.First+overlap {
			continue // it still deletes
		}
		expected := w.missing(old)
		if expected < silentRows*old.Spread.of(w.hourOfWeek(w.Hour)%hoursOfDay) {
			continue
		}
		if rows >= renamedLeast*expected && rows <= renamedMost*expected {
			u.took(old)
			return true
		}
	}
	return false
}

// missing is how many rows were to be expected of an actor since its newest one.
func (w *Watch) missing(u *unit) float64 {
	from := max(u.Last, w.Hour*3600)
	return u.Silent + u.Season.expected(w.hourOfWeek(w.Hour))*float64(w.Second-from)/3600
}
