package config

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/rules"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// wantRules compares the rules of whole.
func wantRules(t *testing.T, c *Config) {
	t.Helper()
	rows, share := must(rules.ParseBound("<= 100")), must(rules.ParseBound("50%"))
	pattern := func(texts ...string) (all []rules.Pattern) {
		for _, text := range texts {
			all = append(all, must(rules.ParsePattern(text)))
		}
		return all
	}
	want := rules.PolicyOptions{
		Limits: rules.Limits{Rows: 500, Share: 0.1, ShareFrom: 20, UpdatedRows: 5000},
		Rules: []rules.Rule{
			{Name: "etl may truncate staging", Action: rules.Allow, When: rules.When{
				Hosts: pattern("shop-*"), Environments: pattern("staging", "production"), Databases: pattern("shop", "shop_?"), Users: pattern("etl"),
				Applications: []rules.Pattern{must(rules.ParseFoldedPattern("Airflow*"))},
				Clients:      []rules.Network{must(rules.ParseNetwork("10.0.0.0/8")), must(rules.ParseNetwork("local"))},
				Kinds:        []rules.Kind{rules.KindProgram}, Verbs: []rules.Verb{rules.VerbDelete},
				Tables: []rules.TablePattern{must(rules.ParseTablePattern("staging.*"))}, Filters: []rules.Filter{rules.Filtered},
				Rows: &rows, Share: &share,
				Inside:  []rules.Window{must(rules.ParseWindow("08:00-18:00 Europe/Berlin"))},
				Outside: []rules.Window{must(rules.ParseWindow("Sat,Sun 00:00-24:00 UTC"))},
			}},
			{Name: "drops need two", When: rules.When{Verbs: []rules.Verb{rules.VerbDrop}}, Terms: rules.Terms{
				Group: "dba", Count: 2, Wait: 10 * time.Minute, WaitInTransaction: 5 * time.Second, TypeName: true, MustWait: true}},
			{Name: "the rest"},
		},
	}
	if !reflect.DeepEqual(c.Policy, want) {
		t.Errorf("got  %+v\nwant %+v", c.Policy, want)
	}
	if got := c.RulesFor(c.Hosts[0]); got != 3 {
		t.Errorf("%d rules for the first host", got)
	}
	if got := c.NewPolicy(time.Now).Rules(); got != 3 {
		t.Errorf("the policy has %d rules", got)
	}
}

// TestDefaultRules: the names that nobody may take are those of the default rules.
func TestDefaultRules(t *testing.T) {
	r, p := rules.NewReader(rules.ReaderOptions{}), rules.DefaultPolicy()
	safe := rules.Settings{ClientEncoding: "UTF8", StandardConformingStrings: "on"}
	for sql, want := range map[string]string{
		"drop table a": "drops", "truncate a": "truncates", "delete from a": "deletes", "update a set b = 1": "updates",
		"alter table a drop column b": "columns", "merge into a using b on true when matched then delete": "merges",
		"do $$ x $$": "opaque", "drop\vtable a": "unreadable", "delete from a where b = 1": "limits", "set client_encoding = 'SJIS'": "settings",
	} {
		got := p.Judge(rules.Origin{}, r.Read([]byte(sql), safe), nil).Rule
		if got != want {
			t.Errorf("%s: rule %s, want %s", sql, got, want)
		}
		found := false
		for _, name := range defaultRules {
			found = found || name == got
		}
		if !found {
			t.Errorf("the name %s may be taken", got)
		}
	}
}

