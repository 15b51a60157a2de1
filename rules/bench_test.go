package rules

import (
	"fmt"
	"strings"
	"testing"
)

func kilobyte() []byte {
	return []byte(strings.Repeat("select o.id, o.total, lower(c.name) from orders o join customers c on c.id = o.customer_id "+
		"where o.status in ('open', 'paid') and o.total > 100 order by o.created_at desc limit 50 offset 100;\n", 6)[:1020] + "0")
}

func BenchmarkPrefilter(b *testing.B) {
	text := kilobyte()
	r := NewReader(ReaderOptions{})
	if f := r.Read(text, safe); !f.Harmless {
		b.Fatalf("%+v", f)
	}
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		r.Read(text, safe)
	}
}

func BenchmarkCacheHit(b *testing.B) {
	r := NewReader(ReaderOptions{})
	for _, c := range []struct{ name, text string }{
		{"short", "update pgbench_accounts set abalance = abalance + $1 where aid = $2"},
		{"1KB", "delete from t where id = 1 and name in ('" + strings.Repeat("x', '", 190) + "')"},
	} {
		b.Run(c.name, func(b *testing.B) {
			text := []byte(c.text)
			r.Read(text, safe)
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				r.Read(text, safe)
			}
		})
	}
}

func BenchmarkMiss(b *testing.B) {
	r := NewReader(ReaderOptions{})
	for i := 0; b.Loop(); i++ {
		r.Read(fmt.Appendf(nil, "update pgbench_accounts set abalance = abalance + %d where aid = %d", i%7, i), safe)
	}
}

func BenchmarkJudge(b *testing.B) {
	f := NewReader(ReaderOptions{}).Read([]byte("update pgbench_accounts set abalance = abalance + 1 where aid = 1"), safe)
	p := DefaultPolicy()
	b.ReportAllocs()
	for b.Loop() {
		p.Judge(Origin{}, f, nil)
	}
}

func BenchmarkNormalize(b *testing.B) {
	text := kilobyte()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Normalize(text)
	}
}
