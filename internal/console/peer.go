package console

import (
	"context"
	"fmt"
	"net"
	"net/http"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/peer"
)

// caller is who is at the other end of a connection to the control socket, as the
// system says. err is set where it cannot be known: such a caller may look, and
// not answer.
type caller struct {
	uid uint32
	err error
}

type peerKey struct{}

// withPeer is http.Server.ConnContext: the credentials are those of the moment
// of connecting (unix(7), SO_PEERCRED), so they are read once.
func withPeer(ctx context.Context, c net.Conn) context.Context {
	p := caller{err: fmt.Errorf("it is not known who you are: this is no Unix socket")}
	if u, ok := c.(*net.UnixConn); ok {
		p.uid, p.err = peer.UID(u)
	}
	return context.WithValue(ctx, peerKey{}, p)
}

// peerOf is who sent a request over the control socket.
func peerOf(r *http.Request) (hold.Answerer, error) {
	p, ok := r.Context().Value(peerKey{}).(caller)
	switch {
	case !ok:
		return hold.Answerer{}, fmt.Errorf("it is not known who you are")
	case p.err != nil:
		return hold.Answerer{}, fmt.Errorf("asking the system who is calling: %w", p.err)
	}
	return hold.Answerer{OS: peer.User(p.uid)}, nil
}
