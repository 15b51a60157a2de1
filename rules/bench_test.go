package rules

import (
	"fmt"
	"strings"
	"testing"
)

// longSelect is a text of n bytes that the prefilter passes, of statements as
// applications send them.
func longSelect(n int) []byte {
	one := "select o.id, o.total, lower(c.name) from orders o join customers c on c.id = o.customer_id " +
		"where o.status in ('open', 'paid') and o.total > 100 order by o.created_at desc limit 50 offset 100;\n"
	return []byte(strings.Repeat(one, n/len(one)+1)[:n-4] + "/**/")
}

// longDelete is a text of n bytes with literals.
func longDelete(n int) []byte {
	head := "delete from t where id = 1 and name in ('"
	return []byte(head + strings.Repeat("x', '", (n-len(head))/5) + "')")
}

const (
	pgbenchSelect   = "SELECT abalance FROM pgbench_accounts WHERE aid = 71234;"
	pgbenchPrepared = "UPDATE pgbench_accounts SET abalance = abalance + $1 WHERE aid = $2;"
)

var lengths = []struct {
	name  string
	bytes int
}{{"100B", 100}, {"1KB", 1000}, {"10KB", 10_000}, {"1MB", 1_000_000}}

func BenchmarkPrefilter(b *testing.B) {
	bench := func(name string, text []byte) {
		b.Run(name, func(b *testing.B) {
			r := NewReader(ReaderOptions{})
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if _, f := r.prefilter(text, safe); f != harmlessFacts {
					b.Fatal("it did not pass")
				}
			}
		})
	}
	bench("pgbench", []byte(pgbenchSelect))
	for _, l := range lengths {
		bench(l.name, longSelect(l.bytes))
	}
}

// BenchmarkPassedBefore reads texts that the prefilter passed before.
func BenchmarkPassedBefore(b *testing.B) {
	for _, l := range lengths {
		b.Run(l.name, func(b *testing.B) { benchmarkRead(b, longSelect(l.bytes)) })
	}
}

// BenchmarkCacheHit reads texts that were parsed before.
func BenchmarkCacheHit(b *testing.B) {
	b.Run("pgbench", func(b *testing.B) { benchmarkRead(b, []byte(pgbenchPrepared)) })
	for _, l := range lengths {
		b.Run(l.name, func(b *testing.B) { benchmarkRead(b, longDelete(l.bytes)) })
	}
}

func benchmarkRead(b *testing.B, text []byte) {
	r := NewReader(ReaderOptions{})
	for range 3 { // one with a shape is cached when it comes again
		r.Read(text, safe)
	}
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		r.Read(text, safe)
	}
}

// BenchmarkShapeHit reads texts in which only the literals are new. The longest
// is about as long as a shape may be.
func BenchmarkShapeHit(b *testing.B) {
	for _, c := range []struct{ name, text string }{
		{"pgbench", "UPDATE pgbench_accounts SET abalance = abalance + -1234 WHERE aid = 0000000;"},
		{"100B", "update users set name = 'somebody', seen = now(), visits = visits + 1 where email = 'a' and id = 0000000"},
		{"1KB", "update t set body = '" + strings.Repeat("x", 960) + "' where id = 0000000"},
		{"10KB", "update t set body = '" + strings.Repeat("x", 9960) + "' where id = 0000000"},
	} {
		b.Run(c.name, func(b *testing.B) {
			r := NewReader(ReaderOptions{})
			text := []byte(c.text)
			number := text[strings.Index(c.text, "0000000"):][:7]
			r.Read(text, safe)
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for i := 1; b.Loop(); i++ {
				for j, rest := len(number)-1, i; j >= 0; j, rest = j-1, rest/10 {
					number[j] = '0' + byte(rest%10)
				}
				r.Read(text, safe)
			}
		})
	}
}

// BenchmarkShapeOfAnyLength is BenchmarkShapeHit with literals as pgbench writes them.
func BenchmarkShapeOfAnyLength(b *testing.B) {
	r := NewReader(ReaderOptions{})
	texts := make([][]byte, 1<<14)
	for i := range texts {
		texts[i] = fmt.Appendf(nil, "UPDATE pgbench_accounts SET abalance = abalance + %d WHERE aid = %d;", i*7919%10001-5000, 1+i*104729%1000000)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		r.Read(texts[i%len(texts)], safe)
	}
}

