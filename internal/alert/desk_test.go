package alert_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdfast-db/holdfast/internal/alert"
	"github.com/holdfast-db/holdfast/internal/event"
	"github.com/holdfast-db/holdfast/internal/store"
	"github.com/holdfast-db/holdfast/internal/volume"
)

// inBubble runs a test on a clock of its own.
func inBubble(t *testing.T, f func(*testing.T)) {
	t.Helper()
	synctest.Test(t, f)
}

func TestBulkIsToldWithinSeconds(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, nil)
		w := r.Watch()
		defer w.Close()
		r.take("ben", 3)
		r.take("ana", 1200)
		time.Sleep(2 * time.Second)
		a := r.one()
		if a.Kind != volume.Limit || a.State != alert.Open || a.Host != "shop" || a.Environment != "production" || a.Table != "orders" ||
			a.Actor != (volume.Actor{User: "ana", Application: "psql"}) || a.Deleted != 1200 || a.Reason == "" || len(a.ID) != 8 {
			t.Errorf("%+v", a)
		}
		if len(a.Examples) != 1 || a.Examples[0] != "DELETE FROM orders WHERE id = $1" {
			t.Errorf("examples %q", a.Examples)
		}
		if len(a.Actors) != 2 || a.Actors[0].User != "ana" || a.Actors[0].Deleted != 1200 || a.Actors[1].Deleted != 3 {
			t.Errorf("actors %+v", a.Actors)
		}
		if ids, all := w.Take(); !slices.Equal(ids, []string{a.ID}) || all {
			t.Errorf("watched %v, %v", ids, all)
		}
		r.take("ana", 300)
		r.take("ben", 2)
		time.Sleep(2 * time.Second)
		if a = r.one(); a.Deleted != 1500 || a.Actors[1].Deleted != 5 {
			t.Errorf("grown to %d, %+v", a.Deleted, a.Actors)
		}
		if got := r.changes(); got != event.AlertRaised {
			t.Errorf("changes: %s", got)
		}
		if r.logged("alert raised") != 1 {
			t.Error("the log has it not once")
		}
		time.Sleep(26 * time.Hour)
		if list, err := r.List(context.Background(), false); err != nil || len(list) != 0 {
			t.Errorf("after a day: %+v, %v", list, err)
		}
		all, err := r.List(context.Background(), true)
		if err != nil || len(all) != 1 || all[0].State != alert.Resolved || all[0].Ended.IsZero() || all[0].Deleted != 1500 {
			t.Errorf("over: %+v, %v", all, err)
		}
		if a, err := r.Get(context.Background(), a.ID); err != nil || a.State != alert.Resolved {
			t.Errorf("%+v, %v", a, err)
		}
		if _, err := r.Get(context.Background(), "nothing"); !errors.Is(err, alert.ErrUnknownID) {
			t.Error(err)
		}
	})
}

func TestLeakIsToldAfterTheLearning(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := learnedRig(t, nil)
		for range 24 * 6 {
			r.take("eve", 2)
			r.take("api", 1)
			time.Sleep(10 * time.Minute)
		}
		a := r.one()
		if a.Kind != volume.NewActor || a.Actor.User != "eve" || a.Deleted != 2*24*6 || a.Rows != 30000 {
			t.Errorf("%+v", a)
		}
		if lost := 2 * int64(a.Raised.Sub(a.Since)/(10*time.Minute)); a.Raised.Sub(a.Since) > 7*time.Hour {
			t.Errorf("told after %v and %d rows", a.Raised.Sub(a.Since), lost)
		}
	})
}

func TestRestartKeepsEverything(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, nil)
		r.take("ana", 1200)
		time.Sleep(90 * time.Second)
		before := r.one()
		r.take("ana", 7) // not even counted yet
		r.restart()
		if a := r.one(); a.ID != before.ID || a.Deleted != 1207 {
			t.Errorf("%+v", a)
		}
		if h := r.Health(); len(h.Gaps) != 0 || h.Fault != "" {
			t.Errorf("%+v", h)
		}
		r.take("ana", 2000)
		time.Sleep(2 * time.Second)
		if a := r.one(); a.Deleted != 3207 {
			t.Errorf("%+v", a)
		}
		tables, err := r.Tables(context.Background(), before.Since.Add(-time.Hour), before.Since.Add(time.Hour))
		if err != nil || len(tables) != 1 || tables[0].Deleted != 3207 || !slices.Equal(tables[0].Open, []string{before.ID}) {
			t.Errorf("%+v, %v", tables, err)
		}
		if got := r.changes(); got != event.AlertRaised {
			t.Errorf("changes: %s", got)
		}
	})
}

