package alert_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/alert"
	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/volume"
	"github.com/holdfast-db/holdfast/rules"
)

func refused(t *testing.T, err error, part string) {
	t.Helper()
	var why alert.ErrNotAllowed
	if !errors.As(err, &why) || !strings.Contains(why.Reason, part) {
		t.Errorf("%v; wanted a refusal with %q", err, part)
	}
}

func TestWhoMayAnswer(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, func(o *alert.Options) { o.Rules.Brake = []alert.BrakeRule{{}} })
		r.take("ana", 1200)
		time.Sleep(2 * time.Second)
		id := r.one().ID
		for _, v := range []alert.Verb{alert.Silence, alert.Accept, alert.Job, alert.Release} {
			_, err := r.answer(id, by("ana", v))
			refused(t, err, "these are deletes of ana, so somebody else must")
		}
		_, err := r.answer(id, by("eve", alert.Acknowledge))
		refused(t, err, "nobody in people")
		_, err = r.answer(id, alert.Answer{Verb: alert.Acknowledge})
		refused(t, err, "nobody in people")
		_, err = r.answer(id, by("ben", "explode"))
		refused(t, err, "nothing that can be done")
		_, err = r.answer(id, alert.Answer{Verb: alert.Accept, By: "ben", Note: "two\nlines"})
		refused(t, err, "control character")
		if _, err := r.answer("nothing", by("ben", alert.Accept)); !errors.Is(err, alert.ErrUnknownID) {
			t.Error(err)
		}
		a, err := r.answer(id, by("ana", alert.Acknowledge))
		if err != nil || a.State != alert.Acknowledged || a.Answers[0].By != "ana" || a.Answers[0].Identity != "verified" {
			t.Errorf("%+v, %v", a, err)
		}
		a, err = r.answer(id, alert.Answer{Verb: alert.Accept, By: "ben", Via: "slack"})
		if err != nil || a.State != alert.Accepted || a.Ended.IsZero() || len(a.Answers) != 2 || a.Braked() {
			t.Errorf("%+v, %v", a, err)
		}
		_, err = r.answer(id, by("ben", alert.Acknowledge))
		if ended := (alert.ErrEnded{}); !errors.As(err, &ended) || ended.Alert.ID != id {
			t.Error(err)
		}
		if got := r.changes(); got != "raised acknowledge accept" {
			t.Errorf("changes: %s", got)
		}
		if r.audited(`"alert answered: accept"`) != 1 || r.audited("DELETE FROM") != 0 {
			t.Error("the record has it not once, or a statement")
		}
		r.SetPeople(hold.People{})
		r.takeOf("others_of", "ana", 1200)
		time.Sleep(2 * time.Second)
		if a, err = r.answer(r.one().ID, by("whoever", alert.Accept)); err != nil || a.Answers[0].Identity != "unverified" {
			t.Errorf("without people: %+v, %v", a, err)
		}
	})
}

func TestAcceptedIsNoNews(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := learnedRig(t, nil)
		bulk := func() {
			r.take("api", 700)
			time.Sleep(3 * time.Hour)
		}
		bulk()
		if _, err := r.answer(r.one().ID, by("ben", alert.Accept)); err != nil {
			t.Fatal(err)
		}
		r.restart()
		bulk()
		if list, _ := r.List(context.Background(), false); len(list) != 0 || r.changes() != "raised accept" {
			t.Errorf("told again: %+v", list)
		}
	})
}

