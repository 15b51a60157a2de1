package session

import (
	"fmt"

	"github.com/holdfast-db/holdfast/proxy/internal/wire"
)

// Server takes bytes that the server sent. Whole runs of messages are forwarded
// as they came; only refusals are replaced and answers to our own questions kept.
func (c *Core) Server(chunk []byte) {
	if c.state == closed || len(chunk) == 0 {
		return
	}
	if c.raw {
		c.forwardRaw(chunk)
		return
	}
	if chunk = c.continueServerMessage(chunk); len(chunk) == 0 {
		return
	}
	buf := chunk
	if len(c.serverIn) > 0 {
		buf = append(c.serverIn, chunk...)
		c.serverIn = nil
	}
	c.walkServer(buf, len(buf) > len(chunk))
}

// forwardRaw passes everything on once nothing is looked at any more.
func (c *Core) forwardRaw(chunk []byte) {
	if len(c.serverIn) > 0 {
		c.out.ToClient = append(c.out.ToClient, c.serverIn)
		c.serverIn = nil
	}
	c.out.ToClient = append(c.out.ToClient, chunk)
}

// continueServerMessage passes on the rest of a message whose beginning went
// before, and the notices that waited for its end.
func (c *Core) continueServerMessage(chunk []byte) []byte {
	n := min(c.serverPass, len(chunk))
	if n == 0 {
		return chunk
	}
	c.emit(chunk[:n])
	if c.serverPass -= n; c.serverPass == 0 && len(c.later) > 0 {
		c.out.ToClient = append(c.out.ToClient, c.later)
		c.later = nil
	}
	return chunk[n:]
}

// walkServer looks at the messages in buf and forwards them.
func (c *Core) walkServer(buf []byte, owned bool) {
	sent, at := 0, 0 // bytes of buf forwarded, and looked at
	for at < len(buf) {
		h, ok := wire.Peek(buf[at:])
		if !ok {
			break
		}
		rest := buf[at:]
		if c.ends(h, rest) {
			c.emit(buf[sent:at])
			c.endAt(h, rest)
			return
		}
		if len(rest) < h.Total {
			if c.streamsServer(h) || c.longError(h, rest) {
				c.settleDoubt(h.Type)
				c.serverPass = h.Total - len(rest)
				at = len(buf)
			}
			break
		}
		if kept, instead := c.serverMessage(h.Type, rest[:h.Total]); kept {
			c.emit(buf[sent:at])
			c.emit(instead)
			sent = at + h.Total
		}
		at += h.Total
	}
	c.emit(buf[sent:at])
	if rest := buf[at:]; len(rest) > 0 {
		if !owned || at > 0 {
			rest = append([]byte(nil), rest...)
		}
		c.serverIn = rest
	}
	if c.state == asking { // its batch must not be answered any more
		c.endLost()
	}
	if !c.wake {
		return
	}
	c.wake = false
	if c.state == inquiring {
		c.concludeQuestion()
		return
	}
	c.resume()
}

// fault is what is wrong with the header of a server's message, nil for nothing.
func (c *Core) fault(h wire.Header, rest []byte) error {
	err := wire.CheckServer(h)
	if err == nil && len(rest) < h.Total && h.Total > maxServerControl && h.Type != wire.ErrorResponse && !c.streamsServer(h) {
		err = fmt.Errorf("server message %s has %d bytes", wire.TypeName(h.Type), h.Total)
	}
	return err
}

// ends says that the session cannot go on with the server's message at rest.
func (c *Core) ends(h wire.Header, rest []byte) bool {
	if c.resync.lost && h.Type == wire.ErrorResponse { // the server may end the session itself
		return len(rest) >= h.Total && !endsSession(rest[wire.HeaderLen:h.Total])
	}
	return c.resync.lost && !mayComeAnytime(h.Type) || c.fault(h, rest) != nil
}

// endAt ends the session there.
func (c *Core) endAt(h wire.Header, rest []byte) {
	if err := c.fault(h, rest); err != nil {
		c.nonsense(err, rest)
		return
	}
	c.endLost()
}

