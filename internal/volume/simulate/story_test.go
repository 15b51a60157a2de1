package simulate

import (
	"sort"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/volume"
)

// The second story is found within the first 5 % of the lost rows or six hours,
// whichever comes later.
func TestStory(t *testing.T) {
	for _, s := range []Story{
		{Days: 3}, {Days: 10}, {Days: 3, Nights: true}, {Days: 10, Nights: true},
		{Days: 3, Known: true}, {Days: 10, Known: true}, {Days: 10, Known: true, Nights: true},
		{Days: 3, Usual: 150, Nights: true}, {Days: 10, Usual: 150, Nights: true}, {Days: 10, Usual: 2000},
		{Days: 3, Known: true, Usual: 150, Nights: true}, {Days: 10, Known: true, Usual: 150},
		{Days: 3, SameName: true, Usual: 150, Nights: true},
		{Days: 10, SameName: true, Usual: 60, Nights: true},
	} {
		t.Run(s.String(), func(t *testing.T) { playStories(t, s, storyRows/20, 6*time.Hour) })
	}
}

// Where the application itself leaks, less than about twice what it usually
// deletes, it takes longer: at most an eighth of the rows, or a day.
func TestStoryBesideMuchUsual(t *testing.T) {
	for _, s := range []Story{
		{Days: 3, SameName: true, Usual: 400, Nights: true}, {Days: 10, SameName: true, Usual: 150, Nights: true},
	} {
		t.Run(s.String(), func(t *testing.T) { playStories(t, s, storyRows/8, 24*time.Hour) })
	}
}

func playStories(t *testing.T, s Story, rows int, after time.Duration) {
	for seed := range uint64(max(2, 4**seeds)) {
		playStory(t, s, seed, rows, after)
	}
}

// playStory plays one story, in which the leaker must be told before so many rows
// are lost, or that much time has gone, whichever is later.
func playStory(t *testing.T, s Story, seed uint64, mostRows int, latest time.Duration) {
	t.Helper()
	w := s.World(seed)
	alerts, err := Play(w, volume.Options{})
	if err != nil {
		t.Fatal(err)
	}
	truth := w.Truths[0]
	begin := start.Add(time.Duration(truth.From) * time.Second)
	lost := func(until time.Time) int {
		return sort.SearchInts(truth.Seconds, int(until.Sub(start)/time.Second)+1)
	}
	for _, a := range alerts {
		if a.At.Before(begin) || a.Table != truth.Table || a.Actor != truth.Actor.String() {
			continue
		}
		after := a.At.Sub(begin)
		rows := lost(a.At)
		t.Logf("seed %d: after %v and %d rows: %s: %s", seed, after, rows, a.Kind, a.Reason)
		if rows > mostRows && after > latest {
			t.Errorf("seed %d: found after %v and %d rows", seed, after, rows)
		}
		return
	}
	t.Errorf("seed %d: not found", seed)
}