// TestCrashLosesAMinute: what is told is kept at once, what is counted each minute, and
// the time that is lost is said.
func TestCrashLosesAMinute(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, nil)
		began := time.Now()
		r.take("ana", 100)
		time.Sleep(130 * time.Second) // kept, also what was learned
		r.take("ana", 50)
		time.Sleep(30 * time.Second)
		r.take("ana", 1000)
		time.Sleep(5 * time.Second) // the alert is kept, the rows not
		before := r.one()
		r.crash()
		a := r.one()
		if a.ID != before.ID || !a.Lasts() {
			t.Errorf("%+v", a)
		}
		tables, _ := r.Tables(context.Background(), began.Add(-time.Minute), time.Now())
		if len(tables) != 1 || tables[0].Deleted != 100 {
			t.Errorf("counted %+v", tables)
		}
		h := r.Health()
		if len(h.Gaps) != 1 || h.Gaps[0].To.Sub(h.Gaps[0].From) > time.Minute || !h.Gaps[0].To.Equal(time.Now()) || r.logged("did not stop in order") != 1 {
			t.Errorf("%+v", h)
		}
		s, err := r.Series(context.Background(), alert.SeriesOf{Host: "shop", Database: "app", Table: "orders", From: began.Add(-time.Minute), To: time.Now(), Step: time.Minute})
		if err != nil || !slices.Equal(s.Lost, h.Gaps) {
			t.Errorf("%+v, %v", s.Lost, err)
		}
		r.take("ana", 1500) // the watch raises it anew: it is the same alert
		time.Sleep(2 * time.Second)
		if a := r.one(); a.ID != before.ID || r.changes() != "raised updated" {
			t.Errorf("%+v", a)
		}
	})
}

// TestCrashLearnsAgain: what was learned is kept more rarely than what was counted, and
// learned again from that.
func TestCrashLearnsAgain(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, nil)
		time.Sleep(61 * time.Second) // what was learned is kept for the first time
		for range 8 {
			r.take("ana", 110)
			time.Sleep(time.Minute)
		}
		r.crash()
		r.take("ana", 300)
		time.Sleep(2 * time.Second)
		if a := r.one(); a.Deleted < 1000 || a.Kind != volume.Limit {
			t.Errorf("%+v", a)
		}
		if got := r.changes(); got != "raised" {
			t.Errorf("changes: %s", got)
		}
	})
}

// TestFullDiskLosesNothing: everything goes on in memory, the trouble is said once, and
// everything is kept as soon as that is possible.
func TestFullDiskLosesNothing(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, nil)
		began := time.Now()
		r.disk.failing.Store(true)
		r.take("ana", 1200)
		time.Sleep(5 * time.Minute)
		a := r.one()
		if h := r.Health(); h.Fault == "" || r.logged("does not take counts") != 1 {
			t.Errorf("%+v", h)
		}
		if _, err := r.answer(a.ID, by("ben", alert.Accept)); err == nil || r.one().State != alert.Open {
			t.Errorf("accepted on a full disk: %v", err)
		}
		r.disk.failing.Store(false)
		time.Sleep(61 * time.Second)
		if h := r.Health(); h.Fault != "" || r.logged("takes counts and alerts again") != 1 {
			t.Errorf("%+v", h)
		}
		r.crash()
		tables, _ := r.Tables(context.Background(), began.Add(-time.Minute), time.Now())
		if r.one().ID != a.ID || len(tables) != 1 || tables[0].Deleted != 1200 {
			t.Errorf("%+v", tables)
		}
	})
}

// TestSlowDiskDelaysNothing: a control store that does not answer delays neither a count
// nor an alert nor a brake.
func TestSlowDiskDelaysNothing(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, func(o *alert.Options) { o.Rules.Brake = []alert.BrakeRule{{}} })
		r.disk.hanging.Store(true)
		r.take("eve", 1200)
		time.Sleep(5 * time.Second) // the desk waits for the store
		r.take("ana", 1200)
		time.Sleep(2 * time.Second)
		if list, err := r.List(context.Background(), false); err != nil || len(list) != 2 || len(r.Brakes()) != 2 {
			t.Errorf("%+v, %v", list, err)
		}
		time.Sleep(time.Minute)
		if r.Health().Fault == "" || r.logged("does not take counts") != 1 {
			t.Error("the trouble is not told once")
		}
		r.disk.hanging.Store(false)
	})
}

