package rules

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata"
)

func TestPatterns(t *testing.T) {
	for _, c := range []struct {
		pattern, yes, no string // names behind blanks
	}{
		{"etl", "etl", "ETL etl2 xetl"},
		{"etl*", "etl etl_night", "xetl"},
		{"*etl", "etl xetl", "etl1"},
		{"a*b*c", "abc axxbyyc abbc abcc", "ab acb abcx"},
		{"?", "a ä 漢", "ab"},
		{"a?c*", "abc aäcde", "ac"},
		{"**", "a", ""},
		{"*a?", "aab xxaä", "xxa"},
	} {
		p := must(ParsePattern(c.pattern))
		for _, name := range strings.Fields(c.yes) {
			if !p.Matches(name) {
				t.Errorf("%s does not match %s", c.pattern, name)
			}
		}
		for _, name := range strings.Fields(c.no) {
			if p.Matches(name) {
				t.Errorf("%s matches %s", c.pattern, name)
			}
		}
	}
	if _, err := ParsePattern(""); err == nil {
		t.Error("an empty pattern was read")
	}
	if !must(ParsePattern("*")).Matches("") || must(ParsePattern("?")).Matches("") || !must(ParseFoldedPattern("Claude*")).Matches("CLAUDE code") {
		t.Error("* does not match nothing, ? matches it, or case counts")
	}
	for _, text := range []string{"", ".", "a.", ".a", "a.b.c", `"A".b`} {
		if _, err := ParseTablePattern(text); err == nil || text != "" && !strings.Contains(err.Error(), strings.Trim(text, `"`)[:1]) {
			t.Errorf("pattern for tables %q: %v", text, err)
		}
	}
}

// TestGlobIsNotExponential: a pattern of many stars against a name that nearly
// matches.
func TestGlobIsNotExponential(t *testing.T) {
	if glob(strings.Repeat("a*", 1000)+"b", strings.Repeat("a", 10000)) {
		t.Error("it matches")
	}
}

func TestWindows(t *testing.T) {
	at := func(day time.Weekday, clock string, zone string) time.Time {
		z := must(time.LoadLocation(zone))
		hm := must(time.Parse("15:04", clock))
		return time.Date(2026, 11, 22+int(day), hm.Hour(), hm.Minute(), 59, 0, z) // the 22nd is a Sunday
	}
	const berlin, tokyo = "Europe/Berlin", "Asia/Tokyo"
	for _, c := range []struct {
		window string
		at     time.Time
		want   bool
	}{
		{"Mon-Fri 08:00-18:00 Europe/Berlin", at(time.Monday, "08:00", berlin), true},
		{"Mon-Fri 08:00-18:00 Europe/Berlin", at(time.Monday, "07:59", berlin), false},
		{"Mon-Fri 08:00-18:00 Europe/Berlin", at(time.Friday, "17:59", berlin), true},
		{"Mon-Fri 08:00-18:00 Europe/Berlin", at(time.Friday, "18:00", berlin), false},
		{"Mon-Fri 08:00-18:00 Europe/Berlin", at(time.Saturday, "09:00", berlin), false},
		{"Mon-Fri 08:00-18:00 Europe/Berlin", at(time.Monday, "16:30", tokyo), true}, // 08:30 in Berlin
		{"sat,SUN 00:00-24:00 UTC", at(time.Sunday, "23:59", "UTC"), true},
		{"sat,SUN 00:00-24:00 UTC", at(time.Monday, "00:00", "UTC"), false},
		{"22:00-06:00 UTC", at(time.Tuesday, "23:00", "UTC"), true},
		{"22:00-06:00 UTC", at(time.Tuesday, "05:59", "UTC"), true},
		{"22:00-06:00 UTC", at(time.Tuesday, "06:00", "UTC"), false},
		{"Fri 22:00-06:00 UTC", at(time.Saturday, "05:00", "UTC"), true}, // belongs to Friday
		{"Fri 22:00-06:00 UTC", at(time.Friday, "05:00", "UTC"), false},
		{"Fri-Mon 10:00-11:00 UTC", at(time.Sunday, "10:30", "UTC"), true},
		{"Fri-Mon 10:00-11:00 UTC", at(time.Tuesday, "10:30", "UTC"), false},
	} {
		if got := must(ParseWindow(c.window)).contains(c.at); got != c.want {
			t.Errorf("%s at %s: %v", c.window, c.at, got)
		}
	}
	for _, text := range []string{
		"", "08:00-18:00", "Mon 08:00-18:00", "Mon 8:00-18:00 UTC", "Mon 08:00-25:00 UTC", "Mon 08:00 UTC", "Mon 08:00-08:00 UTC",
		"Mon 24:00-08:00 UTC", "Mun 08:00-18:00 UTC", "Mon- 08:00-18:00 UTC", ", 08:00-18:00 UTC", "Mon 08:00-18:00 Europe/Berln",
		"Mon 08:00-18:00 Local", "Mon 08:00-18:00 UTC x", "Mon 08:00-18:00-19:00 UTC",
	} {
		if _, err := ParseWindow(text); err == nil {
			t.Errorf("window %q was read", text)
		}
	}
	if (Window{}).contains(time.Now()) {
		t.Error("the zero Window has a moment")
	}
}