func TestSilence(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, nil)
		r.take("ana", 1200)
		time.Sleep(2 * time.Second)
		id := r.one().ID
		for until, part := range map[time.Duration]string{-time.Minute: "over already", 31 * 24 * time.Hour: "30 days"} {
			a := by("ben", alert.Silence)
			a.Until = time.Now().Add(until)
			_, err := r.answer(id, a)
			refused(t, err, part)
		}
		a := by("ben", alert.Silence)
		a.Until = time.Now().Add(72 * time.Hour)
		if got, err := r.answer(id, a); err != nil || !got.Silenced.Equal(a.Until) || got.State != alert.Open {
			t.Fatalf("%+v, %v", got, err)
		}
		time.Sleep(30 * time.Hour) // it is over, the silence not
		r.restart()
		r.take("ana", 1200)
		r.take("ben", 1200)
		time.Sleep(2 * time.Second)
		list, _ := r.List(context.Background(), false)
		if len(list) != 2 {
			t.Fatalf("%+v", list)
		}
		for _, l := range list {
			if silenced := l.Actor.User == "ana"; silenced != l.Silenced.Equal(a.Until) {
				t.Errorf("%s is silenced until %v", l.Actor, l.Silenced)
			}
		}
		if r.logged(`"level":"warn","alert"`) != 2 {
			t.Error("the log warns of what is silenced")
		}
		if stands := r.Standing(); len(stands) != 1 || stands[0].Alert != id || stands[0].Actor.User != "ana" {
			t.Errorf("%+v", stands)
		}
		if a, err := r.answer(id, by("ana", alert.Lift)); err != nil || a.State != alert.Resolved || !a.Silenced.IsZero() { // the safe side
			t.Errorf("%+v, %v", a, err)
		}
		_, err := r.answer(id, by("ben", alert.Lift))
		refused(t, err, "nothing stands")
		list, _ = r.List(context.Background(), false)
		for _, l := range list {
			if !l.Silenced.IsZero() {
				t.Errorf("%s is still silenced", l.Actor)
			}
		}
		r.restart()
		if stands := r.Standing(); len(stands) != 0 {
			t.Errorf("after a restart: %+v", stands)
		}
	})
}

func TestJob(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := learnedRig(t, nil)
		time.Sleep(3*time.Hour + 10*time.Minute)
		run := func() {
			r.takeOf("orders", "batch", 1200)
			time.Sleep(time.Minute)
		}
		run()
		bad := by("ben", alert.Job)
		bad.Job = &volume.Expected{Cron: "at night"}
		_, err := r.answer(r.one().ID, bad)
		refused(t, err, "schedule")
		a, err := r.answer(r.one().ID, by("ben", alert.Job))
		if err != nil || a.State != alert.Accepted {
			t.Fatalf("%+v, %v", a, err)
		}
		want := `- {host: shop, database: app, table: orders, actor: batch/psql, cron: "10 3 * * *", max_rows: 2400}`
		if got := alert.JobLine(*a.Answers[0].Job); got != want {
			t.Errorf("%s\nwanted %s", got, want)
		}
		if r.audited("max_rows: 2400") != 1 {
			t.Error("the record does not say which job")
		}
		r.restart()
		time.Sleep(24 * time.Hour)
		run()
		if list, _ := r.List(context.Background(), false); len(list) != 0 {
			t.Errorf("told again: %+v", list)
		}
		r.takeOf("orders", "batch", 1300)
		time.Sleep(2 * time.Second)
		defer func() { // without it the next run is told
			if _, err := r.answer(a.ID, by("ben", alert.Lift)); err != nil || len(r.Standing()) != 0 {
				t.Errorf("%v, %+v", err, r.Standing())
			}
		}()
		if a := r.one(); a.Kind != volume.Limit || !strings.Contains(a.Reason, "declared to delete at most 2,400") {
			t.Errorf("%+v", a)
		}
	})
}

