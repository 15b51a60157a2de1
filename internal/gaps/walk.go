package gaps

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// chunkRows are read at once: milliseconds of work, and no more than so many gaps
	// in memory. A chunk that takes too long is tried again with half of its rows, down
	// to minChunkRows, where something else is wrong.
	chunkRows    = 10_000
	minChunkRows = 100
)

// walk goes along the ids of one table, ascending. One goroutine.
type walk struct {
	*connection
	options  Options
	table    table
	clock    clock
	sequence *Sequence
	steps    steps

	summary Summary
	rows    int // of the next chunk
}

// place is a row of a chunk that the server tells of: one behind a gap, or the last.
type place struct {
	ID, Before       int64 // the row's id and that of the row before it
	Count            int64 // rows of the chunk up to it
	Strays           int64 // of them, those that are none of the sequence's steps
	Last             bool
	Made, BeforeMade *time.Time
}

// chunkText reads the next ids and leaves out the rows that have a neighbour below. The
// times are looked up for the rest alone, so that the walk stays within the index.
// 1: table, 2: column, 3: time of a row, 4: size of a step, 5: remainder, 6: condition.
const chunkText = `
SELECT g.id::int8 AS id, g.before::int8 AS before, g.count, g.strays, g.last, a.made, b.made AS before_made
FROM (
  SELECT id, lag(id, 1, $1::int8) OVER w AS before, dense_rank() OVER w AS count,
    sum(CASE WHEN ((id %% %[4]d) + %[4]d) %% %[4]d <> %[5]d THEN 1 ELSE 0 END) OVER w AS strays, lead(id) OVER w IS NULL AS last
  FROM (SELECT %[2]s AS id FROM %[1]s WHERE %[2]s > $1::int8 AND %[2]s <= $2::int8 ORDER BY %[2]s LIMIT $3::int8) c WINDOW w AS (ORDER BY id)
) g
LEFT JOIN LATERAL (SELECT %[3]s AS made FROM %[1]s WHERE %[2]s = g.id LIMIT 1) a ON true
LEFT JOIN LATERAL (SELECT %[3]s AS made FROM %[1]s WHERE %[2]s = g.before LIMIT 1) b ON true
WHERE g.last OR %[6]s
ORDER BY g.id`

func (w *walk) sqlColumn() string { return pgx.Identifier{w.table.column}.Sanitize() }

// sqlMade is when a row was made. infinity is no time.
func (w *walk) sqlMade() string {
	if w.clock.column == "" {
		return "NULL::timestamptz"
	}
	column := pgx.Identifier{w.clock.column}.Sanitize()
	return fmt.Sprintf("CASE WHEN isfinite(%s) THEN %s::timestamptz END", column, column)
}

func (w *walk) chunkText() string {
	apart := "g.before < g.id - 1"
	if w.steps.size > 1 { // numeric, as a bigint less a step can be none
		apart = fmt.Sprintf("g.id::numeric - g.before > %d OR ((g.id %% %[1]d) + %[1]d) %% %[1]d <> %[2]d OR ((g.before %% %[1]d) + %[1]d) %% %[1]d <> %[2]d", w.steps.size, w.steps.remainder)
	}
	return fmt.Sprintf(chunkText, w.table.sql(), w.sqlColumn(), w.sqlMade(), w.steps.size, w.steps.remainder, "("+apart+")")
}

// run walks from the first id to the last one.
func (w *walk) run(ctx context.Context) error {
	first, last := w.summary.First, w.summary.Last
	if first == nil || last == nil {
		return w.empty()
	}
	w.rows = chunkRows
	w.summary.Rows = 1
	if w.isStray(*first) {
		w.summary.Strays = 1
	}
	if err := w.below(ctx, *first); err != nil {
		return err
	}
	at, text := *first, w.chunkText()
	for at < *last {
		places, err := w.chunk(ctx, text, at, *last)
		if err != nil {
			return err
		}
		if len(places) == 0 {
			break // the last rows went while we walked
		}
		for _, p := range places {
			if err := w.pass(p); err != nil {
				return err
			}
		}
		end := places[len(places)-1]
		at = end.ID
		w.summary.Rows += uint64(end.Count)
		w.summary.Strays += uint64(end.Strays)
	}
	w.summary.Last = &at
	return w.above(ctx, at)
}

// chunk reads the places behind an id, with fewer rows where that takes too long.
func (w *walk) chunk(ctx context.Context, text string, after, upTo int64) (places []place, err error) {
	for {
		err = w.patiently(ctx, w.table.String(), walkSettings, func() error {
			rows, err := w.Query(ctx, text, after, upTo, w.rows)
			if err != nil {
				return fmt.Errorf("reading ids behind %d: %w", after, err)
			}
			if places, err = pgx.CollectRows(rows, pgx.RowToStructByName[place]); err != nil {
				return fmt.Errorf("reading ids behind %d: %w", after, err)
			}
			return nil
		})
		if stateOf(err) != queryCanceled || w.rows <= minChunkRows || ctx.Err() != nil {
			return places, err
		}
		w.rows /= 2
	}
}

// pass tells of the gap in front of a row, if there is one.
func (w *walk) pass(p place) error {
	if p.Before >= p.ID-1 {
		return nil
	}
	from, to := w.given(p.Before, p.ID)
	from, to, n := w.steps.within(from, to)
	if n == 0 {
		return nil
	}
	g := Gap{
		Kind: kindOf(n, w.sequence), From: from, To: to, Missing: n,
		Below: w.neighbour(p.Before, p.BeforeMade), Above: w.neighbour(p.ID, p.Made),
	}
	s := &w.summary
	s.Missing += n
	s.Gaps++
	switch g.Kind {
	case Single:
		s.Singles++
	case Long:
		s.Long++
	}
	return w.tell(&g)
}

func (w *walk) tell(g *Gap) error {
	g.between(w.descending())
	return w.options.Each(*g)
}

func (w *walk) neighbour(id int64, made *time.Time) *Neighbour {
	n := &Neighbour{ID: id}
	if made != nil {
		n.Made = &Moment{made.UTC(), w.clock.zoned}
	}
	return n
}

func (w *walk) isStray(id int64) bool {
	_, _, n := w.steps.within(id, id)
	return n == 0
}
