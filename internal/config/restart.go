package config

import (
	"fmt"
	"reflect"
)

// NeedsRestart are the keys in which next differs from what runs and that a running
// holdfast cannot change. Rules, limits, volume, people, groups, shared users, warnings and, of a host,
// reviewers, holds, unknown_requester and self_confirm are not among them.
func NeedsRestart(running, next *Config) (keys []string) {
	differs := func(key string, a, b any) {
		if !reflect.DeepEqual(a, b) {
			keys = append(keys, key)
		}
	}
	differs("control", running.Control, next.Control)
	differs("socket", running.Socket, next.Socket)
	differs("socket_group", running.SocketGroup, next.SocketGroup)
	differs("audit", running.Audit, next.Audit)
	differs("console", running.Console, next.Console)
	differs("slack", running.Slack, next.Slack)
	differs("webhook", running.Webhook, next.Webhook)
	differs("trace", running.Trace, next.Trace)
	for _, h := range next.Hosts {
		was, ok := running.host(h.Name)
		name := fmt.Sprintf("host %s", h.Name)
		if !ok {
			keys = append(keys, name)
			continue
		}
		differs(name+": environment", was.Environment, h.Environment)
		differs(name+": listen", was.Listen, h.Listen)
		differs(name+": server", was.Server, h.Server)
		differs(name+": tls", was.TLS, h.TLS)
		differs(name+": mode", was.Mode, h.Mode)
	}
	for _, h := range running.Hosts {
		if _, ok := next.host(h.Name); !ok {
			keys = append(keys, fmt.Sprintf("host %s, which is no longer listed", h.Name))
		}
	}
	return keys
}

func (c *Config) host(name string) (Host, bool) {
	for _, h := range c.Hosts {
		if h.Name == name {
			return h, true
		}
	}
	return Host{}, false
}
