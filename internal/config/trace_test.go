package config

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestTrace(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, c := range []struct {
		name   string
		flags  map[string]string
		env    map[string]string
		client string // as loaded
		fault  string // or what is said
	}{
		{"none", nil, nil, "", ""},
		{"flags", map[string]string{"trace": "t", "trace-client": "10.0.0.7"}, nil, "10.0.0.7", ""},
		{"variables", nil, map[string]string{"HOLDFAST_TRACE": "t", "HOLDFAST_TRACE_CLIENT": "local"}, "local", ""},
		{"one form of an address", map[string]string{"trace": "t", "trace-client": "::ffff:10.0.0.7"}, nil, "10.0.0.7", ""},
		{"IPv6", map[string]string{"trace": "t", "trace-client": "2001:DB8:0::1"}, nil, "2001:db8::1", ""},
		{"no client", map[string]string{"trace": "t"}, nil, "", "--trace: a trace records statements and rows, so say of whom: one IP address or local, as trace.client or --trace-client"},
		{"no folder", nil, map[string]string{"HOLDFAST_TRACE_CLIENT": "local"}, "", "HOLDFAST_TRACE_CLIENT: says whose connections are traced, but not where to; name a folder, as trace.dir or --trace"},
		{"a name", map[string]string{"trace": "t", "trace-client": "db.example.com"}, nil, "", `--trace-client: "db.example.com" is neither an IP address nor local, which stands for Unix sockets`},
		{"a network", map[string]string{"trace": "t", "trace-client": "10.0.0.0/8"}, nil, "", `--trace-client: "10.0.0.0/8" is neither`},
		{"with a port", map[string]string{"trace": "t", "trace-client": "10.0.0.7:5432"}, nil, "", `--trace-client: "10.0.0.7:5432" is neither`},
		{"everybody", map[string]string{"trace": "t", "trace-client": "::"}, nil, "", "--trace-client: :: is not the address of one client"},
	} {
		t.Run(c.name, func(t *testing.T) {
			flags := map[string]string{"listen": ":1", "server": "postgres://127.0.0.1"}
			for name, value := range c.flags {
				flags[name] = value
			}
			got, err := load(t, flags, c.env)
			if c.fault != "" {
				if err == nil || !strings.HasPrefix(err.Error(), c.fault) {
					t.Errorf("Load = %v, want %s", err, c.fault)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got.Trace.Client != c.client || got.Trace.Dir != "" && !filepath.IsAbs(got.Trace.Dir) {
				t.Errorf("%+v, want client %s and an absolute folder", got.Trace, c.client)
			}
			if warned := len(got.Warnings) == 1 && strings.Contains(got.Warnings[0].Text, "only passwords are masked"); warned != (c.client != "") {
				t.Errorf("warnings: %v", got.Warnings)
			}
		})
	}
}
