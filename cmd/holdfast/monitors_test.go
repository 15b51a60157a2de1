package main

import (
	"fmt"
	"slices"
	"testing"

	"github.com/holdfast-db/holdfast/internal/config"
)

// Sessions of every host that leads to a server count for its monitor.
func TestDoors(t *testing.T) {
	host := func(name, server string, mode config.Mode) config.Host {
		return config.Host{Name: name, Server: server, Mode: mode}
	}
	c := &config.Config{Hosts: []config.Host{
		host("a", "postgres://db1", config.Enforce), host("b", "postgres://ana@db1:5432/shop?sslmode=disable", config.Observe),
		host("c", "postgres://db2", config.Enforce), host("d", "postgres://db2:5432", config.Off), host("e", "postgres://db2:5433", config.Off),
	}}
	for i, want := range []string{"[a b] true", "[a b] true", "[c d] false", "[c d] false", "[e] false"} {
		doors, seen, err := doorsOf(c, c.Hosts[i])
		if got := fmt.Sprint(doors, seen); err != nil || got != want || !slices.Contains(doors, c.Hosts[i].Name) {
			t.Errorf("%s: %s, %v, want %s", c.Hosts[i].Name, got, err, want)
		}
	}
	if _, _, err := doorsOf(c, host("f", "x", config.Enforce)); err == nil {
		t.Error("a server that is no URL has doors")
	}
}