func TestBounds(t *testing.T) {
	for text, want := range map[string][]float64{ // within, then not
		"100": {100.5, 100}, "> 100": {101, 100}, ">=100": {100, 99}, "< 100": {99, 100}, "<= 100": {100, 101}, " <100 ": {0, 100}, "25%": {0.26, 0.25}, "0.25": {0.3, 0.25},
	} {
		b, err := ParseBound(text)
		if err != nil || !b.holds(want[0]) || b.holds(want[1]) {
			t.Errorf("%q: %v, %v", text, b, err)
		}
		if again, err := ParseBound(b.String()); err != nil || again != b {
			t.Errorf("%q: %s reads as %v, %v", text, b, again, err)
		}
	}
	for _, text := range []string{"", "x", ">", "=5", "-1", "=> 5", "1e400", "NaN", "Inf", "5 rows", "%", "> > 5"} {
		if b, err := ParseBound(text); err == nil {
			t.Errorf("bound %q was read as %v", text, b)
		}
	}
}

func TestNetworks(t *testing.T) {
	for text, want := range map[string][]string{ // in, then not
		"10.0.0.0/8": {"10.1.2.3", "11.0.0.1"}, "10.1.2.3": {"::ffff:10.1.2.3", "10.1.2.4"}, "2001:db8::/32": {"2001:db8::1", "10.1.2.3"},
		"local": {"local", "127.0.0.1"}, "0.0.0.0/0": {"127.0.0.1", "local"}, "::1": {"::1", ""},
	} {
		n, err := ParseNetwork(text)
		if err != nil || !n.Matches(want[0]) || n.Matches(want[1]) || n.String() != text {
			t.Errorf("%q: %v, %v", text, n, err)
		}
	}
	for _, text := range []string{"", "10.0.0.1/8", "10.0.0.0/33", "host", "10.0.0", "fe80::1%eth0"} {
		if _, err := ParseNetwork(text); err == nil {
			t.Errorf("network %q was read", text)
		}
	}
	if (Network{}).Matches("10.0.0.1") || (Network{}).Matches("local") {
		t.Error("the zero Network has addresses")
	}
}

func TestKinds(t *testing.T) {
	for name, want := range map[string]Kind{
		"psql": KindInteractive, "pgAdmin 4 - DB:shop": KindInteractive, "DBeaver 24.1 - Main": KindInteractive, "claude-code": KindAgent, "Cursor": KindAgent,
		"postgres-mcp": KindAgent, "Flyway": KindMigration, "": KindProgram, "PostgreSQL JDBC Driver": KindProgram, "shop-web": KindProgram,
	} {
		if got := KindOf(name); got != want {
			t.Errorf("%q is %s, want %s", name, got, want)
		}
		if got, err := ParseKind(string(want)); err != nil || got != want {
			t.Errorf("ParseKind(%q): %v, %v", want, got, err)
		}
	}
}

