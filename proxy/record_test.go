package proxy

import (
	"testing"

	"github.com/holdfast-db/holdfast/internal/event"
	"github.com/holdfast-db/holdfast/proxy/internal/session"
	"github.com/holdfast-db/holdfast/rules"
)

// countedOnly collects the sums of what was not counted.
type countedOnly map[event.Key]uint64

func (c countedOnly) Observe(e event.Event) {
	if n, ok := e.(event.NotCounted); ok {
		c[n.Key] += n.Count
	}
}

// TestUncountedIsSummed: what went on uncounted is counted for the status, and summed by
// verb and table for observers, a call of a function by neither.
func TestUncountedIsSummed(t *testing.T) {
	sums := countedOnly{}
	bus := event.NewBus()
	bus.Subscribe("sums", sums)
	n := &netSession{
		server: &Server{o: Options{Events: bus}}, host: &host{},
		core: session.New(session.Config{Origin: rules.Origin{Host: "shop", Database: "db", User: "ana"}}),
	}
	orders := &rules.Effect{Verb: rules.VerbDelete, Target: rules.Relation{Schema: "public", Name: "Orders"}}
	users := &rules.Effect{Verb: rules.VerbUpdate, Target: rules.Relation{Name: "users"}}
	n.uncounted = bus.Counter(&n.mu)
	n.recordLocked(session.Output{Statements: 4, Uncounted: []*rules.Effect{orders, users, {}, orders}})
	n.recordLocked(session.Output{Statements: 1, Uncounted: []*rules.Effect{users}})
	n.recordLocked(session.Output{Statements: 1})
	bus.Close()
	key := event.Key{Host: "shop", Database: "db", User: "ana"}
	want := map[event.Key]uint64{key: 1}
	key.Verb, key.Relation = "delete", `public."Orders"`
	want[key] = 2
	key.Verb, key.Relation = "update", "users"
	want[key] = 2
	if len(sums) != len(want) {
		t.Errorf("%v, want %v", sums, want)
	}
	for k, count := range want {
		if sums[k] != count {
			t.Errorf("%+v: %d, want %d", k, sums[k], count)
		}
	}
	if got := n.host.stats.notCounted.Load(); got != 5 {
		t.Errorf("%d not counted, want 5", got)
	}
	n.server.o.Events = nil // may be nil
	n.recordLocked(session.Output{Uncounted: []*rules.Effect{users}})
	if got := n.host.stats.notCounted.Load(); got != 6 {
		t.Errorf("%d not counted, want 6", got)
	}
}
