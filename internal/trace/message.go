package trace

// Side is who sends a message.
type Side uint8

// The two sides of a connection.
const (
	Client Side = iota
	Server
)

// Message is one message of the protocol. See "Message Formats" in the
// PostgreSQL manual.
type Message struct {
	From Side

	// Type is 0 for what has none: the client's first packets, and the server's
	// answer to a request for encryption, which is one byte.
	Type byte

	// Body is what follows the length. Of a Message that a Framer found it is
	// valid during the call, and only the beginning when Left is above zero.
	Body []byte

	// Left is how many bytes of the body are not in Body, and Hash that of the
	// whole body then.
	Left int
	Hash string

	// Note stands for bytes that are no message, and says so.
	Note string
}

// Codes in the place of a protocol version in the client's first packets.
const (
	codeCancel = 80877102
	codeSSL    = 80877103
	codeGSSENC = 80877104
)

var clientNames = map[byte]string{
	'Q': "Query", 'P': "Parse", 'B': "Bind", 'D': "Describe", 'E': "Execute", 'C': "Close",
	'S': "Sync", 'H': "Flush", 'X': "Terminate", 'd': "CopyData", 'c': "CopyDone", 'f': "CopyFail",
	'F': "FunctionCall", 'p': "PasswordMessage",
}

var serverNames = map[byte]string{
	'R': "Authentication", 'S': "ParameterStatus", 'K': "BackendKeyData", 'Z': "ReadyForQuery",
	'T': "RowDescription", 'D': "DataRow", 'C': "CommandComplete", 'I': "EmptyQueryResponse",
	'E': "ErrorResponse", 'N': "NoticeResponse", 'A': "NotificationResponse",
	'1': "ParseComplete", '2': "BindComplete", '3': "CloseComplete", 'n': "NoData",
	't': "ParameterDescription", 's': "PortalSuspended", 'V': "FunctionCallResponse",
	'G': "CopyInResponse", 'H': "CopyOutResponse", 'W': "CopyBothResponse", 'd': "CopyData", 'c': "CopyDone",
	'v': "NegotiateProtocolVersion",
}

// name is the message's name in the manual; what it cannot have is told by its
// type.
func (m Message) name() (name string, known bool) {
	names := clientNames
	if m.From == Server {
		names = serverNames
	}
	if name, known = names[m.Type]; known {
		return name, true
	}
	return "unknown message " + quote([]byte{m.Type}, valueShown), false
}
