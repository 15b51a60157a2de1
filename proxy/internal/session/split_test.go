package session

import (
	"math/rand/v2"
	"testing"
)

// FuzzSplit plays one conversation with the bytes of both sides split at random
// places: what comes out in all must not depend on the splits.
func FuzzSplit(f *testing.F) {
	f.Add(uint64(1))
	f.Add(uint64(42))
	f.Fuzz(func(t *testing.T, seed uint64) {
		whole := playSplit(t, nil)
		parts := playSplit(t, rand.New(rand.NewPCG(seed, 7)))
		if whole != parts {
			t.Errorf("seed %d:\n%s\nbut in one piece:\n%s", seed, parts, whole)
		}
	})
}

// step is one exchange: the client sends, people answer, the server sends.
type exchange struct {
	client  []encoder
	release bool
	refuse  bool
	server  []encoder
}

func splitConversation() []exchange {
	return []exchange{
		{client: []encoder{query("select 1")}, server: []encoder{row("1"), complete("SELECT 1"), ready('I')}},
		{client: []encoder{query("drop table t")}, release: true, server: []encoder{complete("DROP TABLE"), ready('I')}},
		{client: []encoder{parse("a", "delete from t where id = $1"), describe('S', "a"), sync()}, server: []encoder{parsed(), noData(), ready('I')}},
		{client: []encoder{bindTo("", "a"), execute(""), sync()}, server: []encoder{bound(), complete("DELETE 1"), ready('I')}},
		{client: []encoder{query("truncate t")}, refuse: true, server: []encoder{failure("26000"), ready('I')}},
		{client: []encoder{query("copy t from stdin")}, server: []encoder{copyIn()}},
		{client: []encoder{copyData("1\n2\n"), copyData("3\n"), copyDone()}, server: []encoder{complete("COPY 3"), ready('I')}},
		{client: []encoder{query("notify x")}, server: []encoder{noticeOf("00000"), complete("NOTIFY"), ready('I')}},
	}
}

func playSplit(t *testing.T, r *rand.Rand) string {
	s := newScript(t, Enforce)
	var toServer, toClient []byte
	take := func() {
		out := s.answered(s.core.Take())
		toServer = append(toServer, join(out.ToServer)...)
		toClient = append(toClient, join(out.ToClient)...)
	}
	feed := func(b []byte, in func([]byte)) {
		for len(b) > 0 {
			n := len(b)
			if r != nil {
				n = 1 + r.IntN(len(b))
			}
			chunk := append([]byte(nil), b[:n]...)
			in(chunk)
			take()
			clear(chunk) // what went in may be used again once it is written
			b = b[n:]
		}
	}
	for _, x := range splitConversation() {
		feed(encode(t, x.client...), s.core.Client)
		if x.release && !s.core.Release("a") || x.refuse && !s.core.Refuse(denied, "b") {
			t.Error("nothing was held")
		}
		take()
		feed(encode(t, x.server...), s.core.Server)
	}
	return clientWords(toServer) + "\n" + serverWords(toClient)
}

// FuzzClientBytes throws bytes at a session from both sides: no panic, and nothing
// that destroys goes on unasked.
func FuzzClientBytes(f *testing.F) {
	f.Add([]byte("Q\x00\x00\x00\x11drop table t\x00"), []byte("Z\x00\x00\x00\x05I"))
	f.Add([]byte("P\x00\x00\x00\x16\x00drop table t\x00\x00\x00B\x00\x00\x00\x0c\x00\x00\x00\x00\x00\x00\x00\x00"), []byte{'1', 0, 0, 0, 4})
	f.Fuzz(func(t *testing.T, client, server []byte) {
		s := newScript(t, Enforce)
		for len(client) > 0 || len(server) > 0 {
			n := min(len(client), 37)
			s.core.Client(client[:n])
			client = client[n:]
			m := min(len(server), 23)
			s.core.Server(server[:m])
			server = server[m:]
			s.core.Take()
		}
	})
}
