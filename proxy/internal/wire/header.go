package wire

import (
	"encoding/binary"
	"fmt"
)

// Types of messages that the client sends.
const (
	Bind         = 'B'
	Close        = 'C'
	CopyData     = 'd' // both directions
	CopyDone     = 'c' // both directions
	CopyFail     = 'f'
	Describe     = 'D'
	Execute      = 'E'
	Flush        = 'H'
	FunctionCall = 'F'
	Parse        = 'P'
	Password     = 'p' // also SASL and GSS answers
	Query        = 'Q'
	Sync         = 'S'
	Terminate    = 'X'
)

// Types of messages that the server sends.
const (
	Authentication       = 'R'
	BackendKeyData       = 'K'
	BindComplete         = '2'
	CloseComplete        = '3'
	CommandComplete      = 'C'
	CopyBothResponse     = 'W'
	CopyInResponse       = 'G'
	CopyOutResponse      = 'H'
	DataRow              = 'D'
	EmptyQueryResponse   = 'I'
	ErrorResponse        = 'E'
	FunctionCallResponse = 'V'
	NegotiateProtocol    = 'v'
	NoData               = 'n'
	NoticeResponse       = 'N'
	NotificationResponse = 'A'
	ParameterDescription = 't'
	ParameterStatus      = 'S'
	ParseComplete        = '1'
	PortalSuspended      = 's'
	ReadyForQuery        = 'Z'
	RowDescription       = 'T'
)

// HeaderLen is the length of a header: one byte of type and four of length.
const HeaderLen = 5

const (
	// MaxMessage is the longest message of a client that a server takes, body
	// and length word: MaxAllocSize less one, PQ_LARGE_MESSAGE_LIMIT in libpq.h.
	MaxMessage = 0x3fffffff - 1

	// MaxSmallMessage bounds messages that carry at most a name:
	// PQ_SMALL_MESSAGE_LIMIT in libpq.h.
	MaxSmallMessage = 10000

	// MaxServerMessage bounds what a server may send in one message: a row can
	// reach 1 GiB and a little, and nothing is allocated for it here.
	MaxServerMessage = 0x7fffffff

	// MaxStartup bounds the first packet, length word included:
	// MAX_STARTUP_PACKET_LENGTH in pqcomm.h, which counts without it.
	MaxStartup = 10000 + 4

	// MaxAuth bounds one answer during authentication: PG_MAX_AUTH_TOKEN_LENGTH
	// in libpq-be.h.
	MaxAuth = 65535
)

// Header is the type of a message and its length with the header.
type Header struct {
	Type  byte
	Total int // bytes, at least HeaderLen
}

// Peek reads the header at the start of b. ok is false when b is too short.
// A Total below HeaderLen means that the length word lies; the caller checks it
// with CheckClient or CheckServer before trusting it.
func Peek(b []byte) (h Header, ok bool) {
	if len(b) < HeaderLen {
		return Header{}, false
	}
	n := binary.BigEndian.Uint32(b[1:])
	return Header{Type: b[0], Total: int(n) + 1}, true
}

// LengthError is a length word outside the limits of its message.
type LengthError struct {
	Type  byte
	Total int
	Max   int
}

func (e *LengthError) Error() string {
	return fmt.Sprintf("message %s has length %d, allowed are %d to %d",
		TypeName(e.Type), int64(e.Total)-1, HeaderLen-1, e.Max)
}

// TypeError is a message type that does not exist in this direction.
type TypeError struct{ Type byte }

func (e *TypeError) Error() string {
	return fmt.Sprintf("invalid frontend message type %d", e.Type)
}

// CheckClient says what is wrong with the header of a client's message: nil, a
// *TypeError or a *LengthError. The limits are the server's own.
func CheckClient(h Header) error {
	limit := 0
	switch h.Type {
	case Query, FunctionCall, Bind, Parse, CopyData:
		limit = MaxMessage
	case Close, Describe, Execute, Flush, Sync, Terminate, CopyDone, CopyFail:
		limit = MaxSmallMessage
	default:
		return &TypeError{h.Type}
	}
	return checkLength(h, limit)
}

// CheckServer says what is wrong with the header of a server's message: nil or
// a *LengthError.
func CheckServer(h Header) error { return checkLength(h, MaxServerMessage) }

func checkLength(h Header, limit int) error {
	if h.Total < HeaderLen || h.Total-1 > limit {
		return &LengthError{h.Type, h.Total, limit}
	}
	return nil
}

// TypeName is a printable name of a message type, for logs and errors.
func TypeName(t byte) string {
	if t > ' ' && t < 0x7f {
		return fmt.Sprintf("'%c'", t)
	}
	return fmt.Sprintf("0x%02x", t)
}
