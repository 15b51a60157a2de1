package config

import (
	"slices"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/rules"
)

// TestIdleDefaults: what a host leaves out is that of the whole file, and its limit
// inside a transaction is otherwise the one outside.
func TestIdleDefaults(t *testing.T) {
	const hour = WaitOrOff(time.Hour)
	for _, c := range []struct {
		name        string
		whole, host Idle
		want        Idle
	}{
		{"nothing", Idle{}, Idle{}, Idle{DefaultIdle, DefaultIdle, []string{"interactive"}}},
		{"the file", Idle{hour, 2 * hour, []string{"agent"}}, Idle{}, Idle{hour, 2 * hour, []string{"agent"}}},
		{"the host", Idle{2 * hour, never, []string{"agent"}}, Idle{hour, hour, []string{"program"}}, Idle{hour, hour, []string{"program"}}},
		{"the host's limit alone", Idle{}, Idle{Limit: hour}, Idle{hour, hour, []string{"interactive"}}},
		{"off", Idle{Limit: hour}, Idle{Limit: never}, Idle{never, never, []string{"interactive"}}},
		{"off but in transactions", Idle{LimitInTransaction: hour}, Idle{Limit: never}, Idle{never, hour, []string{"interactive"}}},
	} {
		got := &Config{Idle: c.whole, Hosts: []Host{{Idle: c.host}}}
		fillSessions(got)
		if h := got.Hosts[0].Idle; h.Limit != c.want.Limit || h.LimitInTransaction != c.want.LimitInTransaction || !slices.Equal(h.Sessions, c.want.Sessions) {
			t.Errorf("%s: got %+v, want %+v", c.name, h, c.want)
		}
	}
	if never.Duration() != 0 || hour.Duration() != time.Hour {
		t.Error("a time or off is not what it says")
	}
}

// TestBannerDefaults: all kinds but programs, and none for off.
func TestBannerDefaults(t *testing.T) {
	c := &Config{Hosts: []Host{{}, {Banner: []string{off}}, {Banner: []string{"program"}}}}
	fillSessions(c)
	for i, want := range [][]rules.Kind{
		{rules.KindInteractive, rules.KindAgent, rules.KindMigration}, nil, {rules.KindProgram},
	} {
		if got := c.Hosts[i].Greeted(); !slices.Equal(got, want) {
			t.Errorf("host %d: got %v, want %v", i, got, want)
		}
	}
}
