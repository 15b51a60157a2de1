package simulate

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/proxy/internal/session"
	"github.com/holdfast-db/holdfast/proxy/internal/wire"
	"github.com/holdfast-db/holdfast/rules"
)

// approval is a batch that people let go.
type approval struct {
	id       string
	from, to int      // messages of the client that were forwarded for it
	texts    []string // each once, however often it is in the batch
	times    int      // statements that were asked about, of texts with one statement
	binding  string
	path     []string // search_path, if it is part of the binding
	single   bool

	cancelled bool // before anything of it was sent
}

// approvals are what people said.
type approvals struct {
	c        *conversation
	list     []*approval
	refusals map[string]string // SQLSTATE by hold; "" is a refusal by rule
}

// refuse refuses what is held, as hold id with a SQLSTATE.
func (c *conversation) refuse(id, code string) {
	c.approvals.refuse(id, code)
	c.forwarded.refusing = id
	refused := c.core.Refuse(wire.Error{Code: code, Message: ownWord + "refused", Hint: id}, id)
	if refused == c.closed {
		c.fail("hold %q: refused %v, its session has ended %v", id, refused, c.closed)
	}
	if refused {
		c.act()
	}
	c.forwarded.refusing = ""
	if c.core.Deferred() {
		c.deferred = &deferral{refusing: id}
		c.world.stats.Deferred++
	}
	if refused {
		c.again(id)
	}
}

func (p *approvals) refuse(id, code string) {
	if p.refusals == nil {
		p.refusals = map[string]string{}
	}
	p.refusals[id] = code
}

// release lets what is held go.
func (c *conversation) release(a *session.Ask, id string) {
	if c.closed {
		if c.core.Release(id) {
			c.fail("hold %s was released after the end of its session", id)
		}
		c.finish(id, hold.Failed, "not sent: the session ended first")
		return
	}
	c.world.ledger.checkRelease(id)
	c.core.Notice(wire.Error{Message: ownWord + "released"})
	ok := &approval{
		id: id, from: c.forwarded.at, texts: strings.Split(a.SQL, "\n\n"), times: len(a.Statements),
		binding: a.Binding, single: len(a.Statements) == 1,
	}
	if a.PathKnown {
		ok.path = []string{"search_path", a.SearchPath}
	}
	c.approvals.list = append(c.approvals.list, ok)
	delete(c.ended, id)
	if !c.core.Release(id) {
		c.fail("what was held could not be released")
	}
	out := c.forwarded.at
	c.act()
	ok.to = max(out, c.forwarded.at)
	if c.core.Deferred() {
		c.deferred = &deferral{approved: ok}
		c.world.stats.Deferred++
	}
	c.again(id)
}

// again checks that a hold that was answered cannot be answered again.
func (c *conversation) again(id string) {
	if c.held == nil && (c.core.Release(id) || c.core.Refuse(wire.Error{Code: "ZH002"}, id)) {
		c.fail("hold %s was answered twice", id)
	}
}

// checkEffect is called before the server destroys something.
func (c *conversation) checkEffect(e effect) {
	if c.mode != session.Enforce {
		return
	}
	for _, a := range c.approvals.list {
		if e.cause < a.from || e.cause >= a.to {
			continue
		}
		asked := slices.ContainsFunc(a.texts, func(text string) bool { return strings.TrimSpace(text) == strings.TrimSpace(e.text) })
		if !asked || a.cancelled || a.times == 0 || a.single && a.binding != digest(e, a.path) {
			continue
		}
		if !strings.Contains(e.text, ";") { // else one text destroys several times
			a.times--
		}
		c.world.ledger.checkEffect(a.id)
		c.checkScope(a.id)
		c.effects = append(c.effects, a.id)
		return
	}
	c.fail("the server runs [%d] %q, which nobody approved", e.cause, e.text)
}

// effectsSettled is called at the end of a transaction: what it destroyed is gone for
// good, or is back.
func (c *conversation) effectsSettled(committed bool) {
	for _, id := range c.effects {
		if f := c.world.ledger.byID[id]; f != nil && committed {
			f.lasts = true
		}
	}
	c.effects = nil
}

// effectsMarked is called when a savepoint is set: a return to it brings back what was
// destroyed since.
func (c *conversation) effectsMarked() (undo func()) {
	n := len(c.effects)
	return func() { c.effects = c.effects[:min(n, len(c.effects))] }
}

// digest is what a confirmation of one statement is bound to.
func digest(e effect, path []string) string {
	all := sha256.New()
	values := e.rest
	if values != nil {
		values = wire.BindValues(values)
	}
	parts := [][]byte{rules.Normalize([]byte(e.text)), e.types, values}
	for _, p := range path {
		parts = append(parts, []byte(p))
	}
	for _, part := range parts {
		sum := sha256.Sum256(part)
		all.Write(sum[:])
	}
	return hex.EncodeToString(all.Sum(nil))
}

// ended checks what is told about a hold that was released.
func (p *approvals) ended(e session.Ended) {
	c := p.c
	c.trace("core tells", fmt.Sprintf("%s ended: %q, failed: %v", e.ID, e.Result, e.Failed))
	i := len(p.list) - 1 // a grant may be sent several times
	for i >= 0 && p.list[i].id != e.ID {
		i--
	}
	if _, twice := c.ended[e.ID]; twice || i < 0 {
		c.fail("the end of hold %s is told twice, or it was never approved", e.ID)
		return
	}
	c.ended[e.ID] = e
	a := p.list[i]
	if a.cancelled {
		if !e.Failed || !strings.HasPrefix(e.Result, "not sent: ") {
			c.fail("hold %s was cancelled before it was sent, and is said to have ended with %q", e.ID, e.Result)
		}
		return
	}
	if e.Failed {
		if !c.failedIn(a, e.Result) {
			c.fail("hold %s is said to have failed with %q, but nothing failed", e.ID, e.Result)
		}
		return
	}
	for cause := a.from; cause < a.to; cause++ {
		if slices.Contains(c.server.tags[cause], e.Result) {
			return
		}
	}
	if e.Result != "" {
		c.fail("hold %s is said to have ended with %q, which the server did not say", e.ID, e.Result)
	}
}

// failedIn says that the server failed something with the error told, in the
// batch that was released.
func (c *conversation) failedIn(a *approval, told string) bool {
	ends := func(m message) bool { return m.kind() == wire.Sync || m.kind() == wire.Query }
	from, to := a.from, a.to
	for from > 0 && !ends(c.sent[from-1]) {
		from--
	}
	for to > 0 && to < len(c.sent) && !ends(c.sent[to-1]) {
		to++
	}
	for _, r := range c.server.out {
		if r.kind() != wire.ErrorResponse || r.cause >= to || r.cause >= 0 && r.cause < from {
			continue
		}
		if strings.HasPrefix(told, "skipped") || strings.HasPrefix(told, wire.ErrorField(r.body(), 'C')) {
			return true
		}
	}
	return false
}
