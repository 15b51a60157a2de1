package simulate

import (
	"bytes"
	"fmt"

	"github.com/holdfast-db/holdfast/proxy/internal/wire"
)

// shadow is the same client's session without holdfast: a second server that gets
// the client's messages directly and refuses by itself what people refused. What
// it says is what the client must see.
type shadow struct {
	c      *conversation
	server *server
	at     int // messages of the client
	sizes  int // replies compared
	bytes  int
}

func newShadow(c *conversation) *shadow {
	s := &shadow{c: c, server: c.newServer()}
	s.server.fault = c.fault
	s.server.deaf = true
	return s
}

// compare plays what the client has sent since, and checks that the client has
// got all replies that it is sure to get, and no other.
func (s *shadow) compare() {
	for ; s.at < len(s.c.sent); s.at++ {
		t, refused := s.c.forwarded.refused[s.at]
		if !refused && s.at >= s.c.forwarded.at {
			break
		}
		if s.server.dead {
			return
		}
		if refused {
			s.server.reject(s.c.sent[s.at], s.at, s.c.approvals.refusals[t.id])
			continue
		}
		s.server.process(s.c.sent[s.at], s.at, "")
	}
	s.checkKept()
	got, want := s.c.replied.sizes, s.server.out
	defer func() {
		for i := max(0, len(got)-5); s.c.world.failed != nil && i < len(want); i++ {
			s.c.trace("without us", fmt.Sprintf("[%d] %s", want[i].cause, describeMessage(want[i].message, false)))
		}
	}()
	if len(got) < s.server.promised {
		s.c.fail("the client waits: nothing is under way, and it has got %d of %d replies; the next one is %s",
			len(got), s.server.promised, describeMessage(want[len(got)].message, false))
		return
	}
	for ; s.sizes < len(got); s.sizes++ {
		m := s.c.replied.canon[s.bytes:got[s.sizes]]
		s.bytes = got[s.sizes]
		if s.sizes >= len(want) {
			s.c.fail("the client got %s, which it would not have got without holdfast", describeMessage(m, false))
			return
		}
		if !bytes.Equal(m, want[s.sizes].message) {
			s.c.fail("the client got %s, without holdfast it would have been %s",
				describeMessage(m, false), describeMessage(want[s.sizes].message, false))
			return
		}
	}
}

// checkKept: what the core keeps back for a while is nothing that the client
// waits for an answer to.
func (s *shadow) checkKept() {
	f := &s.c.forwarded
	if f.discard || s.c.server.ignoring {
		return
	}
	for i := f.at; i < len(s.c.sent); i++ {
		switch m := s.c.sent[i]; m.kind() {
		case wire.Query, wire.FunctionCall, wire.Sync, wire.Flush:
			s.c.fail("the client waits: nothing is under way, and the core keeps [%d] %s", i, describeMessage(m, true))
			return
		}
	}
}
