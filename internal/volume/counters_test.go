package volume

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"
)

// bucket is where a sum belongs.
type bucket struct {
	minute int64
	key    Key
}

// The counters hold what adding up anew gives, also over restarts.
func TestCounters(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	c, want := NewCounters(), map[bucket][2]uint32{}
	when := monday
	for range 20000 {
		when = when.Add(time.Duration(r.IntN(90)) * time.Second)
		n := Count{
			At: when, Host: "h", Database: "d", Table: fmt.Sprint("t", r.IntN(5)), Actor: api,
			Network: NetworkOf(netip.AddrFrom4([4]byte{10, 0, byte(r.IntN(3)), byte(r.IntN(250))})),
			Deleted: r.Int64N(3), Updated: r.Int64N(3),
		}
		c.Add(&n)
		b := bucket{when.Unix() / 60, Key{n.Host, n.Database, n.Table, n.Actor, n.Network}}
		sums := want[b]
		want[b] = [2]uint32{sums[0] + uint32(n.Deleted), sums[1] + uint32(n.Updated)}
		if r.IntN(3000) == 0 {
			c = restored(t, c)
		}
	}
	got := map[bucket][2]uint32{}
	c.Each(monday, when.Add(time.Minute), func(at time.Time, span time.Duration, k Key, deleted, updated uint32) {
		b := bucket{at.Unix() / 60, k}
		sums := got[b]
		got[b] = [2]uint32{sums[0] + deleted, sums[1] + updated}
	})
	for b, sums := range want {
		if got[b] != sums {
			t.Fatalf("%v: %v, want %v", b, got[b], sums)
		}
	}
}

func restored(t *testing.T, c *Counters) *Counters {
	t.Helper()
	var saved bytes.Buffer
	if err := c.Snapshot(&saved); err != nil {
		t.Fatal(err)
	}
	fresh := NewCounters()
	if err := fresh.Restore(&saved); err != nil {
		t.Fatal(err)
	}
	return fresh
}

// Old minutes become hours, older hours go, and no row of the last weeks is lost
// on the way.
func TestCountersAreBounded(t *testing.T) {
	c := NewCounters()
	const tables = 3000
	names := make([]string, tables)
	for i := range names {
		names[i] = fmt.Sprint("t", i)
	}
	minutes := maxMinutes/tables + 90
	for m := range minutes {
		for _, name := range names {
			c.Add(&Count{At: monday.Add(time.Duration(m) * time.Minute), Table: name, Actor: api, Deleted: 2})
		}
	}
	if c.Minutes > maxMinutes || c.Folded > maxHours || c.Folded == 0 || c.Dropped != 0 {
		t.Errorf("%d minutes, %d hours, %d dropped", c.Minutes, c.Folded, c.Dropped)
	}
	total, hours := 0, 0
	c.Each(monday, at(30, 0, 0), func(_ time.Time, span time.Duration, _ Key, deleted, _ uint32) {
		total += int(deleted)
		if span == time.Hour {
			hours++
		}
	})
	if total != 2*tables*minutes || hours != c.Folded {
		t.Errorf("%d rows, want %d; %d sums of an hour, want %d", total, 2*tables*minutes, hours, c.Folded)
	}
	c.Advance(monday.Add(kept + 3*24*time.Hour))
	if len(c.Hours) != 0 || c.Minutes != 0 || c.Folded != 0 {
		t.Errorf("after five weeks: %d hours, %d, %d", len(c.Hours), c.Minutes, c.Folded)
	}
}

// Invented names share one key; once the old ones are gone there is room again.
func TestCountersOfInventedNames(t *testing.T) {
	c := NewCounters()
	for i := range maxKeys + 500 {
		c.Add(&Count{At: monday, Table: "t", Actor: Actor{User: fmt.Sprint("u", i)}, Deleted: 1})
	}
	if len(c.Keys) != maxKeys || c.Shared != 501 || c.open[0].Deleted != 501 {
		t.Errorf("%d keys, %d shared, others have %d", len(c.Keys), c.Shared, c.open[0].Deleted)
	}
	c.Add(&Count{At: monday.Add(kept + 48*time.Hour), Table: "t", Actor: Actor{User: "new"}, Deleted: 1})
	if len(c.Keys) != 2 {
		t.Errorf("%d keys are left, want others and the new one", len(c.Keys))
	}
}

func TestNetworkOf(t *testing.T) {
	for client, want := range map[string]string{
		"10.1.2.3": "10.1.2.0/24", "::ffff:10.1.2.3": "10.1.2.0/24", "2001:db8:1:2:3::4": "2001:db8:1:2::/64",
	} {
		if got := NetworkOf(netip.MustParseAddr(client)); got != netip.MustParsePrefix(want) {
			t.Errorf("the network of %s is %s, want %s", client, got, want)
		}
	}
	if got := NetworkOf(netip.Addr{}); got.IsValid() {
		t.Errorf("no address has the network %s", got)
	}
}
