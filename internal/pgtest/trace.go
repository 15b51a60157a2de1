package pgtest

import (
	"bytes"
	"fmt"
	"strings"
)

// A line of a trace is a direction, the message's name in the manual and its
// contents. What differs from run to run on any server (process ids, secret
// keys) is shown as *, so that equal exchanges give equal traces.

// fromClient describes a message of a client.
func fromClient(m Message) string { return "-> " + describe(m, clientNames, clientContents) }

// fromServer describes a message of a server.
func fromServer(m Message) string { return "<- " + describe(m, serverNames, serverContents) }

var clientNames = map[byte]string{
	0: "Startup", 'Q': "Query", 'P': "Parse", 'B': "Bind", 'D': "Describe", 'E': "Execute", 'C': "Close",
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

func describe(m Message, names map[byte]string, contents func(byte, *fields) string) string {
	name, known := names[m.Type]
	if !known {
		return fmt.Sprintf("%q %q", m.Type, m.Body)
	}
	f := fields{rest: m.Body}
	text := contents(m.Type, &f)
	if f.torn || len(f.rest) > 0 {
		return fmt.Sprintf("%s malformed %q", name, m.Body)
	}
	return strings.TrimRight(name+" "+text, " ")
}

func clientContents(kind byte, f *fields) string {
	switch kind {
	case 0:
		return startupContents(f)
	case 'Q', 'f', 'E':
		return textAndCount(kind, f)
	case 'P':
		return fmt.Sprintf("%q %q %s", f.text(), f.text(), f.each(f.int16(), func() string { return fmt.Sprint(f.int32()) }))
	case 'B':
		return fmt.Sprintf("%q %q %s %s %s", f.text(), f.text(), f.formats(), f.each(f.int16(), f.value), f.formats())
	case 'D', 'C':
		return fmt.Sprintf("%c %q", f.byte(), f.text())
	case 'F':
		return fmt.Sprintf("%d %s %s %d", f.int32(), f.formats(), f.each(f.int16(), f.value), f.int16())
	case 'p':
		f.rest = nil // passwords are in no trace
		return "*"
	case 'd':
		return fmt.Sprintf("%q", f.take(len(f.rest)))
	}
	return ""
}

func textAndCount(kind byte, f *fields) string {
	if kind == 'E' {
		return fmt.Sprintf("%q %d", f.text(), f.int32())
	}
	return fmt.Sprintf("%q", f.text())
}

func startupContents(f *fields) string {
	switch code := f.int32(); code {
	case codeTLS:
		return "SSLRequest"
	case codeGSS:
		return "GSSENCRequest"
	case codeCancel:
		f.rest = nil
		return "CancelRequest *"
	default:
		pairs := bytes.TrimSuffix(f.take(len(f.rest)), []byte{0, 0})
		return fmt.Sprintf("%d.%d %q", code>>16, code&0xffff, bytes.Split(pairs, []byte{0}))
	}
}

func serverContents(kind byte, f *fields) string {
	switch kind {
	case 'E', 'N':
		return noticeContents(f)
	case 'T':
		return f.each(f.int16(), f.column)
	case 'D':
		return f.each(f.int16(), f.value)
	case 'C':
		return fmt.Sprintf("%q", f.text())
	case 'S':
		return fmt.Sprintf("%s=%q", f.text(), f.text())
	case 'Z':
		return string(f.byte())
	case 'K':
		f.rest = nil
		return "*"
	case 'A':
		f.int32() // the notifying process
		return fmt.Sprintf("* %q %q", f.text(), f.text())
	case 'R', 'd':
		return fmt.Sprintf("%q", f.take(len(f.rest)))
	case 't':
		return f.each(f.int16(), func() string { return fmt.Sprint(f.int32()) })
	case 'V':
		return f.value()
	case 'G', 'H', 'W':
		return fmt.Sprintf("%d %s", f.byte(), f.formats())
	case 'v':
		return fmt.Sprintf("%d %s", f.int32(), f.each(f.int32(), f.text))
	}
	return ""
}

func (f *fields) formats() string {
	return f.each(f.int16(), func() string { return fmt.Sprint(f.int16()) })
}

// column leaves the table's OID out: it differs between databases.
func (f *fields) column() string {
	name := f.text()
	f.int32()
	number, oid, size, modifier, format := f.int16(), f.int32(), f.int16(), f.int32(), f.int16()
	return fmt.Sprintf("%s(%d %d %d %d %d)", name, number, oid, size, modifier, format)
}

func noticeContents(f *fields) string {
	var parts []string
	for code := f.byte(); code != 0; code = f.byte() {
		parts = append(parts, fmt.Sprintf("%c=%q", code, f.text()))
	}
	return strings.Join(parts, " ")
}
