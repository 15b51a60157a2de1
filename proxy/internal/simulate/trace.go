package simulate

import (
	"fmt"
	"strings"

	"github.com/holdfast-db/holdfast/proxy/internal/wire"
)

// traceWidth is how much of a value a trace shows.
const traceWidth = 120

// describeMessage writes a message as a line for people.
func describeMessage(m message, client bool) string {
	b := m.body()
	if client {
		return shorten(describeClient(m.kind(), b))
	}
	switch m.kind() {
	case wire.ErrorResponse:
		return shorten(fmt.Sprintf("ErrorResponse %s %s %s", wire.ErrorField(b, 'V'), wire.ErrorField(b, 'C'), wire.ErrorField(b, 'M')))
	case wire.NoticeResponse:
		return shorten(fmt.Sprintf("NoticeResponse %s %s", wire.ErrorField(b, 'C'), wire.ErrorField(b, 'M')))
	case wire.DataRow:
		v, _ := wire.FirstValue(b)
		return shorten(fmt.Sprintf("DataRow %s", v))
	case wire.CommandComplete:
		return "CommandComplete " + strings.TrimRight(string(b), "\x00")
	case wire.ReadyForQuery:
		return "ReadyForQuery " + string(b)
	case wire.ParameterStatus:
		name, value, _ := wire.ReadParameterStatus(b)
		return fmt.Sprintf("ParameterStatus %s=%s", name, value)
	}
	return map[byte]string{
		wire.ParseComplete: "ParseComplete", wire.BindComplete: "BindComplete", wire.CloseComplete: "CloseComplete",
		wire.RowDescription: "RowDescription", wire.NoData: "NoData", wire.ParameterDescription: "ParameterDescription",
		wire.PortalSuspended: "PortalSuspended", wire.EmptyQueryResponse: "EmptyQueryResponse",
		wire.CopyInResponse: "CopyInResponse", wire.FunctionCallResponse: "FunctionCallResponse",
		wire.NotificationResponse: "NotificationResponse",
	}[m.kind()]
}

func describeClient(kind byte, b []byte) string {
	switch kind {
	case wire.Query:
		text, _, _ := wire.ReadQuery(b)
		return fmt.Sprintf("Query %q", text)
	case wire.Parse:
		f, _ := wire.ReadParse(b)
		return fmt.Sprintf("Parse %q %q", f.Name, f.Text)
	case wire.Bind:
		f, _ := wire.ReadBind(b)
		return fmt.Sprintf("Bind portal %q statement %q values %q", f.Portal, f.Statement, bindValues(f.Rest))
	case wire.Describe, wire.Close:
		k, name, _ := wire.ReadKindName(b)
		return fmt.Sprintf("%s %c %q", map[byte]string{wire.Describe: "Describe", wire.Close: "Close"}[kind], k, name)
	case wire.Execute:
		name, _ := wire.ReadExecute(b)
		return fmt.Sprintf("Execute %q at most %d rows", name, b[len(b)-1])
	case wire.CopyData:
		return fmt.Sprintf("CopyData %q", b)
	}
	return map[byte]string{
		wire.Sync: "Sync", wire.Flush: "Flush", wire.CopyDone: "CopyDone", wire.CopyFail: "CopyFail",
		wire.Terminate: "Terminate", wire.FunctionCall: "FunctionCall",
	}[kind]
}

func shorten(s string) string {
	if len(s) <= traceWidth {
		return s
	}
	return fmt.Sprintf("%s... (%d)", s[:traceWidth], len(s))
}
