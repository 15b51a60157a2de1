package proxy

import (
	"net"

	"github.com/holdfast-db/holdfast/internal/hold"
	ospeer "github.com/holdfast-db/holdfast/internal/peer"
)

// seen is what the connection of a client says of who is at its other end, as it was
// when the session began.
type seen struct {
	certificate []string // names in the certificate that was verified
	uid         uint32   // of the process at the other end of a Unix socket
	local       bool     // uid is known
	application string
}

func (c *client) seen() seen {
	s := seen{application: c.startup.Params["application_name"], certificate: certificateOf(c.conn)}
	s.uid, s.local = peerOf(c.conn)
	return s
}

// certificateOf are the names in the verified certificate of a client; none without one.
func certificateOf(conn net.Conn) (names []string) {
	secured, ok := securedBy(conn)
	if !ok {
		return nil
	}
	state := secured.ConnectionState()
	if len(state.VerifiedChains) == 0 {
		return nil
	}
	leaf := state.PeerCertificates[0]
	names = append(names, leaf.Subject.CommonName)
	names = append(names, leaf.EmailAddresses...)
	return append(names, leaf.DNSNames...)
}

// peerOf is the OS user who opened a connection to a Unix socket, where the system
// tells.
func peerOf(conn net.Conn) (uid uint32, known bool) {
	local, ok := unrecorded(conn).(*net.UnixConn)
	if !ok {
		return 0, false
	}
	uid, err := ospeer.UID(local)
	return uid, err == nil
}

// evidence is what the desk is told of it. Naming the OS user may take as long as a
// directory service does, so it is done for a session that asks, and not for every one
// that begins.
func (s seen) evidence() hold.Evidence {
	e := hold.Evidence{Certificate: s.certificate, Application: s.application}
	if s.local {
		e.OS = ospeer.User(s.uid)
	}
	return e
}
