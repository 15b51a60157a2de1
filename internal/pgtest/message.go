package pgtest

import (
	"encoding/binary"
	"fmt"
	"io"
)

// Message is one message of the protocol, with its length left out: it is
// implied by Body. Messages of the start-up, which have no type, have Type 0.
// See "Message Formats" in the PostgreSQL manual.
type Message struct {
	Type byte
	Body []byte
}

// messageLimit bounds what the test client takes for a message: far above what a
// test makes a server send, far below what a wrong length can say.
const messageLimit = 256 << 20

// Codes in the place of a protocol version in messages without a type.
const (
	codeCancel = 80877102
	codeTLS    = 80877103
	codeGSS    = 80877104
	version30  = 3 << 16
)

// append adds the message as it travels.
func (m Message) append(b []byte) []byte {
	if m.Type != 0 {
		b = append(b, m.Type)
	}
	b = binary.BigEndian.AppendUint32(b, uint32(len(m.Body)+4))
	return append(b, m.Body...)
}

// readMessage reads one message; typed is false for those of the start-up.
func readMessage(r io.Reader, typed bool) (Message, error) {
	var head [5]byte
	from := 0
	if !typed {
		from = 1
	}
	if _, err := io.ReadFull(r, head[from:]); err != nil {
		return Message{}, err
	}
	length := binary.BigEndian.Uint32(head[1:])
	if length < 4 || length > messageLimit {
		return Message{}, fmt.Errorf("message %q says it is %d bytes long", head[0], length)
	}
	body := make([]byte, length-4)
	if _, err := io.ReadFull(r, body); err != nil {
		return Message{}, fmt.Errorf("reading message %q of %d bytes: %w", head[0], length, err)
	}
	return Message{Type: head[0], Body: body}, nil
}

// builder puts bodies together.
type builder []byte

func (b builder) text(s string) builder  { return append(append(b, s...), 0) }
func (b builder) bytes(p []byte) builder { return append(b, p...) }
func (b builder) one(c byte) builder     { return append(b, c) }
func (b builder) int16(n int) builder    { return binary.BigEndian.AppendUint16(b, uint16(n)) }
func (b builder) int32(n int) builder    { return binary.BigEndian.AppendUint32(b, uint32(n)) }

// value is a length and that many bytes; nil is NULL.
func (b builder) value(p []byte) builder {
	if p == nil {
		return b.int32(-1)
	}
	return b.int32(len(p)).bytes(p)
}

// Query is a simple query.
func Query(sql string) Message { return Message{'Q', builder{}.text(sql)} }

// Parse prepares sql under name, "" being the unnamed statement, with the types
// of its parameters as far as the client declares them.
func Parse(name, sql string, types ...uint32) Message {
	b := builder{}.text(name).text(sql).int16(len(types))
	for _, oid := range types {
		b = b.int32(int(oid))
	}
	return Message{'P', b}
}

// Bind makes a portal of a prepared statement, parameters and results as text.
func Bind(portal, statement string, params ...string) Message {
	b := builder{}.text(portal).text(statement).int16(0).int16(len(params))
	for _, param := range params {
		b = b.value([]byte(param))
	}
	return Message{'B', b.int16(0)}
}

// Describe asks for the description of a statement ('S') or a portal ('P').
func Describe(kind byte, name string) Message { return Message{'D', builder{kind}.text(name)} }

// Execute runs a portal for at most max rows; 0 is all of them.
func Execute(portal string, max int) Message {
	return Message{'E', builder{}.text(portal).int32(max)}
}

// Close forgets a statement ('S') or a portal ('P').
func Close(kind byte, name string) Message { return Message{'C', builder{kind}.text(name)} }

// Sync ends a batch.
func Sync() Message { return Message{Type: 'S'} }

// Flush asks for the answers so far.
func Flush() Message { return Message{Type: 'H'} }

// Terminate says good-bye.
func Terminate() Message { return Message{Type: 'X'} }

// CopyData is a piece of a COPY.
func CopyData(data string) Message { return Message{'d', []byte(data)} }

// CopyDone ends a COPY.
func CopyDone() Message { return Message{Type: 'c'} }

// CopyFail ends a COPY that went wrong.
func CopyFail(reason string) Message { return Message{'f', builder{}.text(reason)} }

// FunctionCall calls a function by its OID, arguments and result in binary.
func FunctionCall(oid uint32, args ...[]byte) Message {
	b := builder{}.int32(int(oid)).int16(1).int16(1).int16(len(args))
	for _, arg := range args {
		b = b.value(arg)
	}
	return Message{'F', b.int16(1)}
}

// Startup is a StartupMessage of protocol 3.0; pairs are names and values.
func Startup(pairs ...string) Message { return StartupVersion(0, pairs...) }

// StartupVersion is a StartupMessage of protocol 3 and the given minor version:
// from 2 on (PostgreSQL 18) cancel keys are longer.
func StartupVersion(minor int, pairs ...string) Message {
	b := builder{}.int32(version30 + minor)
	for _, s := range pairs {
		b = b.text(s)
	}
	return Message{0, b.one(0)}
}

// SSLRequest asks for TLS.
func SSLRequest() Message { return Message{0, builder{}.int32(codeTLS)} }

// GSSENCRequest asks for encryption by GSSAPI.
func GSSENCRequest() Message { return Message{0, builder{}.int32(codeGSS)} }

// CancelRequest asks for the end of what a session runs. key is the body of its
// BackendKeyData: the process id and the secret.
func CancelRequest(key []byte) Message {
	return Message{0, builder{}.int32(codeCancel).bytes(key)}
}
