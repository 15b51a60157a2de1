package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// Codes that stand in the place of a protocol version in the first packet.
// Manual: "Message Formats", SSLRequest, GSSENCRequest, CancelRequest.
const (
	CodeCancel = 80877102
	CodeSSL    = 80877103
	CodeGSSENC = 80877104
)

// ProtocolMajor is the one major version there is: 3.
const ProtocolMajor = 3

// Startup is the first packet of a connection.
type Startup struct {
	Code  uint32 // a protocol version or one of the Code constants
	Raw   []byte // the packet as it came, length word included
	Names []string
	// Params are the parameters of a StartupMessage, by name; of a name given
	// twice the last one, as the server takes it.
	Params map[string]string
	// Key is the whole key of a CancelRequest: process ID and secret.
	Key []byte
}

// ReadStartup takes a first packet apart: raw is the packet with its length
// word. Nothing of raw is copied but the parameters.
func ReadStartup(raw []byte) (*Startup, error) {
	if len(raw) < 8 {
		return nil, fmt.Errorf("first packet has %d bytes, at least 8 are needed", len(raw))
	}
	s := &Startup{Code: binary.BigEndian.Uint32(raw[4:]), Raw: raw}
	switch s.Code {
	case CodeSSL, CodeGSSENC: // the server ignores what else is in the packet
		return s, nil
	case CodeCancel:
		if len(raw) < 12 {
			return nil, fmt.Errorf("cancel request has %d bytes, at least 12 are needed", len(raw))
		}
		s.Key = raw[8:]
		return s, nil
	}
	if s.Code>>16 != ProtocolMajor {
		return nil, &VersionError{s.Code}
	}
	return s, s.readParams(raw[8:])
}

// VersionError is a first packet of a protocol that is not version 3.
type VersionError struct{ Code uint32 }

func (e *VersionError) Error() string {
	return fmt.Sprintf("unsupported frontend protocol %d.%d", e.Code>>16, e.Code&0xffff)
}

// Old says that the protocol is one of those in which errors are plain text.
func (e *VersionError) Old() bool { return e.Code>>16 == 1 || e.Code>>16 == 2 }

// ErrStartupLayout is a StartupMessage whose names and values do not fill it.
var ErrStartupLayout = errors.New("invalid startup packet layout: expected terminator as last byte")

func (s *Startup) readParams(b []byte) error {
	s.Params = make(map[string]string)
	for {
		name, rest, ok := CString(b)
		if !ok {
			return ErrStartupLayout
		}
		if len(name) == 0 {
			if len(rest) > 0 {
				return ErrStartupLayout
			}
			return nil
		}
		value, rest, ok := CString(rest)
		if !ok {
			return ErrStartupLayout
		}
		s.Names = append(s.Names, string(name))
		s.Params[string(name)] = string(value)
		b = rest
	}
}

// User is the user that asks to log in.
func (s *Startup) User() string { return s.Params["user"] }

// Database is the database asked for: the user's name when none is given.
func (s *Startup) Database() string {
	if d := s.Params["database"]; d != "" {
		return d
	}
	return s.User()
}

// Replication says whether a walsender is asked for. The server takes every
// spelling of a boolean and "database"; only what it reads as false is no
// replication.
func (s *Startup) Replication() bool {
	v, ok := s.Params["replication"]
	if !ok {
		return false
	}
	switch strings.ToLower(v) {
	case "false", "fals", "fal", "fa", "f", "off", "of", "no", "n", "0":
		return false
	}
	return true
}

// AppendSSLRequest appends an SSLRequest.
func AppendSSLRequest(dst []byte) []byte {
	dst = binary.BigEndian.AppendUint32(dst, 8)
	return binary.BigEndian.AppendUint32(dst, CodeSSL)
}
