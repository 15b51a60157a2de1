package wire

import (
	"bytes"
	"encoding/binary"
)

// CString takes the NUL-terminated string at the start of b. ok is false when
// there is no NUL; the results share b's memory.
func CString(b []byte) (s, rest []byte, ok bool) {
	i := bytes.IndexByte(b, 0)
	if i < 0 {
		return nil, nil, false
	}
	return b[:i], b[i+1:], true
}

// ParseFields are the fields of a Parse message; they share the body's memory.
type ParseFields struct {
	Name, Text []byte
	Types      []byte // count and object IDs as they came
}

// ReadParse takes the body of a Parse message apart.
func ReadParse(body []byte) (f ParseFields, ok bool) {
	if f.Name, body, ok = CString(body); !ok {
		return f, false
	}
	if f.Text, body, ok = CString(body); !ok {
		return f, false
	}
	f.Types = body
	if len(body) < 2 {
		return f, false
	}
	return f, len(body)-2 == 4*int(binary.BigEndian.Uint16(body))
}

// BindFields are the first fields of a Bind message; they share its memory.
type BindFields struct {
	Portal, Statement []byte
	Rest              []byte // formats, values and result formats as they came
}

// ReadBind takes the names out of the body of a Bind message, or out of its
// beginning when the names are complete there.
func ReadBind(body []byte) (f BindFields, ok bool) {
	if f.Portal, body, ok = CString(body); !ok {
		return f, false
	}
	f.Statement, f.Rest, ok = CString(body)
	return f, ok
}

// BindValues is the part of a Bind's Rest that says which values the statement
// gets: parameter formats and values, without the result formats. When the
// counts or lengths do not add up the whole Rest is returned.
func BindValues(rest []byte) []byte {
	at, ok := skipInt16s(rest, 0)
	if !ok || len(rest) < at+2 {
		return rest
	}
	n := int(binary.BigEndian.Uint16(rest[at:]))
	at += 2
	for range n {
		if len(rest) < at+4 {
			return rest
		}
		size := int32(binary.BigEndian.Uint32(rest[at:]))
		at += 4
		if size > 0 {
			at += int(size)
		}
		if size < -1 || at > len(rest) {
			return rest
		}
	}
	return rest[:at]
}

// skipInt16s steps over a count and as many 16-bit integers.
func skipInt16s(b []byte, at int) (next int, ok bool) {
	if len(b) < at+2 {
		return 0, false
	}
	next = at + 2 + 2*int(binary.BigEndian.Uint16(b[at:]))
	return next, next <= len(b)
}

// ReadKindName takes the body of a Close or Describe message apart: kind is 'S'
// for a prepared statement, 'P' for a portal.
func ReadKindName(body []byte) (kind byte, name []byte, ok bool) {
	if len(body) < 2 {
		return 0, nil, false
	}
	name, rest, ok := CString(body[1:])
	return body[0], name, ok && len(rest) == 0
}

// ReadExecute takes the body of an Execute message apart. limit is how many rows
// are returned at most; 0 is all of them.
func ReadExecute(body []byte) (portal []byte, limit int32, ok bool) {
	portal, rest, ok := CString(body)
	if !ok || len(rest) != 4 {
		return portal, 0, false
	}
	return portal, max(0, int32(binary.BigEndian.Uint32(rest))), true
}

// ReadQuery takes the text out of the body of a Query message. ok is false when
// the text is not terminated; more is true when there are bytes behind the first
// NUL.
func ReadQuery(body []byte) (text []byte, more, ok bool) {
	text, rest, ok := CString(body)
	return text, len(rest) > 0, ok
}

// ReadParameterStatus takes the body of a ParameterStatus message apart.
func ReadParameterStatus(body []byte) (name, value []byte, ok bool) {
	if name, body, ok = CString(body); !ok {
		return nil, nil, false
	}
	value, _, ok = CString(body)
	return name, value, ok
}

// ErrorField takes one field out of the body of an ErrorResponse or
// NoticeResponse: 'V' the severity, 'C' the SQLSTATE, 'M' the message. It is
// empty when the field is not there. Manual: "Error and Notice Message Fields".
func ErrorField(body []byte, field byte) string {
	for len(body) > 0 && body[0] != 0 {
		code := body[0]
		s, rest, ok := CString(body[1:])
		if !ok {
			return ""
		}
		if code == field {
			return string(s)
		}
		body = rest
	}
	return ""
}

// FirstValue takes the first column out of the body of a DataRow. ok is false
// for a NULL and for a row without columns; used for rows that answer holdfast's
// own questions.
func FirstValue(body []byte) (value []byte, ok bool) {
	if len(body) < 6 || binary.BigEndian.Uint16(body) == 0 {
		return nil, false
	}
	n := int32(binary.BigEndian.Uint32(body[2:]))
	if n < 0 || int(n) > len(body)-6 {
		return nil, false
	}
	return body[6 : 6+n], true
}

// ReadRow takes the columns out of the body of a DataRow of at most limit columns;
// nil is a NULL. ok is false when counts and lengths do not add up. Used for rows that
// answer holdfast's own questions; the columns share the body's memory.
func ReadRow(body []byte, limit int) (columns [][]byte, ok bool) {
	if len(body) < 2 || int(binary.BigEndian.Uint16(body)) > limit {
		return nil, false
	}
	columns = make([][]byte, binary.BigEndian.Uint16(body))
	body = body[2:]
	for i := range columns {
		if len(body) < 4 {
			return nil, false
		}
		n := int32(binary.BigEndian.Uint32(body))
		body = body[4:]
		switch {
		case n == -1:
		case n < 0 || int(n) > len(body):
			return nil, false
		default:
			columns[i], body = body[:n:n], body[n:]
		}
	}
	return columns, len(body) == 0
}
