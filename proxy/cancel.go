package proxy

import (
	"context"
	"io"
	"time"
)

// cancelLimit bounds how long the server may take to act on a CancelRequest.
const cancelLimit = 10 * time.Second

// cancel acts on a CancelRequest: a statement that is held is withdrawn; anything
// else is the server's business, which gets the request with its own key, as
// opaque bytes of whatever length. The connection is closed when that is done,
// which is all the answer there is.
func (s *Server) cancel(c *client) {
	if sess := s.sessions.byKey(c.host, c.startup.Key); sess != nil && sess.withdraw() {
		return
	}
	ctx, done := context.WithTimeout(context.Background(), cancelLimit)
	defer done()
	if err := c.host.forwardCancel(ctx, c.startup.Raw, c.trace); err != nil {
		s.o.Log.Warn().Err(err).Str("host", c.host.Name).Msg("forwarding a cancel request failed")
	}
}

// forwardCancel sends the request on a connection of its own and waits until the
// server closes it.
func (h *host) forwardCancel(ctx context.Context, raw []byte, trace *recording) error {
	var last error
	for _, withTLS := range h.Server.attempts() {
		conn, err := h.Server.dial(ctx, withTLS)
		if err != nil {
			last = err
			continue
		}
		defer conn.Close()
		conn = trace.server(conn)
		if deadline, ok := ctx.Deadline(); ok {
			conn.SetDeadline(deadline)
		}
		if _, err := conn.Write(raw); err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, conn)
		return err
	}
	return last
}
