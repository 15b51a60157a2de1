package wire

import "github.com/jackc/pgproto3/v2"

// encode appends m. pgproto3 fails only on messages above 1 GiB, which nothing
// that holdfast builds of its own accord comes near.
func encode(dst []byte, m pgproto3.Message) []byte {
	out, err := m.Encode(dst)
	if err != nil {
		panic("wire: encoding a message of our own: " + err.Error())
	}
	return out
}

// Error is an ErrorResponse or NoticeResponse of holdfast's own. The zero value
// has no text; Severity defaults to ERROR, or NOTICE in AppendNotice.
type Error struct {
	Severity string // ERROR, FATAL, NOTICE, WARNING
	Code     string // SQLSTATE
	Message  string
	Detail   string
	Hint     string
}

func (e *Error) Error() string { return e.Severity + ": " + e.Message + " (" + e.Code + ")" }

// AppendError appends e as an ErrorResponse.
func AppendError(dst []byte, e Error) []byte {
	if e.Severity == "" {
		e.Severity = "ERROR"
	}
	return encode(dst, &pgproto3.ErrorResponse{
		Severity: e.Severity, SeverityUnlocalized: e.Severity, Code: e.Code,
		Message: e.Message, Detail: e.Detail, Hint: e.Hint,
	})
}

// AppendOldError appends e as protocols 1 and 2 had it, as the server still does for
// a client that asks for one of them.
func AppendOldError(dst []byte, e Error) []byte {
	dst = append(dst, ErrorResponse)
	return append(append(dst, e.Severity+":  "+e.Message+"\n"...), 0)
}

// AppendNotice appends e as a NoticeResponse.
func AppendNotice(dst []byte, e Error) []byte {
	if e.Severity == "" {
		e.Severity = "NOTICE"
	}
	if e.Code == "" {
		e.Code = "00000"
	}
	return encode(dst, &pgproto3.NoticeResponse{
		Severity: e.Severity, SeverityUnlocalized: e.Severity, Code: e.Code,
		Message: e.Message, Detail: e.Detail, Hint: e.Hint,
	})
}

// AppendNoSQL appends a Query of text that is no SQL, which the server must reject
// as a syntax error (42601): text in quotes, which its error and its log show. The
// text has no quotes in it, and fewer than 64 bytes, for a longer name gets a
// notice.
func AppendNoSQL(dst []byte, text string) []byte {
	return encode(dst, &pgproto3.Query{String: `"` + text + `"`})
}

// AppendNoSQLParse is AppendNoSQL in the extended protocol: a Parse, named by the
// text, so that the unnamed statement stays and a pooler or a second proxy behind
// has no name to miss.
func AppendNoSQLParse(dst []byte, text string) []byte {
	return encode(dst, &pgproto3.Parse{Name: text, Query: `"` + text + `"`})
}

// AppendNoFunction appends a FunctionCall of OID 0, which no function has: the
// server must reject it (42883, or 25P02 in a failed transaction).
func AppendNoFunction(dst []byte) []byte {
	return encode(dst, &pgproto3.FunctionCall{})
}

// AppendSync appends a Sync.
func AppendSync(dst []byte) []byte { return encode(dst, &pgproto3.Sync{}) }

// AppendTerminate appends a Terminate.
func AppendTerminate(dst []byte) []byte { return encode(dst, &pgproto3.Terminate{}) }

// AppendWhere appends a Sync and a Close of a statement that does not exist, which
// the server answers all the same, and a Flush.
func AppendWhere(dst []byte, name string) []byte {
	dst = encode(dst, &pgproto3.Sync{})
	dst = encode(dst, &pgproto3.Close{ObjectType: 'S', Name: name})
	return encode(dst, &pgproto3.Flush{})
}

// AppendAsk appends a question of holdfast's own: AppendOwn and a Flush. That is
// Parse, Bind and Execute of text under the given name and Close of both. The name is a statement
// and a portal, so that the client's unnamed ones survive.
func AppendAsk(dst []byte, name, text string) []byte {
	return encode(AppendOwn(dst, name, text), &pgproto3.Flush{})
}

// Param is a parameter of a statement of holdfast's own: its type and its value, in
// the text format.
type Param struct {
	Type  uint32 // the type's OID
	Value string
}

// AppendOwn is AppendAsk without the Flush, and with parameters. It begins with a
// Close of both, too: what an error has left open under the name would be in the way.
func AppendOwn(dst []byte, name, text string, params ...Param) []byte {
	parse := &pgproto3.Parse{Name: name, Query: text}
	bind := &pgproto3.Bind{DestinationPortal: name, PreparedStatement: name}
	for _, p := range params {
		parse.ParameterOIDs = append(parse.ParameterOIDs, p.Type)
		bind.Parameters = append(bind.Parameters, []byte(p.Value))
	}
	dst = encode(dst, &pgproto3.Close{ObjectType: 'P', Name: name})
	dst = encode(dst, &pgproto3.Close{ObjectType: 'S', Name: name})
	dst = encode(dst, parse)
	dst = encode(dst, bind)
	dst = encode(dst, &pgproto3.Execute{Portal: name})
	dst = encode(dst, &pgproto3.Close{ObjectType: 'P', Name: name})
	return encode(dst, &pgproto3.Close{ObjectType: 'S', Name: name})
}
