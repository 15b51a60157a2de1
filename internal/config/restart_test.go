package config

import (
	"slices"
	"testing"
	"time"
)

// TestNeedsRestart: what a running holdfast takes is not among the keys, everything
// else is.
func TestNeedsRestart(t *testing.T) {
	first := func() *Config {
		return &Config{
			Control: "c", Socket: "s", SocketGroup: "g", Audit: "a", Trace: Trace{Dir: "d"},
			People: []Person{{Name: "ana"}}, Groups: map[string][]string{"dba": {"ana"}},
			Hosts: []Host{{Name: "one", Environment: "e", Listen: []string{":1"}, Server: "postgres://db", TLS: &TLS{Cert: "c"}, Mode: Enforce}},
		}
	}
	for _, c := range []struct {
		name   string
		change func(c *Config)
		want   []string
	}{
		{"nothing", func(*Config) {}, nil},
		{"what is taken", func(c *Config) {
			c.Rules, c.Limits, c.People, c.Groups = []Rule{{}}, Limits{Rows: 1}, nil, nil
			c.Hosts[0].Reviewers, c.Hosts[0].Holds, c.Holds = Reviewers{Count: 2}, Holds{Wait: time.Second}, Holds{Wait: time.Second}
			c.Hosts[0].Banner, c.Hosts[0].Idle = []string{off}, Idle{Limit: never}
		}, nil},
		{"paths", func(c *Config) { c.Control, c.Socket, c.SocketGroup, c.Audit, c.Trace.Dir = "", "", "", "", "" },
			[]string{"control", "socket", "socket_group", "audit", "trace"}},
		{"a host", func(c *Config) {
			c.Hosts[0] = Host{Name: "one", TLS: &TLS{Cert: "other"}}
		}, []string{"host one: environment", "host one: listen", "host one: server", "host one: tls", "host one: mode"}},
		{"another host", func(c *Config) { c.Hosts[0].Name = "two" }, []string{"host two", "host one, which is no longer listed"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			next := first()
			c.change(next)
			if got := NeedsRestart(first(), next); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