func TestBrake(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := newRig(t, func(o *alert.Options) {
			o.Rules.Brake = []alert.BrakeRule{{Hosts: pattern(t, "shop"), Tables: pattern(t, "public.ord*"), Kinds: []volume.Kind{volume.Limit}}}
		})
		time.Sleep(2 * time.Second)
		r.braked.Store(0)
		r.takeOf("archive", "ana", 1200)
		time.Sleep(2 * time.Second)
		if len(r.Brakes()) != 0 || r.braked.Load() != 0 {
			t.Errorf("braked %+v", r.Brakes())
		}
		archive := r.one().ID
		_, err := r.answer(archive, by("ben", alert.Release))
		refused(t, err, "no brake is on")
		if _, err := r.answer(archive, by("ben", alert.Accept)); err != nil {
			t.Fatal(err)
		}
		r.take("ana", 1200)
		time.Sleep(2 * time.Second)
		a := r.one()
		want := rules.Brake{Alert: a.ID, Host: "shop", Database: "app", User: "ana", Application: "psql", Table: "orders"}
		if on := r.Brakes(); len(on) != 1 || on[0] != want || r.braked.Load() != 1 || !a.Braked() {
			t.Fatalf("%+v, told %d times", on, r.braked.Load())
		}
		if err := r.SetRules(alert.Rules{}); err != nil || len(r.Brakes()) != 1 {
			t.Errorf("after a reload: %+v, %v", r.Brakes(), err)
		}
		time.Sleep(26 * time.Hour) // the alert is over, the brake not
		r.restart()
		a = r.one()
		if len(r.Brakes()) != 1 || a.State != alert.Resolved || !a.Braked() {
			t.Errorf("after a restart: %+v", a)
		}
		if _, err := r.answer(a.ID, by("ben", alert.Accept)); err == nil {
			t.Error("what is over was accepted")
		}
		r.disk.recordFails.Store(true)
		if _, err := r.answer(a.ID, by("ben", alert.Release)); !errors.Is(err, hold.ErrUnavailable) || len(r.Brakes()) != 1 {
			t.Errorf("released without a record: %v", err)
		}
		r.disk.recordFails.Store(false)
		time.Sleep(2 * time.Second)
		r.restart() // the store has no release either
		if len(r.Brakes()) != 1 {
			t.Error("the release that was not recorded counts")
		}
		a, err = r.answer(a.ID, by("ben", alert.Release))
		if err != nil || a.Brake.By != "ben" || a.Brake.Released.IsZero() || len(r.Brakes()) != 0 {
			t.Errorf("%+v, %v", a, err)
		}
		if err := r.SetRules(alert.Rules{Volume: volume.Options{Times: 0.1}}); err == nil {
			t.Error("wrong limits are taken")
		}
	})
}

// TestOverWhileAnswered: an alert that ends while an answer to it is being written stays
// over, and the answer is on it.
func TestOverWhileAnswered(t *testing.T) {
	for _, v := range []alert.Verb{alert.Acknowledge, alert.Silence} {
		inBubble(t, func(t *testing.T) {
			r := newRig(t, nil)
			r.take("ana", 1200)
			time.Sleep(2 * time.Second)
			id := r.one().ID
			r.disk.answered = func() { time.Sleep(27 * time.Hour) } // a slow disk, seen from afar
			a, err := r.answer(id, by("ben", v))
			if err != nil || a.State != alert.Resolved || len(a.Answers) != 1 {
				t.Errorf("%s: %+v, %v", v, a, err)
			}
			if list, _ := r.List(context.Background(), false); len(list) != 0 {
				t.Errorf("%s: it lasts again: %+v", v, list)
			}
			time.Sleep(2 * time.Second)
			r.restart()
			if a, err := r.Get(context.Background(), id); err != nil || a.State != alert.Resolved || len(a.Answers) != 1 {
				t.Errorf("%s after a restart: %+v, %v", v, a, err)
			}
		})
	}
}

// TestSilencesAreApart: who silences what bypasses holdfast silences nothing of what
// everybody deletes through it.
func TestSilencesAreApart(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		r := learnedRig(t, func(o *alert.Options) {
			o.Rules.Volume = volume.Options{DayShare: 0.02, LimitRows: 1e6, LimitShare: 1, BulkRows: 1e6, BulkShare: 1}
		})
		behind := alert.Surplus{Host: "shop", Database: "app", Table: "orders", Rows: 10, Since: time.Now(), Reason: "the server counted more"}
		r.Behind(behind)
		if _, err := r.answer(r.one().ID, by("ben", alert.Silence)); err != nil {
			t.Fatal(err)
		}
		r.take("ana", 1500)
		time.Sleep(2 * time.Second)
		list, _ := r.List(context.Background(), false)
		if len(list) != 2 {
			t.Fatalf("%+v", list)
		}
		for _, a := range list {
			if silenced := a.Kind == alert.Behind; silenced == a.Silenced.IsZero() {
				t.Errorf("%s: silenced until %v", a.Kind, a.Silenced)
			}
		}
		time.Sleep(23 * time.Hour) // the silence is to hold for the next one, too
		r.restart()
		if stands := r.Standing(); len(stands) != 1 || stands[0].Actor.User != "" {
			t.Errorf("%+v", stands)
		}
	})
}
