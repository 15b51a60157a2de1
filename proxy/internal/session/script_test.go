package session

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/holdfast-db/holdfast/proxy/internal/wire"
	"github.com/holdfast-db/holdfast/rules"
)

// script plays both sides of a core by hand: what goes in is written as messages,
// what comes out is compared as text, a word for each message.
type script struct {
	t    testing.TB
	core *Core
	ask  *Ask
	done []Ended
	rep  []Report
	over error

	uncounted []string // verb and table

	unanswered bool // questions about names are left to the test
}

var safe = rules.Settings{ClientEncoding: "UTF8", StandardConformingStrings: "on"}

func newScript(t testing.TB, mode Mode) *script {
	return &script{t: t, core: New(Config{
		Origin:   rules.Origin{Host: "test", Database: "shop", User: "ana"},
		Mode:     mode,
		Reader:   testReader,
		Policy:   func() *rules.Policy { return testPolicy },
		Refusal:  func(v rules.Verdict) wire.Error { return wire.Error{Code: v.SQLState, Message: v.Reason} },
		Status:   'I',
		Settings: safe,
		Answers:  true,
	})}
}

var (
	testReader = rules.NewReader(rules.ReaderOptions{})
	testPolicy = rules.DefaultPolicy()
)

// encoder is what both kinds of pgproto3 messages have.
type encoder interface {
	Encode(dst []byte) ([]byte, error)
}

