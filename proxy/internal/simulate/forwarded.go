package simulate

import (
	"bytes"
	"strings"

	"github.com/holdfast-db/holdfast/proxy/internal/wire"
)

// ownWord begins every text of ours, so that it can be told from the server's.
const ownWord = "holdfast: "

// tag says whose a message on its way to the server is.
type tag struct {
	cause int
	id    string // of the hold, for a refusal
}

// forwarded watches what the core sends to the server: the client's messages in
// their order, byte for byte, but for refusals in the place of a batch's rest and
// the core's own questions.
type forwarded struct {
	c         *conversation
	partial   []byte
	tags      []tag
	at        int         // messages of the client that were forwarded or refused
	refused   map[int]tag // by the message in whose place the refusal stands
	ownSync   bool        // a refused FunctionCall: the Sync behind the refusal is ours
	discard   bool        // until the client's Sync
	maybe     bool        // after the core has asked where the server is: the same, perhaps
	asking    int         // messages of a question still to come
	names     bool        // it is about names, and a Sync comes behind them
	questions int         // about names, so far

	refusing string // the hold that people refuse just now
}

// where is how the core asks where the server is.
var where = wire.AppendWhere(nil, "_holdfast_ask")

// next is the tag of the message that the server takes now.
func (f *forwarded) next() tag {
	t := f.tags[0]
	f.tags = f.tags[1:]
	return t
}

func (f *forwarded) watch(b []byte) {
	if len(f.partial) == 0 && bytes.Equal(b, where) {
		f.asking, f.maybe = 3, true
	}
	f.partial = append(f.partial, b...)
	for {
		m, rest, ok := split(f.partial)
		if !ok {
			return
		}
		f.partial = rest
		f.message(m)
	}
}

func (f *forwarded) message(m message) {
	switch {
	case f.asking > 0:
		f.asking--
		f.tags = append(f.tags, tag{cause: f.question()})
	case f.ownSync:
		f.ownSync = false
		if m.kind() != wire.Sync {
			f.c.fail("after a refused FunctionCall the server got %s instead of a Sync", describeMessage(m, true))
		}
		f.tags = append(f.tags, tag{cause: byOwnSync})
	case f.refusal(m):
	case m.kind() == wire.Parse && bytes.HasPrefix(m.body(), []byte("_holdfast_ask\x00")):
		f.asking = 5 // Bind, Execute, Close, Close, Flush
		if p, _ := wire.ReadParse(m.body()); !bytes.Contains(p.Text, []byte("'standard_conforming_strings'")) {
			f.asking, f.names = 4, true
		}
		f.tags = append(f.tags, tag{cause: f.question()})
	case closesOurs(m):
		f.tags = append(f.tags, tag{cause: f.question()})
	case f.names:
		if m.kind() != wire.Sync {
			f.c.fail("a question about names is followed by %s instead of a Sync", describeMessage(m, true))
		}
		f.tags = append(f.tags, tag{cause: byQuestion})
		f.names = false
		f.questions++
	default:
		f.clients(m)
	}
}

// closesOurs says that a message closes what an earlier question has left open.
func closesOurs(m message) bool {
	if m.kind() != wire.Close {
		return false
	}
	_, name, _ := wire.ReadKindName(m.body())
	return string(name) == "_holdfast_ask"
}

// question is the cause of what belongs to the question under way.
func (f *forwarded) question() int {
	if f.names {
		return byQuestion
	}
	return byAsk
}

// refusal takes a message that the server must reject.
func (f *forwarded) refusal(m message) bool {
	id, ok := f.refusedBy(m)
	if !ok {
		return false
	}
	if f.at >= len(f.c.sent) {
		f.c.fail("a refusal, but the client waits for nothing")
		return true
	}
	t := tag{cause: byRefusal, id: id}
	if f.refused == nil {
		f.refused = map[int]tag{}
	}
	f.refused[f.at] = t
	f.tags = append(f.tags, t)
	f.c.trace("core refuses", describeMessage(f.c.sent[f.at], true))
	switch kind := f.c.sent[f.at].kind(); {
	case kind == wire.Query || kind == wire.FunctionCall:
		f.ownSync = m.kind() == wire.Parse
		if f.ownSync != (kind == wire.FunctionCall) && m.kind() != kind {
			f.c.fail("%s is refused by %s", describeMessage(f.c.sent[f.at], true), describeMessage(m, true))
		}
		f.drop()
	case m.kind() != wire.Parse:
		f.c.fail("%s is refused by %s", describeMessage(f.c.sent[f.at], true), describeMessage(m, true))
	default:
		f.discard = true
	}
	return true
}

// refusedBy is the hold that a message refuses; ok is false when it refuses none.
func (f *forwarded) refusedBy(m message) (id string, ok bool) {
	name := ""
	switch m.kind() {
	case wire.Parse:
		p, _ := wire.ReadParse(m.body())
		name = strings.Trim(string(p.Text), `"`)
	case wire.Query:
		text, _, _ := wire.ReadQuery(m.body())
		name = strings.Trim(string(text), `"`)
	case wire.FunctionCall:
		return f.refusing, bytes.Equal(m, wire.AppendNoFunction(nil))
	}
	id, held := strings.CutPrefix(name, "held by holdfast as ")
	id, _, _ = strings.Cut(id, ",")
	if !held {
		id = ""
	}
	if name == "refused by holdfast" && f.refusing == withdrawn {
		id, f.refusing = withdrawn, ""
	}
	return id, held || name == "refused by holdfast"
}

func (f *forwarded) drop() { f.at++ }

// clients takes a message that must be the client's next one.
func (f *forwarded) clients(m message) {
	if f.discard || f.c.server.ignoring || f.maybe && m.kind() == wire.Sync {
		f.skipTo(m)
	}
	f.maybe = false
	if f.at >= len(f.c.sent) {
		f.c.fail("the server got %s, which the client did not send", describeMessage(m, true))
		return
	}
	if want := f.c.sent[f.at]; !bytes.Equal(m, want) {
		f.c.fail("the server got %s, but the client's next message is [%d] %s", describeMessage(m, true), f.at, describeMessage(want, true))
	}
	f.c.trace("core forwards", describeMessage(m, true))
	f.tags = append(f.tags, tag{cause: f.at})
	f.at++
}

// skipTo steps over what a refusal took the place of, up to Sync. What the server
// ignores anyhow may be left out as well.
func (f *forwarded) skipTo(m message) {
	if m.kind() != wire.Sync && m.kind() != wire.Terminate {
		if f.discard {
			f.c.fail("the server got %s of a batch that was refused", describeMessage(m, true))
		}
		for f.at < len(f.c.sent) && !bytes.Equal(f.c.sent[f.at], m) && f.c.sent[f.at].kind() != wire.Sync {
			f.drop()
		}
		return
	}
	f.discard = false
	for f.at < len(f.c.sent) && f.c.sent[f.at].kind() != m.kind() {
		f.drop()
	}
}
