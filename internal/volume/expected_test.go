package volume

import (
	"strings"
	"testing"
	"time"
)

// A declared monthly job is no news, up to what it may delete, and only at its
// time; its rows teach nothing.
func TestDeclaredJob(t *testing.T) {
	job := Expected{Table: "t", Actor: "batch/*", Cron: "0 2 1 * *", MaxRows: 5000}
	play := func(job Expected, hour, rows int) *history {
		h := newHistory(t, Options{Expected: []Expected{job}})
		h.usual(0, 16, nil)
		for i := range rows / 10 { // the 1st of July is day 16
			h.delete(at(16, hour, 0).Add(time.Duration(i)*10*time.Second), purge, 10)
		}
		return h
	}
	play(job, 2, 5000).silent()
	play(Expected{Table: "*", Cron: job.Cron}, 2, 9000).silent()
	if a := play(job, 2, 5100).one(Limit); a.Usual != 5000 || a.Deleted != 5010 || a.Reason != "5,010 rows by a job that is declared to delete at most 5,000" {
		t.Errorf("raised %+v", a)
	}
	play(job, 12, 5000).one(NewActor)
	play(Expected{Table: "other", Cron: job.Cron}, 2, 5000).one(NewActor)
	play(Expected{Table: "t", Actor: "app/*", Cron: job.Cron}, 2, 5000).one(NewActor)
}

// A schedule is one of the zone whose hours count.
func TestDeclaredJobInItsZone(t *testing.T) {
	zone := time.FixedZone("east", 6*3600)
	j, err := Expected{Table: "t", Cron: "30 2 * * *"}.parse()
	if err != nil {
		t.Fatal(err)
	}
	for hour, want := range map[int]bool{1: false, 2: true, 3: true, 4: false} {
		second := time.Date(2026, 7, 1, hour, 0, 0, 0, zone).Unix()
		if j.due(second, zone) != want {
			t.Errorf("at %d o'clock: due is %t, want %t", hour, !want, want)
		}
	}
}

func TestDeclaredJobsAreChecked(t *testing.T) {
	_, err := NewWatch(Options{Expected: []Expected{
		{Cron: "0 2 * * *"}, {Table: "t", Cron: "0 25 * * *"}, {Table: "t[", Cron: "@daily"}, {Table: "t", Cron: "@daily", MaxRows: -1}, {Table: "t"},
	}}, func(Alert) {})
	if err == nil || strings.Count(err.Error(), "expected job") != 5 {
		t.Errorf("found: %v", err)
	}
}
