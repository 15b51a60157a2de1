package volume

const (
	// Another name of an actor is believed if the old one fell silent when it
	// appeared, if so many minutes with deletes, in units of their spread, were to be expected of it
	// since, and if the new one deletes neither far less nor far more. A leak
	// waits while that is possible: the old name deletes again soon, or is gone.
	gone          = 3.0
	longGone      = 8.0 // so long that it does not matter how the new one deletes
	perhapsGone   = 0.7
	renamedLeast  = 0.2
	renamedMost   = 4.0
	waits         = 24 * 3600       // seconds for which a leak waits at most
	shape         = 4.0             // times as many rows a minute, or as few, are another's
	renamedWithin = 21 * hoursOfDay // a name is new for so many hours
	overlap       = 2 * 3600        // seconds both may delete while programs are exchanged
)

// identity is what is thought of an actor's name.
type identity int

const (
	itself identity = iota
	perhapsAnother
	another // it has another one's baseline from now on
)

// renamed finds out whether an actor is another one that fell silent when it
// began, and if so gives it what is usual for that one.
func (w *Watch) renamed(t *table, u *unit) identity {
	if !w.appeared(u) {
		return itself
	}
	perhaps := itself
	for _, old := range t.Units {
		if old == u || old.First >= u.First || old.Last > u.First+overlap {
			continue
		}
		expected, silence := w.missing(old)
		if u.Total < renamedLeast*expected || u.Total > renamedMost*expected || w.tooFast(u, old) || silence < longGone && otherShape(u, old) {
			continue
		}
		if silence >= gone {
			u.took(old)
			return another
		}
		if silence >= perhapsGone && w.Second-u.First <= waits {
			perhaps = perhapsAnother
		}
	}
	return perhaps
}

// goesOn looks for another name whose bulks were told, and which fell silent as this
// one appeared: they are the same thing, going on, long before its silence proves it.
func (w *Watch) goesOn(t *table, u *unit) {
	if !w.appeared(u) {
		return
	}
	for _, old := range t.Units {
		if old != u && old.First < u.First && old.Last >= u.First-overlap && old.Last <= u.First+overlap && old.Bulks.full(w.Hour) {
			u.inherit(old)
			return
		}
	}
}

// tooFast reports whether an actor that appeared within the hour deletes faster
// than the old one would.
func (w *Watch) tooFast(u, old *unit) bool {
	seconds := float64(w.Second - u.First + 60)
	if seconds > 3600 {
		return false
	}
	h := w.hourOfWeek(w.Hour)
	hourly := max(old.Rows.Season.expected(h), old.Rows.Season.expected(wrap(h-1, hoursOfWeek)))
	return u.Total > renamedMost*hourly*seconds/3600
}

// otherShape reports whether an actor deletes far more, or far less, in a minute
// with deletes than the old one.
func otherShape(u, old *unit) bool {
	was := old.Rows.Season.week() / max(old.Minutes.Season.week(), quietest)
	is := u.Total / max(u.Active, 1)
	return is > shape*was || was > shape*is
}

// appeared reports whether an actor is new since the learning ended: before it,
// nobody's silence means anything.
func (w *Watch) appeared(u *unit) bool {
	return u.First/3600 >= w.Started+w.learning() && w.Second-u.First <= renamedWithin*3600
}

// missing is how many rows were to be expected of an actor since its newest one,
// and the minutes with deletes, in units of their spread.
func (w *Watch) missing(u *unit) (rows, silence float64) {
	h := w.hourOfWeek(w.Hour)
	part := float64(w.Second-max(u.Last, w.Hour*3600)) / 3600
	minutes := u.Minutes.Season.expected(h) / u.Minutes.Spread.of(h%hoursOfDay, 1)
	return u.Silent + part*u.Rows.Season.expected(h), u.Silence + part*minutes
}