// serverMessage looks at one message. kept says that the client does not get it,
// but instead, if there is any.
func (c *Core) serverMessage(typ byte, message []byte) (kept bool, instead []byte) {
	switch c.state {
	case resyncing:
		return c.resyncMessage(typ, message)
	case inquiring:
		return c.questionMessage(typ, message)
	}
	c.settleDoubt(typ)
	body := message[wire.HeaderLen:]
	h := c.queue.head()
	switch typ {
	case wire.DataRow, wire.NoticeResponse, wire.NotificationResponse, wire.RowDescription, wire.CopyData:
	case wire.ParameterStatus:
		c.parameterStatus(body)
		return false, nil
	case wire.ReadyForQuery:
		if len(body) == 1 {
			c.readyForQuery(body[0])
		}
		return c.withSettings(message)
	case wire.ErrorResponse:
		if refusal := c.failed(body); refusal != nil {
			return true, wire.AppendError(nil, *refusal)
		}
		return false, nil
	case wire.CommandComplete:
		c.tagged(h, body)
	case wire.PortalSuspended:
		c.suspended(h)
	}
	if h == nil {
		return false, nil
	}
	if h.kind == expectAnswer && !mayComeAnytime(typ) {
		c.answerPart(typ, body)
		return true, nil
	}
	c.replyTo(h, typ, body)
	return false, nil
}

// mayComeAnytime says that a message of the server is the reply to nothing.
func mayComeAnytime(typ byte) bool {
	return typ == wire.NoticeResponse || typ == wire.NotificationResponse || typ == wire.ParameterStatus
}

// replyTo follows what a reply says about names, copies and the queue.
func (c *Core) replyTo(h *reply, typ byte, body []byte) {
	switch typ {
	case wire.ParseComplete:
		if h.kind == wire.Parse {
			c.statements.resolve(h.name, h.serial, true)
			c.answered()
		}
	case wire.BindComplete:
		if h.kind == wire.Bind {
			c.portals.resolve(h.name, h.serial, true)
			c.answered()
		}
	case wire.CloseComplete:
		if h.kind == wire.Close {
			c.closed(h)
			c.answered()
		}
	case wire.RowDescription, wire.NoData:
		if h.kind == wire.Describe {
			c.answered()
		}
	case wire.EmptyQueryResponse, wire.PortalSuspended:
		if h.kind == wire.Execute {
			c.answered()
		}
	case wire.CommandComplete:
		tag, _, _ := wire.CString(body)
		c.completed(tag)
	case wire.CopyInResponse:
		c.copyInBegins()
	case wire.CopyBothResponse:
		c.raw = true // a walsender's stream; there are no statements in it
	}
}

// closed is a CloseComplete.
func (c *Core) closed(h *reply) {
	if h.closeKind == 'S' {
		c.statements.remove(h.name)
	} else {
		c.portals.remove(h.name)
	}
}

func (c *Core) emit(b []byte) {
	if len(b) > 0 {
		c.out.ToClient = add(c.out.ToClient, b)
	}
}

// nonsense ends a session whose server does not speak the protocol. In observe
// mode the client is left to find out.
func (c *Core) nonsense(err error, rest []byte) {
	if c.cfg.Mode == Observe {
		c.raw = true
		c.emit(rest)
		return
	}
	c.End(wire.Error{Code: "08P01", Message: "holdfast: the server sent something that is not the PostgreSQL protocol", Detail: err.Error()}, err)
}

// errorBeginning is how much of a long error is waited for: its severity and
// SQLSTATE come first, and with room to spare.
const errorBeginning = 1 << 10

// longError takes an error that is too long to be collected by its beginning, and
// says whether it did. A statement can raise one of up to 1 GiB.
func (c *Core) longError(h wire.Header, rest []byte) bool {
	if h.Type != wire.ErrorResponse || h.Total <= maxServerControl || len(rest) < errorBeginning || c.state == inquiring {
		return false
	}
	c.failed(rest[wire.HeaderLen:]) // of ours none is long
	return true
}

// streamsServer says that the rest of a message can be passed on as it comes: it
// answers nothing by itself. A RowDescription does, a Describe, so it is waited
// for; it has at most 1,664 columns.
func (c *Core) streamsServer(h wire.Header) bool {
	if head := c.queue.head(); head != nil && head.kind == expectAnswer || c.state == resyncing || c.state == inquiring {
		return false
	}
	switch h.Type {
	case wire.DataRow, wire.CopyData, wire.FunctionCallResponse,
		wire.NotificationResponse, wire.NoticeResponse:
		return true
	}
	return false
}
