package session

import (
	"errors"

	"github.com/holdfast-db/holdfast/proxy/internal/wire"
)

// After a COPY that failed with a Sync inside of its data it is not known whether
// the server skips to the next Sync or has seen it, nor whether a ReadyForQuery is
// the one of that Sync (copyFails). Where the client has sent more than that, the
// first reply that is no ReadyForQuery tells. Else holdfast takes no message of the
// client for a moment and asks the server: a Sync of its own ends the skipping, if
// there is any, and the answer to a Close behind it tells that the ReadyForQuery in
// front was the one of that Sync. Clients that send a Sync with each Execute, before
// they know that it is a COPY, come here whenever a COPY of theirs fails.

// resync is the state of finding out. The zero value is that all is known.
type resync struct {
	doubtful int // batches at the head of the queue that are over when another reply comes
	extra    int // ReadyForQuery messages that may come in front of that one, of Syncs that are not in the queue

	due      bool   // the question is to be sent, once the message under way is complete
	ready    []byte // kept back: a ReadyForQuery that may be the one of our Sync, settings in front
	settings []byte // kept back: ParameterStatus messages up to the next ReadyForQuery
	failed   bool   // an error came after the last ReadyForQuery of the client's
	blind    bool   // in observe mode: no reply is expected up to the next Sync
	lost     bool   // nothing can be found out: the session ends with the next message of either side
}

var errUnclear = errors.New("messages of the client were sent inside of copy data that failed")

// lose begins to find out where the server is. simple says that the COPY was in a
// Query, which is the head of the queue and gets its ReadyForQuery; syncs is how
// many Syncs came inside of the data.
func (c *Core) lose(simple bool, syncs int) {
	c.skipCopyEnds()
	batches, all := c.queue.bareBatches(simple)
	switch {
	case c.oddSync && c.cfg.Mode == Enforce: // its error would be taken for another's
		c.resync.lost = true
	case all && c.cfg.Mode == Enforce && c.state != asking && c.state != probing:
		c.forgetReplies()
		c.state, c.wake = resyncing, false
		c.resync = resync{due: true, failed: true}
		c.askWhere()
	case batches > 0 && !all:
		c.resync = resync{doubtful: batches, extra: syncs}
	case c.cfg.Mode == Enforce: // the server may be about to end the session itself
		c.resync.lost = true
	default: // observe mode sends nothing of its own
		c.forgetReplies()
		c.resync.blind, c.vague = true, true
	}
}

// bareBatches counts the batches at the head of the queue that consist of a Sync
// alone; all says that there is nothing behind them. query says that the head is
// a Query, which is counted.
func (q *queue) bareBatches(query bool) (n int, all bool) {
	items := q.items[q.first:]
	if query {
		n, items = 1, items[1:]
	}
	for i := range items {
		switch items[i].kind {
		case wire.Sync:
			n++
		case wire.CopyDone, wire.CopyFail:
		default:
			return n, false
		}
	}
	return n, true
}

// settleDoubt is called for each message of the server. A reply that is no
// ReadyForQuery belongs to what is behind the batches that were in doubt.
func (c *Core) settleDoubt(typ byte) {
	if c.resync.doubtful+c.resync.extra == 0 || typ == wire.ReadyForQuery || mayComeAnytime(typ) {
		return
	}
	for ; c.resync.doubtful > 0; c.resync.doubtful-- {
		c.answered()
	}
	c.resync.extra = 0
}

// forgetReplies forgets what is in flight.
func (c *Core) forgetReplies() {
	for h := c.queue.head(); h != nil; h = c.queue.head() {
		c.abandonReply(h)
		c.queue.pop()
	}
	c.skipping, c.dirty = false, false
}

// endLost ends a session of which nothing can be known any more.
func (c *Core) endLost() {
	if !c.resync.lost {
		return
	}
	c.End(wire.Error{
		Code:    "08P01",
		Message: "holdfast: the session is closed: statements were sent inside of the data of a COPY that failed",
		Detail:  "Which of them the server runs cannot be known. A transaction that was open is rolled back.",
		Hint:    "Connect again. Wait for the end of a COPY before the next statement.",
	}, errUnclear)
}

// askWhere sends the question, unless a message of the client is under way.
func (c *Core) askWhere() {
	if c.resync.due && c.passing == 0 {
		c.resync.due = false
		c.toServer(wire.AppendWhere(nil, askName))
	}
}

// resyncMessage takes a message of the server until the question is answered. Each
// ReadyForQuery is kept back until it is known whose it is.
func (c *Core) resyncMessage(typ byte, message []byte) (kept bool, instead []byte) {
	body := message[wire.HeaderLen:]
	switch typ {
	case wire.NoticeResponse, wire.NotificationResponse:
		return false, nil // these come at any time
	case wire.ParameterStatus:
		c.parameterStatus(body)
		c.resync.settings = append(c.resync.settings, message...)
		return true, nil
	case wire.CloseComplete:
		c.whereFound()
		return true, nil
	}
	instead = c.clientsReady()
	switch typ {
	case wire.ReadyForQuery:
		if len(body) == 1 {
			c.readyForQuery(body[0])
		}
		c.resync.ready = append(c.resync.settings, message...)
		c.resync.settings = nil
		return true, instead
	case wire.ErrorResponse:
		c.resync.failed = true
		c.failed(body)
	}
	return true, append(instead, message...)
}

// clientsReady is the ReadyForQuery that was kept back, once it is known to be the
// client's.
func (c *Core) clientsReady() []byte {
	ready := c.resync.ready
	if ready != nil {
		c.resync.ready, c.resync.failed = nil, false
	}
	return ready
}

// readyLen is the length of a ReadyForQuery.
const readyLen = wire.HeaderLen + 1

// whereFound ends the state: the ReadyForQuery that was kept back is of our Sync.
// Settings in front of it are the client's, to be told with its next one.
func (c *Core) whereFound() {
	c.rescan()
	c.discarding, c.wake = c.resync.failed, true
	settings := c.resync.settings
	if n := len(c.resync.ready) - readyLen; n > 0 {
		settings = append(c.resync.ready[:n:n], settings...)
	}
	c.resync = resync{settings: settings}
}

// withSettings puts settings that were kept back in front of a ReadyForQuery.
func (c *Core) withSettings(ready []byte) (kept bool, instead []byte) {
	if len(c.resync.settings) == 0 {
		return false, nil
	}
	instead = append(c.resync.settings, ready...)
	c.resync.settings = nil
	return true, instead
}
