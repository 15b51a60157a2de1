package session

import (
	"testing"
	"unique"

	"github.com/holdfast-db/holdfast/internal/event"
)

// BenchmarkPreparedTransaction is what a session costs per Bind, Execute and Sync
// of an allowed statement and its reply.
func BenchmarkPreparedTransaction(b *testing.B) {
	s := newScript(b, Enforce)
	s.client("P:s:select 1 S", "", parse("s", "select 1"), sync())
	s.server("", "1 Z:I", parsed(), ready('I'))
	benchmark(b, s.core,
		encode(b, bindTo("", "s"), describe('P', ""), execute(""), sync()),
		encode(b, bound(), noData(), row("1"), complete("SELECT 1"), ready('I')))
}

// BenchmarkSimpleQuery is the same for a Query whose text was seen before.
func BenchmarkSimpleQuery(b *testing.B) {
	s := newScript(b, Enforce)
	benchmark(b, s.core,
		encode(b, query("SELECT abalance FROM pgbench_accounts WHERE aid = 4711")),
		encode(b, row("1"), complete("SELECT 1"), ready('I')))
}

func benchmark(b *testing.B, c *Core, client, server []byte) {
	b.ReportAllocs()
	for b.Loop() {
		c.Client(client)
		c.Take()
		c.Server(server)
		c.Take()
	}
	if n := c.queue.len(); n != 0 {
		b.Fatalf("%d replies are still expected", n)
	}
}

// BenchmarkKeyedDelete is what a session costs per keyed DELETE, prepared and as a Query
// with values in its text, with its rows summed and without.
func BenchmarkKeyedDelete(b *testing.B) {
	b.Run("sums", func(b *testing.B) {
		s := newScript(b, Enforce)
		s.core.cfg.Tally = func(unique.Handle[event.Origin], []event.Sum) {}
		s.client("P:s:delete from orders where id = $1 B::s E:", "", parse("s", "delete from orders where id = $1"), bindTo("", "s"), execute(""))
		s.server("", "1 2", parsed(), bound())
		b.ReportAllocs()
		for b.Loop() {
			s.core.tagged(s.core.queue.head(), []byte("DELETE 1\x00"))
			s.core.readyTally('I')
		}
	})
	b.Run("sums of a SELECT", func(b *testing.B) {
		s := newScript(b, Enforce)
		s.core.cfg.Tally = func(unique.Handle[event.Origin], []event.Sum) {}
		for b.Loop() {
			s.core.tagged(nil, []byte("SELECT 1\x00"))
			s.core.readyTally('I')
		}
	})
	for _, sums := range []bool{false, true} {
		name := "unsummed"
		if sums {
			name = "summed"
		}
		tallied := func(s *script) *Core {
			if sums {
				s.core.cfg.Tally = func(unique.Handle[event.Origin], []event.Sum) {}
			}
			return s.core
		}
		b.Run("prepared/"+name, func(b *testing.B) {
			s := newScript(b, Enforce)
			const text = "delete from orders where id = $1"
			s.client("P:s:"+text+" S", "", parse("s", text), sync())
			s.server("", "1 Z:I", parsed(), ready('I'))
			benchmark(b, tallied(s),
				encode(b, bindTo("", "s"), execute(""), sync()),
				encode(b, bound(), complete("DELETE 1"), ready('I')))
		})
		b.Run("query/"+name, func(b *testing.B) {
			s := newScript(b, Enforce)
			benchmark(b, tallied(s), encode(b, query("delete from orders where id = 4711")), encode(b, complete("DELETE 1"), ready('I')))
		})
		b.Run("select/"+name, func(b *testing.B) {
			s := newScript(b, Enforce)
			benchmark(b, tallied(s), encode(b, query("SELECT abalance FROM pgbench_accounts WHERE aid = 4711")),
				encode(b, row("1"), complete("SELECT 1"), ready('I')))
		})
	}
}

// BenchmarkFirstWord is what each text costs, whatever it says.
func BenchmarkFirstWord(b *testing.B) {
	for _, text := range []string{"SELECT 1", "update t set a = 1", "COMMIT", "ROLLBACK", "frobnicate"} {
		b.Run(text[:6], func(b *testing.B) {
			sent := []byte(text)
			for b.Loop() {
				firstWord(sent)
			}
		})
	}
}
