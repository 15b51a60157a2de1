package session

import (
	"fmt"
	"slices"

	"github.com/holdfast-db/holdfast/proxy/internal/wire"
	"github.com/holdfast-db/holdfast/rules"
)

// message is a message of the client that was judged and not yet forwarded.
type message struct {
	typ      byte
	limit    int32 // Execute: rows at most; 0 is all
	off, end int   // in the bytes that are kept, header included

	serial    uint64       // of the message in the session
	name      string       // Parse: the statement; Bind and Execute: the portal; Close: either
	closeKind byte         // Close: 'S' or 'P'
	word      word         // Query and Execute: that the text begins with
	facts     *rules.Facts // Query and Execute: what it runs
	hold      string       // id of the released hold whose end the reply tells
	changes   bool         // may change how later text is read
	spared    bool         // people need not be asked, as the server says
	unread    bool         // nothing was recorded of it: the server skips it, or it is dropped
	drop      bool         // not forwarded
}

// endsBatch says that the server answers the message with ReadyForQuery.
func (m *message) endsBatch() bool {
	return m.typ == wire.Sync || m.typ == wire.Query || m.typ == wire.FunctionCall
}

// scan judges one complete message. It is false when nothing behind it may be
// looked at for now.
func (c *Core) scan(typ byte, body []byte) bool {
	n := wire.HeaderLen + len(body)
	c.serial++
	if c.skipped(typ, n) {
		return true
	}
	switch typ {
	case wire.Query:
		return c.scanQuery(body, n)
	case wire.Parse:
		return c.scanParse(body, n)
	case wire.Bind:
		f, ok := wire.ReadBind(body)
		if !ok {
			return c.malformed(typ, n, noTerminator)
		}
		c.scanBind(f, n)
	case wire.Execute:
		return c.scanExecute(body, n)
	case wire.Close:
		kind, name, ok := wire.ReadKindName(body)
		if !ok {
			return c.malformed(typ, n, closeFault(body))
		}
		c.push(message{typ: typ, closeKind: kind, name: string(c.key(name))}, n)
	case wire.FunctionCall:
		return c.scanFunctionCall(body, n)
	case wire.CopyData:
		c.scanCopyData(n)
	case wire.Sync:
		c.oddSync = c.oddSync || len(body) > 0
		c.push(message{typ: typ}, n)
	case wire.Flush:
		if len(body) > 0 { // an error that answers nothing would be taken for another's
			return c.malformed(typ, n, tooLong)
		}
		c.push(message{typ: typ}, n)
	default: // Describe, CopyDone, CopyFail, Terminate
		c.push(message{typ: typ}, n)
	}
	return true
}

// skipped takes messages that will never run: the server ignores them after an
// error, or a refusal took the place of their batch. Sync ends both.
func (c *Core) skipped(typ byte, n int) bool {
	if !c.ignored() && !c.discarding {
		return false
	}
	if typ == wire.Sync || typ == wire.Terminate {
		c.oddSync = c.oddSync || n > wire.HeaderLen
		c.push(message{typ: typ}, n)
		c.discarding = false
		return true
	}
	c.push(message{typ: typ, unread: true, drop: c.discarding}, n)
	return true
}

// ignored says that the server will ignore what is scanned next: it skips to a
// Sync, and none is among the messages that were scanned and not yet forwarded.
func (c *Core) ignored() bool { return c.skipping && c.syncs == 0 }

// count counts a statement that is about to be judged, once.
func (c *Core) count() {
	if c.scanned >= c.again {
		c.out.Statements++
	}
}

// scanCopyData joins runs of copy data: one message for many.
func (c *Core) scanCopyData(n int) {
	if last := len(c.msgs) - 1; last >= 0 && c.msgs[last].typ == wire.CopyData {
		c.scanned += n
		c.msgs[last].end = c.scanned
		return
	}
	c.push(message{typ: wire.CopyData}, n)
}

func (c *Core) scanQuery(body []byte, n int) bool {
	text, more, ok := wire.ReadQuery(body)
	if !ok {
		return c.malformed(wire.Query, n, noTerminator)
	}
	if more {
		return c.malformed(wire.Query, n, tooLong)
	}
	if c.mustWait(text, true) {
		return false
	}
	facts := c.read(text)
	c.count()
	i := len(c.msgs)
	c.noteUncertain(facts)
	verdict := c.judge(facts)
	c.registerSQLNames(facts)
	c.push(message{typ: wire.Query, word: firstWord(text), facts: facts, changes: facts.ChangesSettings}, n)
	c.weigh(&finding{msg: i, verdict: verdict, facts: facts}, text, nil)
	return len(c.found) == 0
}

