package monitor

// credit is what sessions did in one turn.
type credit struct {
	turn int
	sums
}

// own is the name of a table that no other has, others are what sessions may have called
// it as well; the empty name is of statements that do not say which table they delete
// from.
func own(m movement) []string    { return m.names[:1] }
func others(m movement) []string { return append(m.names[1:len(m.names):len(m.names)], "") }

// explain uses up credits of the names for rows of a table and returns what is left
// without one.
func (l *ledger) explain(names []string, rows int64, moves bool) int64 {
	for _, name := range names {
		if rows == 0 {
			break
		}
		rows = l.use(name, rows, moves)
	}
	return rows
}

// undo uses up what sessions rolled back for the rows of which the counters show that
// they are not gone: it explains no others.
func (l *ledger) undo(m movement) {
	rows := m.deleted - m.gone
	for _, names := range [][]string{own(m), others(m)} {
		for _, name := range names {
			list := l.credits[name]
			for i := 0; i < len(list) && rows > 0; i++ {
				rows = draw(&list[i].undone, rows)
			}
		}
	}
}

func (l *ledger) use(name string, rows int64, moves bool) int64 {
	list := l.credits[name]
	for i := range list {
		rows = draw(&list[i].deleted, rows)
		rows = draw(&list[i].undone, rows)
		if moves {
			rows = draw(&list[i].updated, rows)
		}
	}
	return rows
}

// draw takes up to rows from a credit and returns what it did not have.
func draw(from *int64, rows int64) int64 {
	n := min(*from, rows)
	*from -= n
	return rows - n
}