func TestWordsOfAPolicy(t *testing.T) {
	for _, v := range Verbs() {
		if got, err := ParseVerb(string(v)); err != nil || got != v {
			t.Errorf("%s: %s, %v", v, got, err)
		}
	}
	for _, a := range Actions() {
		if got, err := ParseAction(a.String()); err != nil || got != a {
			t.Errorf("%s: %s, %v", a, got, err)
		}
	}
	for i, text := range Filters() {
		if got, err := ParseFilter(text); err != nil || got != Filter(i) || got.String() != text {
			t.Errorf("%s: %s, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "DROP", "drops", "replication", "allow "} {
		_, a := ParseVerb(text)
		_, b := ParseAction(text)
		_, c := ParseFilter(text)
		if a == nil || b == nil || c == nil {
			t.Errorf("%q was read", text)
		}
	}
}

func TestLint(t *testing.T) {
	verbs := func(v ...Verb) When { return When{Verbs: v} }
	hosts := []Origin{{Host: "shop-prod", Environment: "production"}}
	for _, c := range []struct {
		name  string
		rules []Rule
		want  []string // what the lint of each rule has, one after the other; "" is none
	}{
		{"fine", []Rule{
			{Action: Allow, When: When{Users: patterns("etl"), Tables: tables("staging.*"), Verbs: []Verb{VerbTruncate}}},
			{Action: Hold, When: verbs(VerbDrop)},
			{Action: Refuse, When: verbs(VerbTruncate)},
		}, []string{"", "", ""}},
		{"covered", []Rule{{Action: Hold, When: verbs(VerbDrop)}, {Action: Refuse, When: verbs(VerbDropTable, VerbDropColumn)}, {Action: Refuse, When: verbs(VerbDropTable, VerbTruncate)}},
			[]string{"", "never reached", ""}},
		{"shadowed", []Rule{{Action: Allow, When: When{Users: patterns("*")}}, {Action: Refuse, When: When{Users: patterns("ana"), Verbs: []Verb{VerbDrop}}}},
			[]string{"", "lets pass what this one would refuse"}},
		{"what cannot be read still reaches it", []Rule{{Action: Allow, When: When{Users: patterns("*")}}, {Action: Refuse, When: When{Users: patterns("ana")}}},
			[]string{"", "reached only by what no rule lets pass"}},
		{"wider patterns", []Rule{
			{Action: Hold, When: When{Tables: tables("billing.*"), Users: patterns("a*", "b")}},
			{Action: Hold, When: When{Tables: tables("billing.x*"), Users: patterns("ab*", "b")}},
			{Action: Hold, When: When{Tables: tables("billing.x*"), Users: patterns("*b")}},
		}, []string{"", "never reached", ""}},
		{"names without schema reach it", []Rule{
			{Action: Allow, When: When{Tables: tables("staging.*"), Users: patterns("etl")}},
			{Action: Refuse, When: When{Tables: tables("staging.a"), Users: patterns("etl")}},
		}, []string{"", ""}},
		{"undecided ones do not cover", []Rule{
			{Action: Hold, When: When{Rows: &Bound{limit: 5}}}, {Action: Refuse, When: When{Inside: []Window{office}}}, {Action: Hold},
		}, []string{"does not count yet", "", ""}},
		{"networks", []Rule{
			{Action: Hold, When: When{Clients: []Network{must(ParseNetwork("10.0.0.0/8"))}}},
			{Action: Hold, When: When{Clients: []Network{must(ParseNetwork("10.1.0.0/16"))}}},
			{Action: Hold, When: When{Clients: []Network{must(ParseNetwork("local"))}}},
		}, []string{"", "never reached", ""}},
		{"allow for all", []Rule{{Action: Allow, When: When{Verbs: []Verb{VerbTruncate}}}}, []string{"for everybody"}},
		{"no effect", []Rule{{Action: Allow, When: When{Users: patterns("etl"), Verbs: []Verb{VerbCopyProgram}}}}, []string{"no rule lifts it"}},
		{"code has no tables", []Rule{{Action: Allow, When: When{Tables: tables("a"), Verbs: []Verb{VerbCall}}}}, []string{"never matches"}},
		{"nowhere", []Rule{{Action: Hold, When: When{Environments: patterns("staging*")}}, {Action: Hold, When: When{Hosts: patterns("shop*")}}}, []string{"none of the hosts", ""}},
	} {
		for i := range c.rules {
			c.rules[i].Name = string(rune('a' + i))
		}
		got := make([]string, len(c.rules))
		for _, l := range NewPolicy(PolicyOptions{Rules: c.rules}).Lint(hosts) {
			got[l.Rule] += l.Text + "\n"
		}
		for i, want := range c.want {
			if (want == "") != (got[i] == "") || !strings.Contains(got[i], want) {
				t.Errorf("%s, rule %d: %q, want %q", c.name, i, got[i], want)
			}
		}
	}
}