func (c *Core) scanParse(body []byte, n int) bool {
	f, ok := wire.ReadParse(body)
	if !ok {
		return c.malformed(wire.Parse, n, parseFault(f))
	}
	if c.mustWait(f.Text, false) {
		return false
	}
	p := c.prepare(f)
	name := string(c.key(f.Name))
	c.push(message{typ: wire.Parse, name: name}, n)
	c.statements.define(name, definition{prepared: p, batch: c.batch, serial: c.serial})
	if c.suspect == 0 && stops(p.verdict.Action) && c.cfg.Mode == Enforce {
		c.suspect = len(c.msgs)
	}
	return true
}

// prepare reads and judges a text that is given to Parse.
func (c *Core) prepare(f wire.ParseFields) *prepared {
	facts, word := c.read(f.Text), firstWord(f.Text)
	if facts.Harmless {
		return &harmlessTexts[word]
	}
	p := prepared{facts: facts, word: word}
	_, p.counts = alone(facts)
	c.judgePrepared(&p)
	keeps := mayStop(facts)
	if again := c.recent.find(&p, keeps, f.Text, f.Types); again != nil {
		return again
	}
	kept := new(prepared)
	*kept = p
	if keeps {
		c.keepTexts(kept, f.Text, f.Types)
	}
	c.recent.add(kept)
	return kept
}

// scanBind is where a prepared statement is decided: planning, which Bind does,
// already runs functions and takes locks.
func (c *Core) scanBind(f wire.BindFields, n int) {
	i := len(c.msgs)
	b, known := c.worstStatement(c.key(f.Statement))
	if !known {
		b = unknownStatement(f.Statement)
	}
	portal := string(c.key(f.Portal))
	c.push(message{typ: wire.Bind, name: portal, changes: b.facts.ChangesSettings}, n)
	if a := b.verdict.Action; a != rules.Allow && a != rules.Measure { // which is noted when it is executed
		found := b.finding(i)
		c.weigh(&found, nil, wire.BindValues(f.Rest))
	}
	b.asked, b.batch, b.serial = stops(b.verdict.Action), c.batch, c.serial
	b.bodies = c.bodies(&b)
	c.portals.define(portal, b)
}

// bindIsFree says that a Bind to this statement needs no asking.
func (c *Core) bindIsFree(f wire.BindFields) bool {
	b, known := c.worstStatement(c.key(f.Statement))
	return known && !stops(b.verdict.Action)
}

func (c *Core) scanExecute(body []byte, n int) bool {
	name, limit, ok := wire.ReadExecute(body)
	if !ok {
		return c.malformed(wire.Execute, n, executeFault(body))
	}
	portal := c.key(name)
	c.count()
	i := len(c.msgs)
	b, known := c.portal(portal)
	if !known {
		b = unknownPortal(name)
	}
	c.push(message{typ: wire.Execute, limit: limit, name: string(portal), word: b.word, facts: b.facts, changes: b.facts.ChangesSettings}, n)
	c.registerSQLNames(b.facts)
	if b.asked && slices.Equal(b.bodies, c.bodies(&b)) {
		return true
	}
	verdict := &b.verdict
	if runsPrepared(b.facts) {
		c.noteUncertain(b.facts)
		anew := c.judge(b.facts) // the name may stand for something else by now
		verdict = &anew
	}
	if verdict.Action == rules.Measure {
		c.uncounted(verdict.Effects)
	}
	if stops(verdict.Action) {
		found := b.finding(i)
		found.verdict = *verdict
		c.weigh(&found, nil, nil)
	}
	return true
}

func (c *Core) scanFunctionCall(body []byte, n int) bool {
	if len(body) < 4 {
		return c.malformed(wire.FunctionCall, n, tooShort)
	}
	oid := uint32(body[0])<<24 | uint32(body[1])<<16 | uint32(body[2])<<8 | uint32(body[3])
	i := len(c.msgs)
	verdict := c.cfg.Policy().JudgeCall(c.cfg.Origin, oid)
	c.push(message{typ: wire.FunctionCall, changes: stops(verdict.Action)}, n)
	text := fmt.Appendf(nil, "-- FunctionCall of the function with OID %d", oid)
	c.weigh(&finding{msg: i, verdict: verdict, types: keptValues(body)}, text, nil)
	return len(c.found) == 0
}
