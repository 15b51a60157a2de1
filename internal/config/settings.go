package config

import (
	"reflect"
	"strings"
)

// setting is a key that can also be given as a flag or a variable.
type setting struct {
	flag string // without dashes
	path string // the key it sets, "" for one of the host that flags make
	of   func(*Config) any
}

// settings are all of them. The variable of a setting is its flag in capitals
// behind HOLDFAST_, with underscores.
var settings = []setting{
	{flag: "control", path: "control", of: func(c *Config) any { return &c.Control }},
	{flag: "audit", path: "audit", of: func(c *Config) any { return &c.Audit }},
	{flag: "socket", path: "socket", of: func(c *Config) any { return &c.Socket }},
	{flag: "trace", path: "trace.dir", of: func(c *Config) any { return &c.Trace.Dir }},
	{flag: "trace-client", path: "trace.client", of: func(c *Config) any { return &c.Trace.Client }},
	{flag: "console", path: "console.listen", of: func(c *Config) any { return &c.Console.Listen }},
	{flag: "wait", path: "holds.wait", of: func(c *Config) any { return &c.Holds.Wait }},
	{flag: "wait-in-transaction", path: "holds.wait_in_transaction", of: func(c *Config) any { return &c.Holds.WaitInTransaction }},
	{flag: "listen", path: "hosts[0].listen", of: func(c *Config) any { return &c.Hosts[0].Listen }},
	{flag: "server", path: "hosts[0].server", of: func(c *Config) any { return &c.Hosts[0].Server }},
	{flag: "monitor", path: "hosts[0].monitor", of: func(c *Config) any { return &c.Hosts[0].Monitor }},
}

// Variable is the name of the environment variable that stands for a flag of
// serve.
func Variable(flag string) string {
	return "HOLDFAST_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// given is the value of a flag or, without it, of its variable, and the name of
// the one that gave it. A variable that is set to nothing counts as not set.
func (in Input) given(flag string) (value, where string) {
	if v, ok := in.Flags[flag]; ok {
		return v, "--" + flag
	}
	if v := in.Getenv(Variable(flag)); v != "" {
		return v, Variable(flag)
	}
	return "", ""
}

// overlay lays flags and variables over what the file said.
func (n *notes) overlay(c *Config, in Input) {
	for _, s := range settings {
		value, where := in.given(s.flag)
		if where == "" {
			continue
		}
		at := place{where: where}
		if c.File != "" && strings.HasPrefix(s.path, "hosts") {
			n.faultAt(at, "describes one host without a file, and %s lists the hosts; use one of the two", c.File)
			continue
		}
		n.places[s.path] = at
		n.set(s.of(c), value, at)
	}
}

func (n *notes) set(into any, value string, at place) {
	v := reflect.ValueOf(into).Elem()
	if v.Kind() == reflect.Slice {
		v.Set(reflect.Append(reflect.Zero(v.Type()), reflect.ValueOf(value)))
		v = v.Index(0)
	}
	if err := setScalar(v, value); err != nil {
		n.faultAt(at, "%v", err)
	}
}
