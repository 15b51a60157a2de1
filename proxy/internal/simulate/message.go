package simulate

import (
	"encoding/binary"

	"github.com/holdfast-db/holdfast/proxy/internal/wire"
)

// message is one whole message, header included.
type message []byte

func (m message) kind() byte   { return m[0] }
func (m message) body() []byte { return m[wire.HeaderLen:] }

// body puts the parts of a message together.
type body []byte

func (b body) text(s string) body { return append(append(b, s...), 0) }
func (b body) int16(n int) body   { return binary.BigEndian.AppendUint16(b, uint16(n)) }
func (b body) int32(n int) body   { return binary.BigEndian.AppendUint32(b, uint32(n)) }
func (b body) value(s string) body {
	return append(b.int32(len(s)), s...)
}

func newMessage(kind byte, b body) message {
	m := append(make(message, 0, len(b)+wire.HeaderLen), kind)
	m = binary.BigEndian.AppendUint32(m, uint32(len(b)+4))
	return append(m, b...)
}

// Messages of the client.

func query(sql string) message { return newMessage(wire.Query, body{}.text(sql)) }

func parse(name, sql string) message {
	return newMessage(wire.Parse, body{}.text(name).text(sql).int16(0))
}

func bindTo(portal, statement string, values ...string) message {
	b := body{}.text(portal).text(statement).int16(0).int16(len(values))
	for _, v := range values {
		b = b.value(v)
	}
	return newMessage(wire.Bind, b.int16(0))
}

func describe(kind byte, name string) message {
	return newMessage(wire.Describe, body{kind}.text(name))
}

func execute(portal string, rows int) message {
	return newMessage(wire.Execute, body{}.text(portal).int32(rows))
}

func closeOf(kind byte, name string) message { return newMessage(wire.Close, body{kind}.text(name)) }

func functionCall(oid int, args ...string) message {
	b := body{}.int32(oid).int16(1).int16(1).int16(len(args))
	for _, a := range args {
		b = b.value(a)
	}
	return newMessage(wire.FunctionCall, b.int16(1))
}

func copyData(s string) message { return newMessage(wire.CopyData, body(s)) }
func copyFail() message         { return newMessage(wire.CopyFail, body{}.text("no more")) }

func bare(kind byte) message { return newMessage(kind, nil) }

// Messages of the server.

func report(kind byte, severity, code, text string) message {
	b := body{'S'}.text(severity)
	b = append(b, 'V')
	b = b.text(severity)
	b = append(b, 'C')
	b = b.text(code)
	b = append(b, 'M')
	b = b.text(text)
	return newMessage(kind, append(b, 0))
}

func complete(tag string) message { return newMessage(wire.CommandComplete, body{}.text(tag)) }

func row(v string) message { return newMessage(wire.DataRow, body{}.int16(1).value(v)) }

func columns(name string) message {
	return newMessage(wire.RowDescription,
		body{}.int16(1).text(name).int32(0).int16(0).int32(23).int16(4).int32(-1).int16(0))
}

func parameterStatus(name, value string) message {
	return newMessage(wire.ParameterStatus, body{}.text(name).text(value))
}

func ready(status byte) message { return newMessage(wire.ReadyForQuery, body{status}) }

// split takes the first whole message off b; ok is false when there is none.
func split(b []byte) (m message, rest []byte, ok bool) {
	h, ok := wire.Peek(b)
	if !ok || h.Total < wire.HeaderLen || len(b) < h.Total {
		return nil, b, false
	}
	return message(b[:h.Total]), b[h.Total:], true
}
