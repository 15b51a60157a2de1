package simulate

import (
	"github.com/holdfast-db/holdfast/internal/event"
	"github.com/holdfast-db/holdfast/rules"
)

// tallyMutants are sums of rows that are wrong on purpose.
func tallyMutants() map[string]Options {
	all := map[string]Options{}
	for name, spoil := range map[string]func([]event.Sum) []event.Sum{
		"counts what was rolled back": func(rows []event.Sum) []event.Sum {
			for i := range rows {
				rows[i].Deleted += rows[i].Undone
			}
			return rows
		},
		"loses what was rolled back": func(rows []event.Sum) []event.Sum {
			for i := range rows {
				rows[i].Undone = 0
			}
			return rows
		},
		"loses all tables but one": func(rows []event.Sum) []event.Sum { return rows[:1] },
		"counts each update twice": func(rows []event.Sum) []event.Sum {
			for i := range rows {
				rows[i].Updated *= 2
			}
			return rows
		},
		"counts for another table": func(rows []event.Sum) []event.Sum {
			for i := range rows {
				if rows[i].Deleted > 0 && rows[i].Of.Table != "" {
					rows[i].Of = &rules.Rows{Table: "b1"}
				}
			}
			return rows[:1]
		},
	} {
		all[name] = Options{Tally: func(to func([]event.Sum)) func([]event.Sum) {
			return func(rows []event.Sum) { to(spoil(rows)) }
		}}
	}
	return all
}
