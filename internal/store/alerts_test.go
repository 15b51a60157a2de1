package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/alert"
	"github.com/holdfast-db/holdfast/internal/volume"
)

func openAlerts(t *testing.T) *Store {
	t.Helper()
	s, err := Open(t.Context(), "sqlite://"+filepath.Join(t.TempDir(), "holdfast.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func anAlert(id string, raised time.Time, state alert.State) alert.Kept {
	k := alert.Kept{Watched: 7, First: "because"}
	k.ID, k.Raised, k.State, k.Table, k.Actor = id, raised.UTC().Truncate(time.Microsecond), state, "orders", volume.Actor{User: "u", Application: "a"}
	k.Answers = []alert.Answer{{Verb: alert.Job, By: "ben", Job: &volume.Expected{Table: "orders", Cron: "@daily"}}}
	k.Actors = []alert.ActorRows{{Actor: k.Actor, Deleted: 3}}
	return k
}

func TestAlertsAreKept(t *testing.T) {
	s, ctx, now := openAlerts(t), context.Background(), time.Now()
	open, over, braked := anAlert("a", now, alert.Open), anAlert("b", now.Add(-time.Hour), alert.Resolved), anAlert("c", now.Add(-2*time.Hour), alert.Resolved)
	braked.Brake = &alert.Brake{Set: now.UTC()}
	if err := s.PutAlerts(ctx, []alert.Kept{open, over, braked}); err != nil {
		t.Fatal(err)
	}
	if got, err := s.LoadAlert(ctx, "a"); err != nil || !reflect.DeepEqual(got, open) {
		t.Errorf("%+v, %v; want %+v", got, err, open)
	}
	if _, err := s.LoadAlert(ctx, "x"); !errors.Is(err, alert.ErrUnknownID) {
		t.Error(err)
	}
	if live, err := s.LoadAlerts(ctx, true, 10); err != nil || len(live) != 2 || live[0].ID != "a" || live[1].ID != "c" {
		t.Errorf("live: %+v, %v", live, err)
	}
	if ended, err := s.LoadAlerts(ctx, false, 10); err != nil || len(ended) != 1 || ended[0].ID != "b" {
		t.Errorf("over: %+v, %v", ended, err)
	}
	stands := []alert.Standing{{Table: "orders", Until: now.UTC(), Alert: "a"}, {Table: "orders", Job: &volume.Expected{Cron: "@daily"}, Alert: "b"}}
	open.State = alert.Accepted
	if err := s.PutAnswer(ctx, open, stands); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Standing(ctx); err != nil || len(got) != 2 || got[1].Job.Cron != "@daily" || !got[0].Until.Equal(now) {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := s.LoadAlert(ctx, "a"); err != nil || got.State != alert.Accepted {
		t.Errorf("%+v, %v", got, err)
	}
	if err := s.PutStanding(ctx, nil); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Standing(ctx); err != nil || len(got) != 0 {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestOldAlertsAreForgotten: of those that are over the newest stay, and those whose
// answers stand.
func TestOldAlertsAreForgotten(t *testing.T) {
	s, ctx, now := openAlerts(t), context.Background(), time.Now()
	old := now.Add(-RetainFor - time.Hour)
	if err := s.PutStanding(ctx, []alert.Standing{{Alert: "job"}}); err != nil {
		t.Fatal(err)
	}
	list := []alert.Kept{anAlert("job", old, alert.Accepted), anAlert("old", old, alert.Resolved), anAlert("lasting", old, alert.Open)}
	for i := range RetainCount + 5 {
		list = append(list, anAlert(fmt.Sprint("n", i), now.Add(-time.Duration(i)*time.Second), alert.Resolved))
	}
	if err := s.PutAlerts(ctx, list); err != nil {
		t.Fatal(err)
	}
	for id, kept := range map[string]bool{"job": true, "old": false, "lasting": true, "n0": true, fmt.Sprint("n", RetainCount-1): true, fmt.Sprint("n", RetainCount+3): false} {
		if _, err := s.LoadAlert(ctx, id); (err == nil) != kept {
			t.Errorf("%s: %v", id, err)
		}
	}
}

func TestVolumeIsKept(t *testing.T) {
	s, ctx := openAlerts(t), context.Background()
	if text, err := s.LoadVolume(ctx, "watch"); err != nil || text != nil {
		t.Errorf("%q, %v", text, err)
	}
	for name, text := range map[string]string{"hour/2": "b", "hour/1": "a", "watch": "w"} {
		if err := s.SaveVolume(ctx, name, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.SaveVolume(ctx, "watch", []byte("w2")); err != nil {
		t.Fatal(err)
	}
	if text, err := s.LoadVolume(ctx, "watch"); err != nil || string(text) != "w2" {
		t.Errorf("%q, %v", text, err)
	}
	if names, err := s.VolumeNames(ctx, "hour/"); err != nil || !reflect.DeepEqual(names, []string{"hour/1", "hour/2"}) {
		t.Errorf("%q, %v", names, err)
	}
	if err := errors.Join(s.ForgetVolume(ctx, "hour/1"), s.ForgetVolume(ctx, "nothing")); err != nil {
		t.Error(err)
	}
	if names, err := s.VolumeNames(ctx, ""); err != nil || !reflect.DeepEqual(names, []string{"hour/2", "watch"}) {
		t.Errorf("%q, %v", names, err)
	}
}

// TestOlderStoresGetTheTables: a file of a holdfast that knew no alerts.
func TestOlderStoresGetTheTables(t *testing.T) {
	path := "sqlite://" + filepath.Join(t.TempDir(), "holdfast.db")
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.db.Exec("DROP TABLE alerts; DROP TABLE standing; DROP TABLE volume"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.PutAlerts(t.Context(), []alert.Kept{anAlert("a", time.Now(), alert.Open)}), s.Close()); err != nil {
		t.Error(err)
	}
}
