package config

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/rules"
)

// whole is a file with every key of this version.
const whole = `
control: sqlite:///var/lib/holdfast/holdfast.db
socket: /run/holdfast/holdfast.sock
socket_group: dba
audit: audit.jsonl
trace: {dir: traces, client: 10.0.0.7}
console: {listen: "127.0.0.1:8432", url: "https://holdfast.example.com", oidc: {issuer: "https://login.example.com", client_id: holdfast, client_secret: "${SIGN}"}}
slack:
  bot_token: ${BOT}
  app_token: ${APP}
  signing_secret: ${SIGN}
  channel: C0123ABCD
  api_url: https://slack.example.com/api/
  strict: true
  literals: true
webhook: {url: "https://hooks.example.com/in", secret: "${HOOK}", literals: true}
holds: {wait: 20m, wait_in_transaction: 30s, grant: 2h}
people:
  - {name: ana, email: ana@example.com, slack: U012AB3CD, postgres: [ana, app], os: ana}
  - {name: ben, postgres: ben, os: ben, password: "${PASS}", token: "sha256:0000000000000000000000000000000000000000000000000000000000000000"}
groups: {dba: [ana, ben]}
hosts:
  - name: shop-prod
    environment: production
    listen: ["0.0.0.0:6432", "/run/postgresql"]
    server: "postgres://db1.internal:5432?sslmode=verify-full"
    mode: enforce
    reviewers: {group: dba, count: 1}
    holds: {wait: 5m, grant: 10m}
  - name: shop-staging
    environment: staging
    listen: "unix:/run/holdfast/.s.PGSQL.6433"
    server: "postgres://db2.internal"
limits: {rows: 500, share: 10%, share_from: 20, updated_rows: 5000}
volume:
  limit: {rows: 800, share: 20%}
  bulk: {rows: 300, share: 0.05}
  day_share: 30%
  week_share: 0.6
  times: 2.5
  learn: 48h
  zone: Europe/Berlin
  expected: [{host: shop-*, database: shop, table: orders, actor: batch/purge, cron: "0 2 1 * *", max_rows: 5000}]
  brake: [{hosts: shop-prod, tables: [orders, "audit.*"], kinds: [limit, bulk]}]
rules:
  - name: etl may truncate staging
    when:
      hosts: shop-*
      environments: [staging, production]
      databases: [shop, "shop_?"]
      users: etl
      applications: Airflow*
      clients: [10.0.0.0/8, local]
      sessions: program
      verbs: delete
      tables: ["staging.*"]
      filters: [filtered]
      rows: "<= 100"
      share: 50%
      inside: "08:00-18:00 Europe/Berlin"
      outside: ["Sat,Sun 00:00-24:00 UTC"]
    action: allow
  - {name: drops need two, when: {verbs: [drop]}, action: hold, reviewers: {group: dba, count: 2}, wait: 10m, wait_in_transaction: 5s, type_name: true, mode: wait}
  - {name: the rest, action: hold}
`

func load(t *testing.T, flags, env map[string]string) (*Config, error) {
	t.Helper()
	return Load(Input{Flags: flags, Surroundings: nobody(env), Checks: checks})
}

