package session

import (
	"github.com/holdfast-db/holdfast/proxy/internal/wire"
)

// Refuse answers the batch that waits with e in the place of its first message
// that must not run. The server gets a message that it must reject, so that it
// aborts the transaction itself; hold, which may be empty, is in the name that
// the server's log shows.
func (c *Core) Refuse(e wire.Error, hold string) bool {
	if c.state != asking || c.Deferred() {
		return false
	}
	if c.afterQuestion(func() { c.Refuse(e, hold) }, "") {
		return true
	}
	at := c.found[0].msg
	if c.suspect > 0 && c.suspect-1 < at {
		at = c.suspect - 1
	}
	c.found, c.suspect = nil, 0
	c.forwardKept(at)
	first, last := c.msgs[0].typ, len(c.msgs)-1
	for i := range c.msgs {
		c.msgs[i].drop = true
	}
	if first != wire.Query && first != wire.FunctionCall {
		c.msgs[last].drop = c.msgs[last].typ != wire.Sync
		c.discarding = c.msgs[last].drop
	}
	if !c.skipping { // else the server ignores the batch anyhow, and the client knows why
		c.reject(first, e, hold)
	}
	c.forwardKept(len(c.msgs))
	c.resume()
	return true
}

// reject puts a message in the server's way that it must reject, and that has the
// same consequences as one of the given type that fails: after a Query and a
// FunctionCall the server is ready again, after any other it skips to Sync. If an
// earlier message of the batch has failed it skips ours as it would have skipped
// the client's, which only a message of the same protocol does.
func (c *Core) reject(typ byte, e wire.Error, hold string) {
	name := "refused by holdfast"
	if hold != "" {
		name = "held by holdfast as " + hold + ", see holdfast show " + hold
	}
	switch {
	case typ == wire.Query:
		c.toServer(wire.AppendNoSQL(nil, name))
	case typ == wire.FunctionCall && (c.dirty || c.queue.len() > 0):
		c.toServer(wire.AppendNoFunction(nil))
	default:
		c.toServer(wire.AppendNoSQLParse(nil, name))
		c.queue.push(reply{kind: expectRefusal, refusal: &e})
		c.dirty = typ != wire.FunctionCall
		if !c.dirty { // a call by itself, with the name in the server's log
			c.toServer(wire.AppendSync(nil))
			c.queue.push(reply{kind: wire.Sync})
		}
		return
	}
	c.queue.push(reply{kind: typ, refusal: &e})
	c.dirty = false
}

// Codes with which the server rejects what stands in the place of a refused
// message. Manual: appendix A.
const (
	codeSyntaxError       = "42601"
	codeUndefinedFunction = "42883"
	codeFailedTransaction = "25P02"
)

// rejected says that an error of this code is the rejection that was provoked,
// and nothing else that ended the server's work just then.
func (r *reply) rejected(code string) bool {
	switch {
	case r.refusal == nil:
		return false
	case r.kind == wire.FunctionCall:
		return code == codeUndefinedFunction || code == codeFailedTransaction
	}
	return code == codeSyntaxError
}
