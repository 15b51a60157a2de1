package simulate

import (
	"bytes"
	"slices"
	"strings"

	"github.com/holdfast-db/holdfast/proxy/internal/wire"
)

// replied watches what the core sends to the client: the server's messages in
// their order, byte for byte, but for notices of ours between them, refusals in
// place of the errors that stand for them, and without the answers to the core's
// own questions.
type replied struct {
	c       *conversation
	partial []byte
	queue   []reply // that the server has sent
	canon   []byte  // what the client got, refusals as shadows word them
	sizes   []int   // offsets behind each message of canon
}

func (r *replied) expect(m reply) { r.queue = append(r.queue, m) }

func (r *replied) watch(b []byte) {
	r.partial = append(r.partial, b...)
	for {
		m, rest, ok := split(r.partial)
		if !ok {
			return
		}
		r.partial = rest
		r.message(m)
	}
}

func (r *replied) message(m message) {
	if r.ours(m) {
		return
	}
	r.skipAnswers()
	if len(r.queue) == 0 {
		r.c.fail("the client got %s, which the server did not send", describeMessage(m, false))
		return
	}
	want := r.queue[0]
	if m.kind() == wire.ReadyForQuery && want.kind() == wire.ErrorResponse && r.c.server.dead && r.c.server.unclear {
		return // of our Sync or of the client's: a server that ended before it said more
	}
	r.queue = r.queue[1:]
	r.c.trace("client gets", describeMessage(m, false))
	if want.cause == byRefusal && want.kind() == wire.ErrorResponse && slices.Contains(provoked, wire.ErrorField(want.body(), 'C')) {
		code, hint := r.c.approvals.refusals[want.id], wire.ErrorField(m.body(), 'H')
		cancelled := code == "57014" && hint == ""
		if want.id != hint && !cancelled || wire.ErrorField(m.body(), 'C') != code {
			r.c.fail("the error for hold %q reached the client as %s", want.id, describeMessage(m, false))
		}
		m = report(wire.ErrorResponse, "ERROR", wire.ErrorField(m.body(), 'C'), "refused")
	} else if !bytes.Equal(m, want.message) {
		r.c.fail("the client got %s, but the server's next message is %s", describeMessage(m, false), describeMessage(want.message, false))
	}
	if want.cause != byNobody {
		r.canon = append(r.canon, m...)
		r.sizes = append(r.sizes, len(r.canon))
	}
}

// provoked are the SQLSTATEs of what the server is made to reject.
var provoked = []string{"42601", "42883", "25P02"}

// ours says that a message is a notice of ours, or the error that ends a session.
func (r *replied) ours(m message) bool {
	if m.kind() != wire.NoticeResponse && m.kind() != wire.ErrorResponse || !strings.HasPrefix(wire.ErrorField(m.body(), 'M'), ownWord) {
		return false
	}
	fatal := wire.ErrorField(m.body(), 'V') == "FATAL"
	if m.kind() == wire.ErrorResponse && !fatal {
		return false // a refusal stands for a message of the server
	}
	r.c.trace("client gets", describeMessage(m, false))
	return true
}

// skipAnswers steps over the answers to the core's own questions.
func (r *replied) skipAnswers() {
	for len(r.queue) > 0 && (r.queue[0].cause == byAsk || r.queue[0].cause == byQuestion) {
		if r.queue[0].cause == byQuestion {
			r.queue = r.queue[1:]
			continue
		}
		switch r.queue[0].kind() {
		case wire.ErrorResponse, wire.NoticeResponse, wire.ParameterStatus:
			return
		}
		r.queue = r.queue[1:]
	}
}

// settled says that nothing is left that the client should have.
func (r *replied) settled() bool {
	r.skipAnswers()
	for _, m := range r.queue {
		if m.cause != byAsk { // a setting that our Sync reported, told with the client's next
			return false
		}
	}
	return true
}
