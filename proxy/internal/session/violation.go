package session

import (
	"github.com/holdfast-db/holdfast/proxy/internal/wire"
)

// What a client can do wrong is answered as the server answers it: by the server
// itself where no more than a header has to reach it, in its words otherwise.

// Messages of the server about a body that is not as it should be: pqformat.c.
const (
	noTerminator = "invalid string in message"
	tooShort     = "insufficient data left in message"
	nothingLeft  = "no data left in message"
	tooLong      = "invalid message format"
)

// lost acts on a header with which nobody can know where the next message begins.
// The server gets that header and ends the session for it, after everything that
// came before; what follows goes nowhere.
func (c *Core) lost() {
	switch {
	case c.cfg.Mode == Observe:
		c.raw = true
	case len(c.found) == 0: // else that is settled first
		c.push(message{unread: true}, wire.HeaderLen)
		c.suspect = 0
		c.deaf = true
	}
}

// malformed refuses a message of n bytes whose fields do not fill it, with the
// error that the server has for it. Nothing behind it may be looked at for now.
func (c *Core) malformed(typ byte, n int, what string) bool {
	switch {
	case c.cfg.Mode == Observe:
		c.raw = true
	case c.inCopyData():
		// Once the COPY has failed it is an error with a reply; before that the server
		// ignores a Flush, and ends the session for any other message.
		c.push(message{typ: typ, drop: typ == wire.Flush}, n)
		return true
	case len(c.found) > 0:
		c.state = asking // first what was found, then this
	default:
		c.found = append(c.found, finding{msg: len(c.msgs), violation: what})
		c.push(message{typ: typ, unread: true}, n)
	}
	return false
}

// violationWords is the server's error for a malformed message.
func violationWords(what string) wire.Error { return wire.Error{Code: "08P01", Message: what} }

// parseFault says what is wrong with the body of a Parse that cannot be read.
func parseFault(f wire.ParseFields) string {
	switch {
	case f.Types == nil:
		return noTerminator
	case len(f.Types) < 2 || len(f.Types)-2 < 4*(int(f.Types[0])<<8|int(f.Types[1])):
		return tooShort
	}
	return tooLong
}

// executeFault says what is wrong with the body of an Execute that cannot be read.
func executeFault(body []byte) string {
	_, rest, ok := wire.CString(body)
	switch {
	case !ok:
		return noTerminator
	case len(rest) < 4:
		return tooShort
	}
	return tooLong
}

// closeFault says what is wrong with the body of a Close that cannot be read.
func closeFault(body []byte) string {
	if len(body) == 0 {
		return nothingLeft
	}
	if _, _, ok := wire.CString(body[1:]); !ok {
		return noTerminator
	}
	return tooLong
}
