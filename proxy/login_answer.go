package proxy

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/holdfast-db/holdfast/proxy/internal/wire"
)

const wrongPasswordOrKind = "28000"

// clientAnswer passes one answer of the client on. It is never logged. Of what is
// no answer the server gets the header, which is enough for it to say so.
func (l *login) clientAnswer() error {
	if l.lost {
		return nonsense("it asks on although the client's answer was none")
	}
	h, err := wire.PeekMessage(l.in)
	if err != nil {
		return fmt.Errorf("reading the client's answer during login: %w", err)
	}
	header, _ := l.in.Peek(wire.HeaderLen)
	if h.Type != wire.Password || h.Total < wire.HeaderLen || h.Total-1 > wire.MaxAuth {
		return l.lastAnswer(header)
	}
	header = bytes.Clone(header)
	raw, err := wire.ReadMessage(l.in, wire.MaxAuth)
	if errors.Is(err, io.ErrUnexpectedEOF) { // the server answers half of one, too
		return l.lastAnswer(header)
	}
	if err != nil {
		return fmt.Errorf("reading the client's answer during login: %w", err)
	}
	if bytes.HasPrefix(raw[wire.HeaderLen:], []byte(scramPlus+"\x00")) && !l.sameCertificate() {
		return refuse(wrongPasswordOrKind, "holdfast: the login cannot be bound to this TLS connection",
			"The client binds its password to the certificate it sees (SCRAM-SHA-256-PLUS), which is holdfast's and not the server's.",
			"Connect with channel_binding=disable, or give holdfast the server's own certificate and key, or use TLS on one side only.")
	}
	return l.toServer(raw)
}

// lastAnswer gives the server the header of what is no answer, and nothing more.
func (l *login) lastAnswer(header []byte) error {
	l.lost, l.asked = true, false
	if err := l.toServer(header); err != nil {
		return err
	}
	if half, ok := l.server.(interface{ CloseWrite() error }); ok {
		half.CloseWrite() // best effort: the deadline of the login ends it, too
	}
	return nil
}

func (l *login) toServer(raw []byte) error {
	if _, err := l.server.Write(raw); err != nil {
		return fmt.Errorf("logging in: writing to the server: %w", err)
	}
	return nil
}

// sameCertificate says that the client sees the very certificate that the server
// shows, which is what channel binding compares (RFC 5929, tls-server-end-point).
func (l *login) sameCertificate() bool {
	server, ok := securedBy(l.server)
	if !ok || !l.tls || len(l.host.TLS.Certificates) == 0 {
		return false
	}
	shown := l.host.TLS.Certificates[0].Certificate
	seen := server.ConnectionState().PeerCertificates
	return len(shown) > 0 && len(seen) > 0 && bytes.Equal(shown[0], seen[0].Raw)
}
