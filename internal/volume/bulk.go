package volume

// judge compares an actor that just deleted with its bars.
func (w *Watch) judge(t *table, u *unit) {
	floor := t.floor(&w.options)
	if !w.learned() {
		floor = t.portion(w.options.LimitRows, w.options.LimitShare)
	}
	short, long := float64(u.Windows.Short), float64(u.Windows.Long)
	if short < floor && (long < floor || !w.learned()) {
		return
	}
	if u.bars.hour != w.Hour {
		u.bars = u.barsAt(w.Hour, w.hourOfWeek(w.Hour))
	}
	times := w.options.Times
	crossed := short >= floor && short > times*u.bars.short || long >= floor && long > times*u.bars.long
	if !crossed || long <= (times-1)*u.bars.same {
		return
	}
	w.bulk(t, u)
}

// bulk takes a row that is beyond the bars: it tells of it, unless it is known.
func (w *Watch) bulk(t *table, u *unit) {
	long := float64(u.Windows.Long)
	u.cross(w.Second/60, long)
	if u.Burst.Alerted {
		w.follow(t, u, long)
		return
	}
	if u.knownJob() || w.renamed(t, u) == another {
		return
	}
	u.Burst.Alerted = true
	if w.learned() {
		u.Hour, u.LastHour = hourInProgress{}, hourInProgress{} // what was counted of it is not learned
	}
	if u.Bulk.open() && long < bulkAgain*u.Bulk.Told {
		w.follow(t, u, long)
		return
	}
	w.goesOn(t, u)
	if u.Bulks.enough(w.Hour, long) {
		u.Bulk = u.Bulks.Last
		u.Bulk.Newest, u.Bulk.Told = w.Hour, long
		w.send(t, u, &u.Bulk, Updated, int64(long), "again "+rowsText(long)+" within an hour")
		return
	}
	w.raiseBulk(t, u)
	u.Bulks.note(w.Hour, long)
	u.Bulks.Last = u.Bulk
}

// follow keeps the alert of a bulk open, and tells when it is four times as large.
func (w *Watch) follow(t *table, u *unit, long float64) {
	u.Bulk.Newest = w.Hour
	if !u.Bulk.open() || long < bulkAgain*u.Bulk.Told {
		return
	}
	u.Bulk.Told = long
	w.update(t, u, &u.Bulk)
}
