package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/holdfast-db/holdfast/internal/alert"
	"github.com/holdfast-db/holdfast/internal/config"
	"github.com/holdfast-db/holdfast/internal/pgtest"
	"github.com/holdfast-db/holdfast/internal/store"
	"github.com/holdfast-db/holdfast/internal/volume"
)

// TestSecondStory: rows go one qualified DELETE at a time, by psql, beside what an
// application deletes as it always did. It is found within six hours or the first 5 % of
// 2,500 rows, whichever comes later. An hour takes a second; the three weeks before were
// learned by an earlier run.
func TestSecondStory(t *testing.T) {
	if _, err := exec.LookPath("psql"); err != nil {
		t.Skip("there is no psql")
	}
	srv := pgtest.Shared(t, pgtest.Newest(t))
	db := srv.Database(t, "CREATE TABLE orders (id int PRIMARY KEY, note text); INSERT INTO orders SELECT i, 'n' FROM generate_series(1, 30000) i")
	s := newStory(t, srv, db)
	for s.hours < 24 && len(s.told()) == 0 {
		s.hour(10)
	}
	told := s.told()
	if len(told) != 1 || told[0].Kind != volume.NewActor || told[0].Table != "orders" || told[0].Actor != (volume.Actor{User: "postgres", Application: "psql"}) {
		t.Fatalf("after %d hours: %+v", s.hours, told)
	}
	// The hour in progress is over when it is told, and seen in the one after it.
	if s.lost > 125 && s.hours > 8 {
		t.Errorf("told after %d rows and %d hours", s.lost, s.hours)
	}
	t.Logf("told after %d rows and %d hours: %s", s.lost, s.hours, told[0].Reason)
}

// story is a holdfast on a clock on which a second is an hour.
type story struct {
	t     *testing.T
	parts *parts
	url   string

	next, lost, hours int
}

// usualRows is what the application deletes each hour.
const usualRows = 6

func newStory(t *testing.T, srv *pgtest.Server, db string) *story {
	t.Helper()
	dir, err := os.MkdirTemp("", "hf") // t.TempDir is longer than the path of a socket may be
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	listen := fmt.Sprintf("127.0.0.1:%d", pgtest.FreePort(t))
	control := "sqlite://" + filepath.Join(dir, "holdfast.db")
	a := &app{in: config.Here()}
	c, err := a.load(map[string]string{
		"listen": listen, "server": srv.URL("postgres") + "?sslmode=disable", "control": control,
		"audit": filepath.Join(dir, "audit.jsonl"),
	})
	if err != nil {
		t.Fatal(err)
	}
	c.Socket = filepath.Join(dir, "s")
	began, virtual := time.Now(), time.Date(2026, 7, 6, 8, 0, 0, 0, time.UTC)
	learnOrders(t, control, db, virtual)
	now := func() time.Time { return virtual.Add(time.Since(began) * 3600) }
	p, err := open(t.Context(), c, now, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	s := &story{t: t, parts: p, url: "postgres://postgres@" + listen + "/" + db + "?sslmode=disable"}
	s.serve()
	return s
}

// serve runs until the end of the test.
func (s *story) serve() {
	ctx, stop := context.WithCancel(context.Background())
	ended, ready := make(chan error, 1), make(chan struct{})
	go func() { ended <- s.parts.run(ctx, func() { close(ready) }) }()
	s.t.Cleanup(func() {
		stop()
		if err := errors.Join(<-ended, s.parts.close()); err != nil {
			s.t.Error(err)
		}
	})
	<-ready
}

// learnOrders keeps what three weeks of the application teach.
func learnOrders(t *testing.T, control, db string, until time.Time) {
	t.Helper()
	w, err := volume.NewWatch(volume.Options{}, func(volume.Alert) {})
	if err != nil {
		t.Fatal(err)
	}
	for at := until.AddDate(0, 0, -21); at.Before(until); at = at.Add(time.Hour / usualRows) {
		err := w.Add(&volume.Count{
			At: at, Host: "default", Database: db, Table: "orders", Actor: volume.Actor{User: "postgres", Application: "api"}, Deleted: 1,
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := w.Snapshot(&b); err != nil {
		t.Fatal(err)
	}
	kept, err := store.Open(t.Context(), control)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(kept.SaveVolume(t.Context(), "watch", b.Bytes()), kept.Close()); err != nil {
		t.Fatal(err)
	}
}

// hour is one in which psql deletes so many rows, and the application as ever.
func (s *story) hour(leak int) {
	s.t.Helper()
	end := time.Now().Add(time.Second)
	s.deletes("psql", leak)
	s.deletes("api", usualRows)
	s.lost += leak
	s.hours++
	time.Sleep(time.Until(end)) // time is what the story is about
}

// deletes runs psql under a name, with one statement for each row.
func (s *story) deletes(application string, rows int) {
	s.t.Helper()
	var script strings.Builder
	for range rows {
		s.next++
		fmt.Fprintf(&script, "DELETE FROM orders WHERE id = %d;\n", s.next)
	}
	cmd := exec.Command("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", s.url+"&application_name="+application)
	cmd.Stdin = strings.NewReader(script.String())
	if out, err := cmd.CombinedOutput(); err != nil {
		s.t.Fatalf("%v: %s", err, out)
	}
}

func (s *story) told() []alert.Alert {
	s.t.Helper()
	list, err := s.parts.alerts.List(s.t.Context(), false)
	if err != nil {
		s.t.Fatal(err)
	}
	return list
}
