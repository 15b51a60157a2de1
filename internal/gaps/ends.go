package gaps

import (
	"context"
	"fmt"
	"time"
)

func (w *walk) descending() bool { return w.sequence != nil && w.sequence.Increment < 0 }

// bounds are the lowest and the highest number that the sequence has given, as far as
// it says; nil is not known. One that cycles, or that has given none, says nothing.
func (w *walk) bounds() (low, high *int64) {
	s := w.sequence
	if s == nil || s.Cycles || s.Last == nil && !s.Unreadable {
		return nil, nil
	}
	if w.descending() {
		return s.Last, &s.Start
	}
	return &s.Start, s.Last
}

// given is what the sequence has given between two rows. Where one of them lies outside
// of its numbers, those beyond were never given away; between two rows that came from
// elsewhere all count.
func (w *walk) given(below, above int64) (from, to int64) {
	from, to = below+1, above-1
	low, high := w.bounds()
	if low != nil && below < *low && *low <= above {
		w.summary.Outside = true
		from = max(from, *low)
	}
	if high != nil && below <= *high && *high < above {
		w.summary.Outside = true
		to = min(to, *high)
	}
	return from, to
}

// below is what was given below the first row: the head, or of a sequence that counts
// down the tail.
func (w *walk) below(ctx context.Context, first int64) error {
	low, high := w.bounds()
	switch {
	case low == nil:
		return nil
	case *low >= first:
		w.summary.Outside = w.summary.Outside || *low > first
		return nil
	}
	to := first - 1
	if high != nil {
		to = min(to, *high)
	}
	from, to, n := w.steps.within(*low, to)
	if n == 0 {
		return nil
	}
	beside, err := w.beside(ctx, first)
	if err != nil {
		return err
	}
	return w.end(w.descending(), Gap{From: from, To: to, Missing: n, Above: beside})
}

// above is what was given above the last row.
func (w *walk) above(ctx context.Context, last int64) error {
	low, high := w.bounds()
	switch {
	case high == nil:
		return nil
	case *high <= last:
		w.summary.Outside = w.summary.Outside || *high < last
		return nil
	}
	from := last + 1
	if low != nil {
		from = max(from, *low)
	}
	from, to, n := w.steps.within(from, *high)
	if n == 0 {
		return nil
	}
	beside, err := w.beside(ctx, last)
	if err != nil {
		return err
	}
	return w.end(!w.descending(), Gap{From: from, To: to, Missing: n, Below: beside})
}

// end tells of a gap that has one neighbour, or none.
func (w *walk) end(tail bool, g Gap) error {
	if tail {
		g.Kind, w.summary.Tail = Tail, &g
	} else {
		g.Kind, w.summary.Head = Head, &g
	}
	return w.tell(&g)
}

// empty tells of a table without rows whose sequence has given numbers away.
func (w *walk) empty() error {
	low, high := w.bounds()
	if low == nil || high == nil {
		return nil
	}
	from, to, n := w.steps.within(*low, *high)
	if n == 0 {
		return nil
	}
	return w.end(true, Gap{From: from, To: to, Missing: n})
}

// beside is a row at the end, with its time.
func (w *walk) beside(ctx context.Context, id int64) (*Neighbour, error) {
	if w.clock.column == "" {
		return &Neighbour{ID: id}, nil
	}
	var made *time.Time
	err := w.patiently(ctx, w.table.String(), walkSettings, func() error {
		text := fmt.Sprintf("SELECT max(%s) FROM %s WHERE %s = $1::int8", w.sqlMade(), w.table.sql(), w.sqlColumn())
		if err := w.QueryRow(ctx, text, id).Scan(&made); err != nil {
			return fmt.Errorf("reading when %d was made: %w", id, err)
		}
		return nil
	})
	return w.neighbour(id, made), err
}