// slackTokens are the variables that whole names, and the example of Slack.
var slackTokens = map[string]string{"BOT": "xoxb-1", "APP": "xapp-1", "SIGN": "sign", "PASS": "$argon2id$x", "HOOK": "0123456789abcdef", "SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}

func TestWholeFile(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "holdfast.yaml", whole)
	c, err := load(t, map[string]string{"config": "holdfast.yaml"}, slackTokens)
	if err != nil {
		t.Fatal(err)
	}
	dir, _ := os.Getwd()
	want := &Config{
		File:    filepath.Join(dir, "holdfast.yaml"),
		Control: "sqlite:///var/lib/holdfast/holdfast.db", Socket: "/run/holdfast/holdfast.sock",
		SocketGroup: "dba", Audit: filepath.Join(dir, "audit.jsonl"),
		Trace:   Trace{filepath.Join(dir, "traces"), "10.0.0.7"},
		Console: Console{"127.0.0.1:8432", "https://holdfast.example.com", nil, &OIDC{"https://login.example.com", "holdfast", "sign"}},
		Slack:   &Slack{"xoxb-1", "xapp-1", "sign", "C0123ABCD", "https://slack.example.com/api/", true, true},
		Webhook: &Webhook{"https://hooks.example.com/in", "0123456789abcdef", true},
		Holds:   Holds{20 * time.Minute, 30 * time.Second, 2 * time.Hour},
		People: []Person{
			{Name: "ana", Email: "ana@example.com", Slack: "U012AB3CD", Postgres: []string{"ana", "app"}, OS: "ana"},
			{Name: "ben", Postgres: []string{"ben"}, OS: "ben", Password: "$argon2id$x", Token: "sha256:0000000000000000000000000000000000000000000000000000000000000000"},
		},
		Groups: map[string][]string{"dba": {"ana", "ben"}},
		Hosts: []Host{
			{Name: "shop-prod", Environment: "production",
				Listen: []string{"0.0.0.0:6432", "unix:/run/postgresql/.s.PGSQL.5432"},
				Server: "postgres://db1.internal:5432?sslmode=verify-full", Mode: Enforce,
				Reviewers: Reviewers{"dba", 1}, Holds: Holds{5 * time.Minute, 30 * time.Second, 10 * time.Minute}, UnknownRequester: "one_more"},
			{Name: "shop-staging", Environment: "staging", Listen: []string{"unix:/run/holdfast/.s.PGSQL.6433"}, Server: "postgres://db2.internal",
				Mode: Observe, Reviewers: Reviewers{"", 1}, Holds: Holds{20 * time.Minute, 30 * time.Second, 2 * time.Hour}, UnknownRequester: "one_more"},
		},
		Limits: Limits{Rows: 500, Share: 0.1, ShareFrom: 20, UpdatedRows: 5000},
	}
	if len(c.Warnings) != 5 || !strings.Contains(c.Warnings[0].Text, "every connection from 10.0.0.7 is recorded in "+filepath.Join(dir, "traces")) ||
		!strings.Contains(c.Warnings[1].Text, "shop-staging has no mode, so it is in observe") {
		t.Errorf("warnings: %v", c.Warnings)
	}
	c.Warnings = nil
	if len(c.SHA256) != 64 {
		t.Errorf("hash %q", c.SHA256)
	}
	c.SHA256 = ""
	wantRules(t, c)
	wantVolume(t, c)
	c.Rules, c.Policy, c.Volume = nil, rules.PolicyOptions{}, Volume{}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("got  %+v\nwant %+v", c, want)
	}
}

// TestSources is the order of precedence: flag, variable, file, default.
func TestSources(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "with.yaml", "audit: /file/audit\nhosts: [{name: a, listen: ':1', server: 'postgres://db'}]\n")
	write(t, "without.yaml", "hosts: [{name: a, listen: ':1', server: 'postgres://db'}]\n")
	for _, c := range []struct {
		name, file string
		flag, env  string
		want       string
	}{
		{"flag", "with.yaml", "/flag/audit", "/env/audit", "/flag/audit"},
		{"variable", "with.yaml", "", "/env/audit", "/env/audit"},
		{"file", "with.yaml", "", "", "/file/audit"},
		{"default", "without.yaml", "", "", "/var/lib/holdfast/audit.jsonl"},
	} {
		t.Run(c.name, func(t *testing.T) {
			flags := map[string]string{"config": c.file}
			if c.flag != "" {
				flags["audit"] = c.flag
			}
			got, err := load(t, flags, map[string]string{"HOLDFAST_AUDIT": c.env})
			if err != nil {
				t.Fatal(err)
			}
			if got.Audit != c.want {
				t.Errorf("audit = %q, want %q", got.Audit, c.want)
			}
		})
	}
}

func TestFlagsAlone(t *testing.T) {
	flags := map[string]string{"listen": ":6432", "server": "postgres://127.0.0.1:5432", "wait": "5s"}
	for _, c := range []struct {
		name                   string
		uid                    int
		env                    map[string]string
		control, audit, socket string
	}{
		{"root", 0, map[string]string{"XDG_STATE_HOME": "/x"}, "sqlite:///var/lib/holdfast/holdfast.db", "/var/lib/holdfast/audit.jsonl", "/run/holdfast/holdfast.sock"},
		{"user", 1000, map[string]string{"XDG_STATE_HOME": "/s", "XDG_RUNTIME_DIR": "/r"}, "sqlite:///s/holdfast/holdfast.db", "/s/holdfast/audit.jsonl", "/r/holdfast/holdfast.sock"},
		{"user without XDG", 1000, map[string]string{"XDG_STATE_HOME": "relative"}, "sqlite:///nowhere/home/.local/state/holdfast/holdfast.db",
			"/nowhere/home/.local/state/holdfast/audit.jsonl", "/nowhere/home/.local/state/holdfast/holdfast.sock"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := nobody(c.env)
			s.UID = c.uid
			got, err := Load(Input{Flags: flags, Surroundings: s, Checks: checks})
			if err != nil {
				t.Fatal(err)
			}
			if got.Control != c.control || got.Audit != c.audit || got.Socket != c.socket {
				t.Errorf("got %s %s %s", got.Control, got.Audit, got.Socket)
			}
			if got.Socket != SocketCandidates(s)[0] {
				t.Errorf("the other commands look at %v", SocketCandidates(s))
			}
			h := got.Hosts[0]
			if len(got.Hosts) != 1 || h.Name != "default" || h.Mode != Enforce || h.Holds.Wait != 5*time.Second || h.Holds.WaitInTransaction != DefaultWaitInTransaction {
				t.Errorf("host %+v", h)
			}
		})
	}
}