// TestCloseOnAHangingDisk: the desk does not wait for a store that does not answer once
// for each hour that it could not keep.
func TestCloseOnAHangingDisk(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, nil)
		r.disk.hanging.Store(true)
		for range 30 {
			r.take("ana", 3)
			time.Sleep(time.Hour)
		}
		began := time.Now()
		err := r.Close()
		if took := time.Since(began); err == nil || took > time.Minute {
			t.Errorf("closed after %v: %v", took, err)
		}
		r.disk.hanging.Store(false)
		r.Desk = nil
		if err := errors.Join(r.log.Close(), r.disk.Store.Close()); err != nil {
			t.Error(err)
		}
	})
}

// TestBrokenSnapshots: what cannot be read is said, and counted and learned anew.
func TestBrokenSnapshots(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, nil)
		r.take("ana", 3)
		time.Sleep(2 * time.Minute)
		r.stop()
		s, err := store.Open(context.Background(), "sqlite://"+r.dir+"/holdfast.db")
		if err != nil {
			t.Fatal(err)
		}
		names, err := s.VolumeNames(context.Background(), "")
		if err != nil || len(names) != 3 {
			t.Fatalf("%q, %v", names, err)
		}
		for _, name := range names {
			if err := s.SaveVolume(context.Background(), name, []byte("rubbish")); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		r.start()
		for _, said := range []string{"it is learned anew", "the counts of an hour", "until when deletes were counted cannot be read"} {
			if r.logged(said) != 1 {
				t.Errorf("not said: %s", said)
			}
		}
		if h := r.Health(); len(h.Gaps) != 1 || h.Gaps[0].To.Sub(h.Gaps[0].From) != time.Hour {
			t.Errorf("%+v", h)
		}
		r.take("ana", 1200)
		time.Sleep(2 * time.Second)
		r.one()
		r.restart()
		if r.logged("anew") != 1 {
			t.Error("it is broken again")
		}
	})
}

func TestBehind(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, nil)
		told := func(rows int64) {
			r.Behind(alert.Surplus{Host: "shop", Database: "app", Table: "orders", Rows: rows, Since: time.Now().Add(-time.Minute), Reason: "the server counted more"})
		}
		told(0)
		told(10)
		told(20)
		if a := r.one(); a.Kind != alert.Behind || a.Deleted != 30 || r.changes() != "raised" {
			t.Errorf("%+v", a)
		}
		told(20)
		if got := r.changes(); got != "updated" {
			t.Errorf("changes: %s", got)
		}
		tables, _ := r.Tables(context.Background(), time.Now().Add(-time.Hour), time.Now().Add(time.Minute))
		if len(tables) != 1 || tables[0].Behind != 50 || tables[0].Deleted != 50 {
			t.Errorf("%+v", tables)
		}
		if _, err := r.answer(r.one().ID, by("ben", alert.Accept)); !errors.As(err, new(alert.ErrNotAllowed)) {
			t.Error(err)
		}
		time.Sleep(25 * time.Hour)
		if got := r.changes(); got != "resolved" {
			t.Errorf("changes: %s", got)
		}
	})
}

func TestSeries(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, nil)
		began := time.Now()
		for i, user := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"} {
			r.take(user, int64(100-i))
		}
		r.takeOf("other", "a", 1)
		time.Sleep(2 * time.Minute)
		r.take("a", 5)
		time.Sleep(time.Minute)
		of := alert.SeriesOf{Host: "shop", Database: "app", Table: "orders", From: began, To: time.Now(), Step: time.Minute}
		s, err := r.Series(context.Background(), of)
		if err != nil || len(s.Actors) != 8 || len(s.Usual) != 3 || !math.IsNaN(s.Usual[0]) {
			t.Fatalf("%+v, %v", s, err)
		}
		if first, last := s.Actors[0], s.Actors[7]; first.User != "a" || !slices.Equal(first.Deleted, []float64{100, 0, 5}) ||
			last.User != "others" || last.Deleted[0] != 93+92+91 {
			t.Errorf("%+v\n%+v", first, last)
		}
		for _, bad := range []alert.SeriesOf{
			{From: began, To: began, Step: time.Minute}, {From: began, To: began.Add(time.Hour), Step: time.Second},
			{From: began, To: began.AddDate(1, 0, 0), Step: time.Minute},
		} {
			if _, err := r.Series(context.Background(), bad); err == nil {
				t.Errorf("%+v", bad)
			}
		}
		if _, err := r.Tables(context.Background(), began, began); err == nil {
			t.Error("tables of no time")
		}
		sums := map[string]int64{}
		for _, total := range r.Totals() {
			sums[total.Host+" "+total.Table] = total.Deleted
		}
		if len(sums) != 2 || sums["shop other"] != 1 || sums["shop orders"] != 960 {
			t.Errorf("%v", sums)
		}
	})
}