func encode(t testing.TB, messages ...encoder) []byte {
	t.Helper()
	var b []byte
	for _, m := range messages {
		var err error
		if b, err = m.Encode(b); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// client lets the client send, and checks what goes on to the server and what
// comes back to the client.
func (s *script) client(wantServer, wantClient string, messages ...encoder) {
	s.t.Helper()
	s.core.Client(encode(s.t, messages...))
	s.check(wantServer, wantClient)
}

// server lets the server send.
func (s *script) server(wantServer, wantClient string, messages ...encoder) {
	s.t.Helper()
	s.core.Server(encode(s.t, messages...))
	s.check(wantServer, wantClient)
}

// check compares what the core wants written.
func (s *script) check(wantServer, wantClient string) {
	s.t.Helper()
	out := s.answered(s.core.Take())
	s.rep = append(s.rep, out.Reports...)
	for _, e := range out.Uncounted {
		s.uncounted = append(s.uncounted, strings.TrimSpace(string(e.Verb)+" "+e.Target.String()))
	}
	s.done = append(s.done, out.Ended...)
	if out.Ask != nil {
		s.ask = out.Ask
	}
	if out.Close != nil {
		s.over = out.Close
	}
	if got := clientWords(join(out.ToServer)); got != wantServer {
		s.t.Errorf("to the server: %q, want %q", got, wantServer)
	}
	if got := serverWords(join(out.ToClient)); got != wantClient {
		s.t.Errorf("to the client: %q, want %q", got, wantClient)
	}
}

// held checks that a batch waits and returns what people are asked.
func (s *script) held() *Ask {
	s.t.Helper()
	if s.ask == nil || !s.core.Held() {
		s.t.Fatal("nothing is held")
	}
	a := s.ask
	s.ask = nil
	return a
}

func join(pieces [][]byte) []byte {
	var all []byte
	for _, p := range pieces {
		all = append(all, p...)
	}
	return all
}

// clientWords writes client messages as text: "Q:drop table t S".
func clientWords(b []byte) string {
	return words(b, func(typ byte, body []byte) string {
		switch typ {
		case wire.Query:
			text, _, _ := wire.ReadQuery(body)
			return "Q:" + string(text)
		case wire.Parse:
			f, _ := wire.ReadParse(body)
			if text := string(f.Text); text == askPath || strings.HasPrefix(text, askHead) {
				f.Text = []byte("?")
			}
			return "P:" + string(f.Name) + ":" + string(f.Text)
		case wire.Bind:
			f, _ := wire.ReadBind(body)
			return "B:" + string(f.Portal) + ":" + string(f.Statement)
		case wire.Execute:
			p, _, _ := wire.ReadExecute(body)
			return "E:" + string(p)
		}
		return string(typ)
	})
}

// serverWords writes server messages as text: "C:DROP TABLE Z:I".
func serverWords(b []byte) string {
	return words(b, func(typ byte, body []byte) string {
		switch typ {
		case wire.ErrorResponse, wire.NoticeResponse:
			return string(typ) + ":" + wire.ErrorField(body, 'C')
		case wire.CommandComplete:
			tag, _, _ := wire.CString(body)
			return "C:" + string(tag)
		case wire.ReadyForQuery:
			return "Z:" + string(body)
		}
		return string(typ)
	})
}

func words(b []byte, word func(typ byte, body []byte) string) string {
	var out []string
	for len(b) > 0 {
		h, ok := wire.Peek(b)
		if !ok || h.Total > len(b) || h.Total < wire.HeaderLen {
			out = append(out, fmt.Sprintf("...%d", len(b)))
			break
		}
		out = append(out, word(h.Type, b[wire.HeaderLen:h.Total]))
		b = b[h.Total:]
	}
	return strings.Join(out, " ")
}

// Short names for the messages of the scripts.
func query(sql string) encoder       { return &pgproto3.Query{String: sql} }
func parse(name, sql string) encoder { return &pgproto3.Parse{Name: name, Query: sql} }
func bindTo(portal, name string) encoder {
	return &pgproto3.Bind{DestinationPortal: portal, PreparedStatement: name}
}
func describe(kind byte, n string) encoder { return &pgproto3.Describe{ObjectType: kind, Name: n} }
func execute(portal string) encoder        { return &pgproto3.Execute{Portal: portal} }
func closeOf(kind byte, n string) encoder  { return &pgproto3.Close{ObjectType: kind, Name: n} }
func sync() encoder                        { return &pgproto3.Sync{} }
func flush() encoder                       { return &pgproto3.Flush{} }
func terminate() encoder                   { return &pgproto3.Terminate{} }
func copyData(s string) encoder            { return &pgproto3.CopyData{Data: []byte(s)} }
func copyDone() encoder                    { return &pgproto3.CopyDone{} }

func complete(tag string) encoder { return &pgproto3.CommandComplete{CommandTag: []byte(tag)} }
func parsed() encoder             { return &pgproto3.ParseComplete{} }
func bound() encoder              { return &pgproto3.BindComplete{} }
func closed3() encoder            { return &pgproto3.CloseComplete{} }
func noData() encoder             { return &pgproto3.NoData{} }
func suspended() encoder          { return &pgproto3.PortalSuspended{} }
func copyIn() encoder             { return &pgproto3.CopyInResponse{} }
func ready(status byte) encoder   { return &pgproto3.ReadyForQuery{TxStatus: status} }
func row(v string) encoder        { return &pgproto3.DataRow{Values: [][]byte{[]byte(v)}} }
func setting(n, v string) encoder { return &pgproto3.ParameterStatus{Name: n, Value: v} }
func noticeOf(code string) encoder {
	return &pgproto3.NoticeResponse{Severity: "NOTICE", SeverityUnlocalized: "NOTICE", Code: code, Message: "m"}
}
func failure(code string) encoder {
	return &pgproto3.ErrorResponse{Severity: "ERROR", SeverityUnlocalized: "ERROR", Code: code, Message: "m"}
}
func fatal(code string) encoder {
	return &pgproto3.ErrorResponse{Severity: "FATAL", SeverityUnlocalized: "FATAL", Code: code, Message: "m"}
}

// answered answers a question about names, as of a database in which everything is
// there and permanent, and gives what the core wants then: scripts are about
// something else.
func (s *script) answered(out Output) Output {
	s.t.Helper()
	for s.core.Inquiring() && !s.unanswered {
		toServer := join(out.ToServer)
		at := bytes.Index(toServer, encode(s.t, closeOf('P', askName)))
		out.ToServer = [][]byte{append([]byte(nil), toServer[:at]...)}
		out.ToClient = [][]byte{append([]byte(nil), join(out.ToClient)...)}
		out.Uncounted = slices.Clone(out.Uncounted)
		var rows []encoder
		for i, n := range s.core.question.names {
			rows = append(rows, objectRows(i+1, "public", n.Name, relationKinds[n.Object], "permanent")...)
		}
		s.core.Server(encode(s.t, answerOf(s.core, rows...)...))
		then := s.core.Take()
		then.ToServer = append(out.ToServer, then.ToServer...)
		then.ToClient = append(out.ToClient, then.ToClient...)
		then.Reports = append(out.Reports, then.Reports...)
		then.Uncounted = append(out.Uncounted, then.Uncounted...)
		then.Ended = append(out.Ended, then.Ended...)
		out = then
	}
	return out
}

// answerOf are the messages that answer the question under way.
func answerOf(c *Core, rows ...encoder) []encoder {
	part := func(rows ...encoder) []encoder {
		return append(append([]encoder{closed3(), closed3(), parsed(), bound()}, rows...), complete("X"), closed3(), closed3())
	}
	rows = append([]encoder{textRow("0", "settings", `"$user", public`, "read committed", "", "")}, rows...)
	messages := append(part(textRow("2s", "off")), part(rows...)...)
	if !c.question.inTransaction {
		return append(messages, ready('I'))
	}
	messages = append(part(), messages...)
	return append(append(append(messages, part()...), part()...), ready('T'))
}

// objectRows are the rows about a name that stands for something; parts are how what
// goes with it stands, itself first.
func objectRows(n int, schema, name, kind string, parts ...string) []encoder {
	number, oid := fmt.Sprint(n), fmt.Sprint(1000*n)
	if kind == "" {
		return []encoder{textRow(number, "other", schema, name, "", "")}
	}
	rows := []encoder{textRow(number, "object", schema, name, kind[:1], oid)}
	for i, p := range parts {
		standing, code, _ := strings.Cut(p, "+")
		rows = append(rows, textRow(number, "part", fmt.Sprint(1000*n+i), standing, code, ""))
	}
	return rows
}

func textRow(columns ...string) encoder {
	row := &pgproto3.DataRow{}
	for _, c := range columns {
		row.Values = append(row.Values, []byte(c))
	}
	return row
}
