package simulate

import "github.com/holdfast-db/holdfast/internal/event"

// tallyMutants are sums of rows that are wrong on purpose.
func tallyMutants() map[string]Options {
	all := map[string]Options{}
	for name, spoil := range map[string]func([]event.Rows) []event.Rows{
		"counts what was rolled back": func(rows []event.Rows) []event.Rows {
			for i := range rows {
				rows[i].Deleted += rows[i].Undone
			}
			return rows
		},
		"loses what was rolled back": func(rows []event.Rows) []event.Rows {
			for i := range rows {
				rows[i].Undone = 0
			}
			return rows
		},
		"loses all tables but one": func(rows []event.Rows) []event.Rows { return rows[:1] },
		"counts each update twice": func(rows []event.Rows) []event.Rows {
			for i := range rows {
				rows[i].Updated *= 2
			}
			return rows
		},
		"counts for another table": func(rows []event.Rows) []event.Rows {
			for i := range rows {
				if rows[i].Deleted > 0 && rows[i].Table != "" {
					rows[i].Table = "b1"
				}
			}
			return rows[:1]
		},
	} {
		all[name] = Options{Tally: func(to func([]event.Rows)) func([]event.Rows) {
			return func(rows []event.Rows) { to(spoil(rows)) }
		}}
	}
	return all
}
