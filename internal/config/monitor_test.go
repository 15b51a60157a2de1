package config

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// loadMonitor loads a file with one host that has these lines more.
func loadMonitor(t *testing.T, lines string, env map[string]string) (*Config, error) {
	t.Helper()
	t.Chdir(t.TempDir())
	text := "hosts:\n  - name: a\n    listen: ':1'\n    server: postgres://db\n    mode: enforce\n" + lines
	if err := os.WriteFile("holdfast.yaml", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return load(t, map[string]string{"config": "holdfast.yaml"}, env)
}

func TestMonitor(t *testing.T) {
	c, err := loadMonitor(t, "    monitor: postgres://w@db/shop\n    monitor_password: ${W}\n    monitor_interval: 30s\n    monitor_databases: [shop, billing]\n", map[string]string{"W": "hush"})
	if err != nil {
		t.Fatal(err)
	}
	h := c.Hosts[0]
	if h.Monitor != "postgres://w@db/shop" || h.MonitorPassword.Reveal() != "hush" || h.MonitorInterval != 30*time.Second || !slices.Equal(h.MonitorDatabases, []string{"shop", "billing"}) {
		t.Errorf("%+v", h)
	}
	other := *c
	other.Hosts = []Host{h}
	other.Hosts[0].MonitorInterval = time.Minute
	if got := NeedsRestart(c, &other); !slices.Equal(got, []string{"host a: monitor"}) {
		t.Errorf("needs a restart: %q", got)
	}
}

func TestMonitorFaults(t *testing.T) {
	const good = "    monitor: postgres://w@db/shop\n"
	for _, test := range []struct{ lines, want string }{
		{"    monitor: db\n", "does not begin with postgres://"},
		{"    monitor: postgres://w:hush@db/shop\n", "a password does not stand in the file itself"},
		{good + "    monitor_password: hush\n", "a secret does not stand in the file itself"},
		{good + "    monitor_password: ${NOSUCH}\n", "NOSUCH is not set"},
		{good + "    monitor_interval: 1s\n", "the interval is too short"},
		{good + "    monitor_interval: often\n", "is not a time"},
		{good + "    monitor_databases: [shop, '']\n", "monitor_databases"},
		{"    monitor_interval: 30s\n", "host a has no monitor"},
		{"    monitor_databases: shop\n", "host a has no monitor"},
	} {
		_, err := loadMonitor(t, test.lines, nil)
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "hush@") {
			t.Errorf("%s: %v, want %q", test.lines, err, test.want)
		}
	}
}

func TestMonitorOfHostThatIsOff(t *testing.T) {
	c, err := loadMonitor(t, "    monitor: postgres://w@db/shop\n", nil)
	if err != nil || len(c.Warnings) != 0 {
		t.Fatalf("%v, %v", err, c)
	}
	t.Chdir(t.TempDir())
	text := "hosts: [{name: a, listen: ':1', server: 'postgres://db', mode: 'off', monitor: 'postgres://w@db/shop'}]\n"
	if err := os.WriteFile("holdfast.yaml", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err = load(t, map[string]string{"config": "holdfast.yaml"}, nil)
	if err != nil || len(c.Warnings) != 1 || !strings.Contains(c.Warnings[0].Text, "host a is off") {
		t.Errorf("%v, %+v", err, c)
	}
}