func TestFlagFaults(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "holdfast.yaml", whole)
	for _, c := range []struct {
		name       string
		flags, env map[string]string
		want       string
	}{
		{"nothing", nil, nil, "nothing to serve: give --config FILE, or --listen ADDR and --server URL"},
		{"no server", map[string]string{"listen": ":1"}, nil, "--server: is missing"},
		{"bad listen", map[string]string{"listen": "x", "server": "postgres://db"}, nil, "--listen: listen: \"x\" is no address"},
		{"variable named", map[string]string{"listen": ":1"}, map[string]string{"HOLDFAST_SERVER": "mysql://db"}, "HOLDFAST_SERVER: reading server URL: scheme is not postgres"},
		{"both", map[string]string{"config": "holdfast.yaml", "listen": ":1"}, nil, "--listen: describes one host without a file"},
		{"later flag", map[string]string{"listen": ":1", "server": "postgres://db", "monitor": "postgres://db"}, nil, "--monitor: not in this version of holdfast; remove it"},
		{"later variable", map[string]string{"listen": ":1", "server": "postgres://db"}, map[string]string{"HOLDFAST_MONITOR": "postgres://db"}, "HOLDFAST_MONITOR: not in this version of holdfast; remove it"},
		{"no file", map[string]string{"config": "none.yaml"}, nil, "--config: reading the configuration: open none.yaml: no such file or directory"},
		{"long socket", map[string]string{"listen": ":1", "server": "postgres://db", "socket": "/" + strings.Repeat("x", 120)}, nil, "--socket: socket: "},
		{"wait", map[string]string{"listen": ":1", "server": "postgres://db", "wait": "-3s"}, nil, "--wait: -3s is no time to wait"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := load(t, c.flags, c.env)
			if err == nil || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("Load = %v, want %q", err, c.want)
			}
		})
	}
}

func TestReviewerWarnings(t *testing.T) {
	t.Chdir(t.TempDir())
	const host = "\nhosts: [{name: a, listen: ':1', server: 'postgres://db', mode: enforce, reviewers: {%s}}]\n"
	for _, c := range []struct{ name, people, reviewers, want string }{
		{"no people", "", "", ""},
		{"two people", "people: [{name: ana, os: ana}, {name: ben, os: ben}]", "", ""},
		{"one person", "people: [{name: ana, os: ana}]", "", "can never be approved"},
		{"no os", "people: [{name: ana, os: ana}, {name: ben}]", "count: 2", "1 of people can answer, and 2 must"},
		{"all of the group", "people: [{name: ana, os: ana}, {name: ben, os: ben}]\ngroups: {dba: ana}", "group: dba", "what one of the group dba asks"},
	} {
		t.Run(c.name, func(t *testing.T) {
			write(t, "holdfast.yaml", c.people+strings.Replace(host, "%s", c.reviewers, 1))
			got, err := load(t, map[string]string{"config": "holdfast.yaml"}, nil)
			if err != nil {
				t.Fatal(err)
			}
			text := ""
			for _, w := range got.Warnings {
				text += w.Text
			}
			if (c.want == "") != (text == "") || !strings.Contains(text, c.want) {
				t.Errorf("warnings %q, want %q", text, c.want)
			}
		})
	}
}

// TestWholeFileBounds: a file that is too large or nested too deep is refused
// before the parser sees it.
func TestWholeFileBounds(t *testing.T) {
	for name, text := range map[string]string{
		"large":    strings.Repeat("#", maxFile+1),
		"brackets": strings.Repeat("[", 100000),
		"dashes":   strings.Repeat("- ", 100000),
		"maps":     strings.Repeat("{a: ", 50000),
	} {
		t.Run(name, func(t *testing.T) {
			if _, n := parse("x", []byte(text)); !n.unreadable || len(n.faults) != 1 {
				t.Errorf("faults %v", n.faults)
			}
		})
	}
}