func TestRuleWarnings(t *testing.T) {
	t.Chdir(t.TempDir())
	const file = `
people: [{name: ana, os: ana}, {name: ben, os: ben}, {name: cleo}]
groups: {dba: [ana, ben], ops: [cleo]}
hosts: [{name: prod, environment: production, listen: ':1', server: 'postgres://db', mode: enforce}]
rules: [%s]
`
	for _, c := range []struct{ name, rule, want string }{
		{"fine", "{name: a, when: {users: etl, tables: 's.*'}, action: allow}", ""},
		{"allow for all", "{name: a, when: {verbs: truncate}, action: allow}", "allows without users or tables"},
		{"never reached", "{name: a, when: {verbs: drop}, action: hold}, {name: b, when: {verbs: drop-table}, action: refuse}", "never reached"},
		{"shadowed", "{name: a, when: {users: '*'}, action: allow}, {name: b, when: {verbs: drop-table}, action: refuse}", "lets pass what this one would refuse"},
		{"claims", "{name: a, when: {tables: 's.*', applications: 'x*'}, action: allow}", "every client names itself as it likes"},
		{"a user who claims", "{name: a, when: {users: etl, applications: 'x*'}, action: allow}", ""},
		{"claims that hold", "{name: a, when: {applications: 'x*'}, action: hold}", ""},
		{"not counted", "{name: a, when: {rows: 5}, action: hold}", "does not count yet"},
		{"nobody can answer", "{name: a, when: {verbs: drop}, action: hold, reviewers: {group: ops}}", "rule a: 0 of the group ops can answer"},
		{"all of the group", "{name: a, when: {verbs: drop}, action: hold, reviewers: {group: dba, count: 2}}", "rule a: what one of the group dba asks can never be approved"},
	} {
		t.Run(c.name, func(t *testing.T) {
			write(t, "holdfast.yaml", strings.Replace(file, "%s", c.rule, 1))
			got, err := load(t, map[string]string{"config": "holdfast.yaml"}, nil)
			if err != nil {
				t.Fatal(err)
			}
			text := got.Warnings
			if (c.want == "") != (len(text) == 0) || c.want != "" && !strings.Contains(Faults(text).Error(), c.want) {
				t.Errorf("warnings %v, want %q", text, c.want)
			}
			for _, w := range text {
				if w.Line != 5 || w.Column == 0 || !strings.Contains(w.Error(), "holdfast.yaml:5:") {
					t.Errorf("%s stands at %d:%d", w.Text, w.Line, w.Column)
				}
			}
		})
	}
}

func TestZones(t *testing.T) {
	if len(zones()) < 400 {
		t.Fatalf("%d zones", len(zones()))
	}
	for _, z := range []string{"Europe/Berlin", "America/New_York", "UTC"} {
		if nearest(z[:len(z)-1], zones()) == "" && len(z) > 4 {
			t.Errorf("nothing is near %s", z[:len(z)-1])
		}
	}
}

// TestManyRulesAreReadSoon: files of the greatest size, made to be slow. The limit is
// for a busy machine and the race detector; each takes well below a second.
func TestManyRulesAreReadSoon(t *testing.T) {
	var people, names, hosts []string
	for i := range 1500 {
		name := fmt.Sprintf("p%d", i)
		people, names = append(people, "{name: "+name+", os: "+name+"}"), append(names, name)
		hosts = append(hosts, fmt.Sprintf("{name: h%d, environment: e, listen: ':%d', server: 'postgres://d', mode: enforce}", i, i+1))
	}
	crowd := "people: [" + strings.Join(people, ",") + "]\ngroups: {g: [" + strings.Join(names, ",") + "]}\nhosts: [" + strings.Join(hosts[:300], ",") + "]\nrules: ["
	one := "hosts: [" + hosts[0] + "]\nrules: ["
	list := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	for name, text := range map[string]string{
		"reviewers": crowd + list(900, "{name: r%d, action: hold, reviewers: {group: g, count: 9}},") + "]",
		"zones":     one + "{name: a, action: hold, when: {inside: [" + list(4000, "'00:00-01:00 Europe/Berl%d',") + "]}}]",
		"hosts":     one + "{name: a, action: hold, when: {hosts: [" + list(4000, "h%dx,") + "]}}]",
		"patterns":  one + list(900, "{name: r%d, action: hold, when: {users: ['*a*b*c*', '*d', e]}},") + "]",
		"lists":     one + "{name: a, action: hold, when: {users: [" + list(4900, "u%d,") + "]}}, {name: b, action: hold, when: {users: [" + list(90, "v%d,") + "]}}]",
		"too many":  one + list(1100, "{name: r%d, action: hold},") + "]",
		"too long":  one + "{name: a, action: hold, when: {users: [" + list(9000, "u%d,") + "]}}]",
	} {
		t.Run(name, func(t *testing.T) {
			if len(text) > maxFile {
				t.Fatalf("the file has %d bytes", len(text))
			}
			began := time.Now()
			c, n := parse("x", []byte(text))
			fillDefaults(c, nobody(nil))
			parsed := time.Since(began)
			n.check(c, checks)
			if took := time.Since(began) - parsed; took > 20*time.Second {
				t.Errorf("checking took %v", took)
			}
			if name == "hosts" && len(n.faults) != maxFaults+1 {
				t.Errorf("%d faults are listed", len(n.faults))
			}
			if over := strings.HasPrefix(name, "too"); over != (len(n.faults) == 1 && strings.Contains(n.faults[0].Text, "at most 1000 with 5000")) {
				t.Errorf("%d faults: %.300v", len(n.faults), n.faults)
			}
		})
	}
}
