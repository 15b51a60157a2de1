package alert

// maxTotals is for how many tables rows are summed since the start; the rest is one
// sum, others.
const maxTotals = 4096

// Sum is rows of one table since the desk was opened.
type Sum struct{ Deleted, Updated, Undone int64 }

// Total is the sum of one table.
type Total struct {
	Host, Database, Table string
	Sum
}

// totals are sums by table, in the order in which the tables were seen first: it does not
// change, so that whoever shows the first ones shows the same ones tomorrow.
type totals struct {
	at   map[place]int
	list []Total
}

func (t *totals) add(at place, r *rows) {
	if i := r.noted.total; i > 0 {
		t.list[i-1].add(r)
		return
	}
	i, known := t.at[at]
	if !known {
		if len(t.list) >= maxTotals {
			at = place{table: others}
		}
		if i, known = t.at[at]; !known {
			i = len(t.list)
			t.at[at] = i
			t.list = append(t.list, Total{Host: at.host, Database: at.database, Table: at.table})
		}
	}
	r.noted.total = i + 1
	t.list[i].add(r)
}

func (s *Sum) add(r *rows) {
	s.Deleted += r.deleted
	s.Updated += r.updated
	s.Undone += r.undone
}

// Totals is what sessions did to each table since the desk was opened, up to a second
// ago, in an order that does not change. The caller owns the slice.
func (d *Desk) Totals() []Total {
	d.counting.Lock()
	defer d.counting.Unlock()
	return append([]Total(nil), d.totals.list...)
}
