package gaps

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// opened is a walk of a table that was found.
func opened(t *testing.T, srv *pgtest.Server, db string) *walk {
	t.Helper()
	c, err := connect(t.Context(), srv.URL(db))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(context.Background()) })
	w := &walk{connection: c, options: Options{Table: "t"}}
	if err := w.open(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.rows = chunkRows
	return w
}

// A chunk that takes too long is read with fewer rows, down to a bound.
func TestSlowChunks(t *testing.T) {
	srv := pgtest.Shared(t, pgtest.Newest(t))
	db := srv.Database(t, "CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t SELECT generate_series(1, 10)")
	w := opened(t, srv, db)
	w.statement = 200 * time.Millisecond
	slow := "SELECT $1::int8 AS id, $2::int8 AS before, 1::int8 AS count, 0::int8 AS strays, true AS last, NULL::timestamptz AS made, NULL::timestamptz AS before_made " +
		"FROM pg_sleep(CASE WHEN $3::int8 > 3000 THEN 60 ELSE 0 END)"
	places, err := w.chunk(t.Context(), slow, 7, 8)
	if err != nil || len(places) != 1 || w.rows != 2500 {
		t.Errorf("%v, %d places, %d rows at once", err, len(places), w.rows)
	}
	_, err = w.chunk(t.Context(), strings.Replace(slow, "> 3000", "> 0", 1), 7, 8)
	if stateOf(err) != queryCanceled || w.rows >= minChunkRows {
		t.Errorf("%v with %d rows at once", err, w.rows)
	}
	var f *Fault
	if errors.As(inWords(t.Context(), err), &f); f == nil || !strings.Contains(f.What, "statement timeout") {
		t.Errorf("in words: %v", f)
	}
}

// Behind a lock that stays, the walk gives up and says so.
func TestLockedForLong(t *testing.T) {
	srv := pgtest.Shared(t, pgtest.Newest(t))
	db := srv.Database(t, "CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t SELECT generate_series(1, 10)")
	w := opened(t, srv, db)
	w.patience = 0
	other, err := pgx.Connect(t.Context(), srv.URL(db))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close(context.Background())
	if _, err := other.Exec(t.Context(), "BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE"); err != nil {
		t.Fatal(err)
	}
	var f *Fault
	if err := w.run(t.Context()); !errors.As(err, &f) || !strings.Contains(f.What, "t is locked") || stateOf(err) != lockNotAvailable {
		t.Errorf("%v", err)
	}
}