// BenchmarkMiss parses. Longer texts than the last are not parsed whole.
func BenchmarkMiss(b *testing.B) {
	bench := func(name string, text []byte) {
		b.Run(name, func(b *testing.B) {
			r := NewReader(ReaderOptions{})
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				r.readUTF8(text)
			}
		})
	}
	bench("pgbench", []byte(pgbenchPrepared))
	for _, l := range lengths[:3] {
		bench(l.name, longDelete(l.bytes))
	}
}

// tenRules are rules as people have them, of which none matches benchOrigin's texts.
func tenRules() []Rule {
	staging := When{Environments: patterns("staging")}
	return []Rule{
		{Name: "staging", Action: Allow, When: staging},
		{Name: "etl", Action: Allow, When: When{Users: patterns("etl*"), Tables: tables("staging.*", "tmp_*")}},
		{Name: "agents", Action: Hold, When: When{Kinds: []Kind{KindOf("claude")}}},
		{Name: "drops", Action: Hold, When: When{Verbs: []Verb{VerbDrop, VerbTruncate}, Databases: patterns("bench*")}},
		{Name: "ledger", Action: Refuse, When: When{Tables: tables("ledger", "audit.*")}},
		{Name: "columns", Action: Hold, When: When{Verbs: []Verb{VerbDropColumn, VerbRetype}}},
		{Name: "whole", Action: Hold, When: When{Verbs: []Verb{VerbDelete, VerbUpdate}, Filters: []Filter{FilterNone, FilterConstant}}},
		{Name: "net", Action: Refuse, When: When{Clients: []Network{must(ParseNetwork("192.0.2.0/24"))}}},
		{Name: "people", Action: Hold, When: When{Applications: []Pattern{must(ParseFoldedPattern("psql")), must(ParseFoldedPattern("DBeaver*"))}, Verbs: []Verb{VerbDelete}}},
		{Name: "hosts", Action: Hold, When: When{Hosts: patterns("billing-*")}},
	}
}

var benchOrigin = Origin{Host: "shop", Environment: "production", Database: "bench", User: "app", Application: "checkout", Client: "10.1.2.3"}

// BenchmarkJudge judges a keyed UPDATE, with its reason and as a session does.
func BenchmarkJudge(b *testing.B) {
	f := NewReader(ReaderOptions{}).Read([]byte("update pgbench_accounts set abalance = abalance + 1 where aid = 1"), safe)
	for _, c := range []struct {
		name   string
		policy *Policy
	}{{"default", DefaultPolicy()}, {"rules", NewPolicy(PolicyOptions{Rules: tenRules()})}} {
		b.Run(c.name+"/worded", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.policy.Judge(benchOrigin, f, nil)
			}
		})
		b.Run(c.name+"/terse", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.policy.JudgeTerse(benchOrigin, f, nil)
			}
		})
	}
}

func BenchmarkNormalize(b *testing.B) {
	text := longSelect(1000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Normalize(text)
	}
}

// TestJudgingDoesNotAllocate: what is read again and again costs no memory.
func TestJudgingDoesNotAllocate(t *testing.T) {
	r := NewReader(ReaderOptions{})
	for _, text := range [][]byte{
		[]byte(pgbenchSelect), longSelect(1000), []byte(pgbenchPrepared), longDelete(1000), []byte("update t set a = 1 where id = 2"), longDelete(100),
	} {
		for range 3 {
			r.Read(text, safe)
		}
		if n := testing.AllocsPerRun(100, func() { r.Read(text, safe) }); n != 0 {
			t.Errorf("%.30q...: %v allocations", text, n)
		}
	}
	i := 0
	if n := testing.AllocsPerRun(100, func() { i++; harmless(fmt.Appendf(nil, "select %d", i)) }); n > 2 { // those of Appendf
		t.Errorf("a new text: %v allocations", n)
	}
}
