package proxy

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/holdfast-db/holdfast/proxy/internal/wire"
	"github.com/holdfast-db/holdfast/rules"
)

// Codes of Authentication messages. Manual: "Message Formats", Authentication*.
const (
	authOK        = 0
	authSASL      = 10
	authSASLFinal = 12
	scramPlus     = "SCRAM-SHA-256-PLUS"
	authHeader    = wire.HeaderLen + 4
)

const (
	// maxLoginMessage bounds a message of the server that is looked at during the
	// login. Settings are the longest, and far below; libpq takes no more than
	// 30,000 bytes of their kind.
	maxLoginMessage = 64 << 10

	// minKey and maxKey are the lengths of a BackendKeyData that is remembered: the
	// process with a secret of 4 to 256 bytes, as the protocol allows. Others are
	// passed on; a CancelRequest with one goes to the server like any other.
	minKey, maxKey = 8, 260
)

// nonsense refuses a login because of what the server says.
func nonsense(what string) error {
	return refuse("08P01", "holdfast: the server sent something that is not the PostgreSQL protocol", what, "Ask whoever runs the server or holdfast.")
}

// next takes the server's next message. done says that the login is complete.
func (l *login) next() (done bool, err error) {
	h, err := wire.PeekMessage(l.serverIn)
	if err != nil {
		return false, fmt.Errorf("logging in at the server: %w", err)
	}
	if err := wire.CheckServer(h); err != nil {
		return false, nonsense(err.Error())
	}
	switch h.Type {
	case wire.ErrorResponse, wire.NoticeResponse: // of any length: triggers write them, too
		if _, err := io.CopyN(l.out, l.serverIn, int64(h.Total)); err != nil {
			return false, fmt.Errorf("passing the server's message on: %w", err)
		}
		if h.Type == wire.ErrorResponse {
			return false, errServerRefused
		}
		return false, nil
	}
	if h.Total > maxLoginMessage {
		return false, nonsense(fmt.Sprintf("message %s of %d bytes during a login", wire.TypeName(h.Type), h.Total))
	}
	raw, err := wire.ReadMessage(l.serverIn, maxLoginMessage)
	if err != nil {
		return false, fmt.Errorf("logging in at the server: %w", err)
	}
	return l.serverMessage(raw)
}

// serverMessage notes what a message of the server says and passes it on. done
// says that the login is complete.
func (l *login) serverMessage(raw []byte) (done bool, err error) {
	body := raw[wire.HeaderLen:]
	switch raw[0] {
	case wire.Authentication:
		raw = l.authentication(raw)
	case wire.ParameterStatus:
		l.parameter(body)
	case wire.BackendKeyData:
		if l.key = nil; len(body) >= minKey && len(body) <= maxKey {
			l.key = append([]byte(nil), body...)
		}
	case wire.NegotiateProtocol:
	case wire.ReadyForQuery:
		if !l.accepted || len(body) != 1 {
			return false, nonsense("ReadyForQuery before the login was accepted")
		}
		if err := l.checkSettings(); err != nil {
			return false, err
		}
		l.status = body[0]
		done = true
		raw = append(l.banner(), raw...)
	default:
		return false, nonsense(fmt.Sprintf("message %s during a login", wire.TypeName(raw[0])))
	}
	_, err = l.out.Write(raw)
	return done, err
}

// authentication notes whether the server waits for an answer, and takes
// SCRAM-SHA-256-PLUS off the list for a client without TLS: it would refuse to see
// it offered there.
func (l *login) authentication(raw []byte) []byte {
	if len(raw) < authHeader {
		return raw
	}
	switch code := binary.BigEndian.Uint32(raw[wire.HeaderLen:]); code {
	case authOK:
		l.asked, l.accepted = false, l.accepted || len(raw) == authHeader
	case authSASLFinal:
		l.asked = false
	case authSASL:
		l.asked = true
		if l.serverTLS() && !l.tls {
			return withoutMechanism(raw, scramPlus)
		}
	default:
		l.asked = true
	}
	return raw
}

// withoutMechanism is an AuthenticationSASL message without one of its mechanisms.
func withoutMechanism(raw []byte, drop string) []byte {
	out := append([]byte(nil), raw[:authHeader]...)
	for list := raw[authHeader:]; len(list) > 0; {
		name, rest, ok := wire.CString(list)
		if !ok {
			return raw
		}
		if string(name) != drop {
			out = append(append(out, name...), 0)
		}
		list = rest
	}
	binary.BigEndian.PutUint32(out[1:], uint32(len(out)-1))
	return out
}

func (l *login) serverTLS() bool {
	_, ok := securedBy(l.server)
	return ok
}

func (l *login) parameter(body []byte) {
	name, value, ok := wire.ReadParameterStatus(body)
	if !ok {
		return
	}
	switch string(name) {
	case "client_encoding":
		l.settings.ClientEncoding = string(value)
	case "standard_conforming_strings":
		l.settings.StandardConformingStrings = string(value)
	case "server_encoding":
		l.encoding = string(value)
	case "search_path":
		l.path = string(value)
	case "application_name":
		l.origin.Application = string(value)
	case "server_version":
		l.version = string(value)
		l.host.noteVersion(l.version)
	}
}

// checkSettings refuses a login that the server itself has put under a setting
// with which text cannot be read (ALTER ROLE ... SET, postgresql.conf).
func (l *login) checkSettings() error {
	if l.host.Mode != Enforce {
		return nil
	}
	for name, value := range map[string]string{
		"client_encoding":             l.settings.ClientEncoding,
		"standard_conforming_strings": l.settings.StandardConformingStrings,
	} {
		if value != "" && !rules.SafeSetting(name, value) {
			return refuseSetting(name, value, "the server sets it for this user or database")
		}
	}
	return nil
}
