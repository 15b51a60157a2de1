package proxy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/holdfast-db/holdfast/proxy/internal/wire"
)

const (
	// cancelLimit bounds how long a CancelRequest may wait for its turn, and the
	// server take to act on it.
	cancelLimit = 10 * time.Second

	// maxCancels bounds the requests that are under way to one server, of each
	// kind: each is a connection. maxCancelsWaiting of them wait for their turn;
	// what comes then is dropped, as a server does that cannot make a process.
	maxCancels        = 32
	maxCancelsWaiting = 64
)

// turns are places for CancelRequests. Make them with newTurns.
type turns struct{ waiting, running chan struct{} }

func newTurns() turns {
	return turns{waiting: make(chan struct{}, maxCancelsWaiting), running: make(chan struct{}, maxCancels)}
}

// take waits for a turn. over gives it back.
func (t turns) take(ctx context.Context) (over func(), err error) {
	select {
	case t.waiting <- struct{}{}:
		defer func() { <-t.waiting }()
	default:
		return nil, errCrowded
	}
	select {
	case t.running <- struct{}{}:
		return func() { <-t.running }, nil
	case <-ctx.Done():
		return nil, errCrowded
	}
}

var errCrowded = errors.New("too many cancel requests at once")

// cancel acts on a CancelRequest: a statement that is held is withdrawn; anything
// else is the server's business, which gets the request with its own key, as
// opaque bytes of whatever length. The connection is closed when that is done,
// which is all the answer there is.
func (s *Server) cancel(c *client) {
	sess := s.sessions.byKey(c.host, c.startup.Key)
	if sess != nil && sess.withdraw() {
		return
	}
	// Who knows a key of ours does not wait behind those that know none.
	t := c.host.strayCancels
	if sess != nil {
		t = c.host.cancels
	}
	ctx, done := context.WithTimeout(s.early, cancelLimit)
	defer done()
	if err := c.host.forwardCancel(ctx, t, c.startup.Raw, c.trace); err != nil {
		s.o.Log.Warn().Err(err).Str("host", c.host.Name).Msg("forwarding a cancel request failed")
	}
}

// forwardCancel sends the request on a connection of its own when it is its turn
// and waits until the server closes it.
func (h *host) forwardCancel(ctx context.Context, t turns, raw []byte, trace *recording) error {
	over, err := t.take(ctx)
	if err != nil {
		return err
	}
	defer over()
	var last error
	for _, withTLS := range h.Server.attempts() {
		conn, err := h.Server.dial(ctx, withTLS)
		if err != nil {
			last = err
			continue
		}
		defer conn.Close()
		conn = trace.server(conn)
		defer context.AfterFunc(ctx, func() { conn.Close() })()
		if _, err := conn.Write(raw); err != nil {
			return fmt.Errorf("sending it: %w", err)
		}
		// A server says nothing here; one that does is not listened to for long.
		_, err = io.Copy(io.Discard, io.LimitReader(conn, wire.MaxStartup))
		return err
	}
	return last
}
