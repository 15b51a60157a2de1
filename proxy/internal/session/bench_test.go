package session

import (
	"fmt"
	"testing"
	"unique"

	"github.com/jackc/pgx/v5/pgproto3"

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

// tpcb is the transaction of pgbench, with its parameters.
var tpcb = []string{
	"BEGIN;",
	"UPDATE pgbench_accounts SET abalance = abalance + $1 WHERE aid = $2;",
	"SELECT abalance FROM pgbench_accounts WHERE aid = $1;",
	"UPDATE pgbench_tellers SET tbalance = tbalance + $1 WHERE tid = $2;",
	"UPDATE pgbench_branches SET bbalance = bbalance + $1 WHERE bid = $2;",
	"INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) VALUES ($1, $2, $3, $4, CURRENT_TIMESTAMP);",
	"END;",
}

// BenchmarkTPCB is what 64 sessions cost per transaction of pgbench, by turns, so that
// little of a session is near the processor when its turn comes: with statements that
// are prepared once, and with each of them prepared anew.
func BenchmarkTPCB(b *testing.B) {
	tags := []string{"BEGIN", "UPDATE 1", "SELECT 1", "UPDATE 1", "UPDATE 1", "INSERT 0 1", "COMMIT"}
	for _, protocol := range []string{"prepared", "extended"} {
		b.Run(protocol, func(b *testing.B) {
			var client, server [][]byte
			for i, text := range tpcb {
				status := byte('T')
				if i == len(tpcb)-1 {
					status = 'I'
				}
				values := &pgproto3.Bind{PreparedStatement: fmt.Sprint("P0_", i), Parameters: [][]byte{[]byte("4711"), []byte("42")}}
				var request, answer []byte
				if protocol == "extended" {
					values.PreparedStatement = ""
					request, answer = encode(b, parse("", text)), encode(b, parsed())
				}
				client = append(client, append(request, encode(b, values, describe('P', ""), execute(""), sync())...))
				server = append(server, append(answer, encode(b, bound(), noData(), complete(tags[i]), ready(status))...))
			}
			var cores [64]*Core
			for i := range cores {
				s := newScript(b, Enforce)
				s.core.cfg.Tally = func(unique.Handle[event.Origin], []event.Sum) {}
				for j, text := range tpcb {
					name := fmt.Sprint("P0_", j)
					s.client("P:"+name+":"+text+" S", "", parse(name, text), sync())
					s.server("", "1 Z:I", parsed(), ready('I'))
				}
				cores[i] = s.core
			}
			b.ReportAllocs()
			b.ResetTimer()
			for i := range b.N {
				c := cores[i%len(cores)]
				for j := range client {
					c.Client(client[j])
					c.Take()
					c.Server(server[j])
					c.Take()
				}
			}
			if n := cores[0].queue.len(); n != 0 {
				b.Fatalf("%d replies are still expected", n)
			}
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
