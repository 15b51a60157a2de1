package console

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/holdfast-db/holdfast/internal/alert"
	"github.com/holdfast-db/holdfast/internal/audit"
	"github.com/holdfast-db/holdfast/internal/event"
	"github.com/holdfast-db/holdfast/internal/store"
)

// watched is a control socket with a desk of alerts alone.
func watched(t *testing.T) (*Client, *alert.Desk) {
	t.Helper()
	dir, err := os.MkdirTemp("", "hf") // t.TempDir is longer than the path of a socket may be
	check(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	st, err := store.Open(t.Context(), "sqlite://"+filepath.Join(dir, "holdfast.db"))
	check(t, err)
	record, err := audit.Open(filepath.Join(dir, "audit.jsonl"))
	check(t, err)
	alerts, err := alert.OpenDesk(t.Context(), alert.Options{Store: st, Record: record})
	check(t, err)
	s, err := Listen(Options{Socket: filepath.Join(dir, "s"), Alerts: alerts, Log: zerolog.Nop(), Status: func(context.Context) Status { return Status{} }})
	check(t, err)
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx) }()
	t.Cleanup(func() {
		stop()
		check(t, errors.Join(<-served, alerts.Close(), record.Close(), st.Close()))
	})
	return NewClient(filepath.Join(dir, "s")), alerts
}

func TestAlertsOverTheSocket(t *testing.T) {
	c, alerts := watched(t)
	ctx := t.Context()
	alerts.Take(&event.Tally{
		Origin: event.Origin{Host: "shop", Database: "app", User: "ana", Application: "psql"},
		Rows:   []event.Rows{{Table: "orders", Deleted: 1200, Updated: 5}},
	})
	var list []Alert
	for end := time.Now().Add(10 * time.Second); len(list) == 0 && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		var err error
		list, _, err = c.Alerts(ctx, false)
		check(t, err)
	}
	if len(list) != 1 || list[0].Actor != "ana/psql" || list[0].Deleted != 1200 || list[0].Examples == nil || list[0].Answers == nil {
		t.Fatalf("%+v", list)
	}
	id := list[0].ID
	if a, err := c.Alert(ctx, id); err != nil || a.ID != id {
		t.Errorf("%+v, %v", a, err)
	}
	v, err := c.Volume(ctx, time.Now().Add(-time.Hour), time.Now())
	if err != nil || len(v.Tables) != 1 || v.Tables[0].Deleted != 1200 || v.Tables[0].Updated != 5 || v.Tables[0].Usual != nil || v.Tables[0].Alerts[0] != id {
		t.Errorf("%+v, %v", v, err)
	}
	s, err := c.Series(ctx, alert.SeriesOf{Host: "shop", Database: "app", Table: "orders", From: time.Now().Add(-time.Hour), To: time.Now(), Step: 10 * time.Minute})
	if err != nil || s.Step != 600 || len(s.Actors) != 1 || s.Actors[0].User != "ana" || len(s.Usual) != len(s.Actors[0].Deleted) || s.Usual[0] != nil {
		t.Errorf("%+v, %v", s, err)
	}
	a, err := c.AnswerAlert(ctx, id, AlertReply{Verb: "accept", Note: "the purge"})
	if err != nil || a.State != "accepted" || a.Answers[0].Identity != "unverified" || a.Answers[0].Via != "cli" || a.Answers[0].Note != "the purge" {
		t.Errorf("%+v, %v", a, err)
	}
	var fault *Fault
	if _, err := c.AnswerAlert(ctx, id, AlertReply{Verb: "accept"}); !errors.As(err, &fault) || fault.Code != Ended || fault.Alert == nil || fault.Alert.ID != id {
		t.Errorf("%v", err)
	}
	for _, unknown := range []string{"23456789", "../status", ""} {
		if _, err := c.Alert(ctx, unknown); !errors.As(err, &fault) || fault.Code != UnknownID {
			t.Errorf("%q: %v", unknown, err)
		}
		if _, err := c.AnswerAlert(ctx, unknown, AlertReply{Verb: "accept"}); !errors.As(err, &fault) || fault.Code != UnknownID {
			t.Errorf("%q: %v", unknown, err)
		}
	}
	if list, stands, err := c.Alerts(ctx, true); err != nil || len(list) != 1 || stands == nil {
		t.Errorf("%+v, %v", list, err)
	}
}
