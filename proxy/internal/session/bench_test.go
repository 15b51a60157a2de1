package session

import "testing"

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
