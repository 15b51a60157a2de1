package trace

import (
	"encoding/binary"
	"regexp"
	"strings"
	"testing"
)

// build puts a body together: a string is text with its zero byte, an int16 and an
// int32 are numbers, bytes are themselves.
func build(parts ...any) []byte {
	var b []byte
	for _, part := range parts {
		switch p := part.(type) {
		case string:
			b = append(append(b, p...), 0)
		case int16:
			b = binary.BigEndian.AppendUint16(b, uint16(p))
		case int32:
			b = binary.BigEndian.AppendUint32(b, uint32(p))
		case byte:
			b = append(b, p)
		case []byte:
			b = append(b, p...)
		}
	}
	return b
}

// wire is a message with a type as it travels.
func wire(kind byte, parts ...any) []byte {
	body := build(parts...)
	return build(kind, int32(len(body)+4), body)
}

// packet is a message without a type as it travels.
func packet(parts ...any) []byte {
	body := build(parts...)
	return build(int32(len(body)+4), body)
}

var (
	secret = regexp.MustCompile(`(?i)(password ')[^']*'`)
	quoted = regexp.MustCompile(`"[^"]*"`)
)

// masked hides passwords as the mask of serve does: not in what is in double
// quotes, which is a name to SQL.
func masked() Describer {
	return Describer{Mask: func(text string) string {
		if !strings.Contains(text, "password") || quoted.MatchString(text) {
			return text
		}
		return secret.ReplaceAllString(text, "$1***'")
	}}
}

var long = strings.Repeat("x", 3000)

// described is what each message of the protocol looks like.
var described = []struct {
	from Side
	kind byte
	body []byte
	want string
}{
	{Client, 0, build(int32(3<<16), "user", "ana", "options", "-c x=1", []byte{0}), `StartupMessage 3.0 user=ana options="-c x=1"`},
	{Client, 0, build(int32(3<<16|2), "user", "", "password", "geheim", "options", "-c a.passwd=geheim", []byte{0}), `StartupMessage 3.2 user="" password=* options=*`},
	{Client, 0, build(int32(codeSSL)), "SSLRequest"},
	{Client, 0, build(int32(codeGSSENC)), "GSSENCRequest"},
	{Client, 0, build(int32(codeCancel), int32(4711), int32(815)), "CancelRequest 4711 *"},
	{Server, 0, []byte("N"), `answer "N"`},
	{Client, 'Q', build("SELECT 'ü\n'"), `Query "SELECT 'ü\n'"`},
	{Client, 'Q', build("alter role a password 'geheim'"), `Query "alter role a password '***'"`},
	{Client, 'P', build("s", "SELECT $1", int16(1), int32(-1)), `Parse "s" "SELECT $1" [4294967295]`},
	{Client, 'P', build("", "create role a password 'geheim'", int16(0)), `Parse "" "create role a password '***'" []`},
	{Client, 'B', build("p", "s", int16(1), int16(1), int16(2), int32(-1), int32(2), []byte("\x00\xff"), int16(0)), `Bind "p" "s" [1] [NULL "\x00\xff"] []`},
	{Client, 'D', build(byte('S'), "s"), `Describe S "s"`},
	{Client, 'C', build(byte('P'), ""), `Close P ""`},
	{Client, 'E', build("p", int32(10)), `Execute "p" 10`},
	{Client, 'F', build(int32(23), int16(0), int16(1), int32(1), []byte("a"), int16(1)), `FunctionCall 23 [] ["a"] 1`},
	{Client, 'f', build("no"), `CopyFail "no"`},
	{Client, 'd', []byte("1\ta\n"), `CopyData "1\ta\n"`},
	{Client, 'S', nil, "Sync"},
	{Client, 'X', nil, "Terminate"},
	{Client, 'p', build("geheim"), "PasswordMessage *"},
	{Client, 'p', nil, "PasswordMessage *"},
	{Client, '!', build("geheim"), `unknown message "!" (7 bytes)`},
	{Server, 'R', build(int32(0)), "AuthenticationOk"},
	{Server, 'R', build(int32(3)), "AuthenticationCleartextPassword"},
	{Server, 'R', build(int32(5), []byte("salt")), "AuthenticationMD5Password *"},
	{Server, 'R', build(int32(10), "SCRAM-SHA-256-PLUS", "secret", []byte{0}), "AuthenticationSASL [SCRAM-SHA-256-PLUS *]"},
	{Server, 'R', build(int32(11), []byte("r=geheim")), "AuthenticationSASLContinue *"},
	{Server, 'R', build(int32(12), []byte("v=geheim")), "AuthenticationSASLFinal *"},
	{Server, 'R', build(int32(99), []byte("geheim")), "Authentication 99 *"},
	{Server, 'R', []byte("geheim")[:3], "AuthenticationOk malformed *"},
	{Server, 'K', build(int32(4711), []byte("geheim")), "BackendKeyData 4711 *"},
	{Server, 'K', []byte("geh"), "BackendKeyData malformed *"},
	{Server, 'S', build("TimeZone", "Europe/Berlin"), `ParameterStatus TimeZone="Europe/Berlin"`},
	{Server, 'Z', []byte("T"), "ReadyForQuery T"},
	{Server, 'T', build(int16(1), "id", int32(16385), int16(1), int32(23), int16(4), int32(-1), int16(0)), "RowDescription [id(16385.1 23 4 -1 0)]"},
	{Server, 'D', build(int16(2), int32(1), []byte("1"), int32(-1)), `DataRow ["1" NULL]`},
	{Server, 'C', build("DROP TABLE"), `CommandComplete "DROP TABLE"`},
	{Server, 'E', build([]byte("S"), "ERROR", []byte("C"), "22012", []byte("M"), "division by zero", []byte{0}), `ErrorResponse S=ERROR C=22012 M="division by zero"`},
	{Server, 'N', build([]byte("W"), `SQL statement "alter role a password 'geheim'"`, []byte{0}), `NoticeResponse W="SQL statement  alter role a password '***' "`},
	{Server, 'A', build(int32(4711), "news", "hello"), `NotificationResponse 4711 "news" "hello"`},
	{Server, 't', build(int16(2), int32(23), int32(25)), "ParameterDescription [23 25]"},
	{Server, 'V', build(int32(-1)), "FunctionCallResponse NULL"},
	{Server, 'G', build(byte(0), int16(1), int16(0)), "CopyInResponse 0 [0]"},
	{Server, 'v', build(int32(0), int32(1), "_pq_.x"), `NegotiateProtocolVersion 0 ["_pq_.x"]`},
	{Server, '1', nil, "ParseComplete"},
	{Server, '!', []byte("a"), `unknown message "!" "a"`},

	// Malformed: too short, too long, counts that lie.
	{Client, 'Q', []byte("SELECT 1"), `Query malformed "SELECT 1"`},
	{Client, 'Q', []byte("alter role a password 'geheim'"), `Query malformed "alter role a password '***'"`},
	{Client, 'S', []byte("x"), `Sync malformed "x"`},
	{Client, 'B', build("", "", int16(-1), int16(0)), `Bind malformed "\x00\x00\xff\xff\x00\x00"`},
	{Server, 'D', build(int16(0x7fff), int32(1), []byte("1")), `DataRow malformed "\x7f\xff\x00\x00\x00\x011"`},
	{Server, 'D', build(int16(1), int32(-2)), `DataRow malformed "\x00\x01\xff\xff\xff\xfe"`},
	{Server, 'v', build(int32(0), int32(0x7fffffff)), `NegotiateProtocolVersion malformed "\x00\x00\x00\x00\x7f\xff\xff\xff"`},
	{Client, 0, nil, "StartupMessage malformed *"},
	{Client, 0, build(int32(codeCancel), []byte("geh")), "CancelRequest malformed *"},
	{Client, 0, build(int32(codeSSL), []byte("x")), "SSLRequest malformed *"},
	{Client, 0, build(int32(3<<16), "user", []byte("ana")), `StartupMessage 3.0 user="" malformed`},

	// Shortened, each with its length and hash.
	{Server, 'D', build(int16(1), int32(3000), []byte(long)), `DataRow ["` + long[:valueShown] + `"... (3000 bytes, sha256 e1630f843370f402)]`},
	{Client, 'Q', build(long), `Query "` + long[:textShown] + `"... (3000 bytes, sha256 e1630f843370f402)`},
}

func TestDescribe(t *testing.T) {
	for _, test := range described {
		m := Message{From: test.from, Type: test.kind, Body: test.body}
		if got := masked().Describe(m); got != test.want {
			t.Errorf("got  %s\nwant %s", got, test.want)
		}
	}
}

// Of what is shortened the rest counts too.
func TestHashTellsApart(t *testing.T) {
	one, other := []byte(long+"a"+long), []byte(long+"b"+long)
	if quote(one, 10) == quote(other, 10) || quote(one, 10) != quote([]byte(long+"a"+long), 10) {
		t.Errorf("%s and %s", quote(one, 10), quote(other, 10))
	}
	wide := build(int16(1600))
	for range 1600 {
		wide = append(wide, build(int32(10), []byte("0123456789"))...)
	}
	line := Describe(Message{From: Server, Type: 'D', Body: wide})
	if len(line) > lineShown+100 || !strings.Contains(line, "line of 2") {
		t.Errorf("a row of 1600 columns makes a line of %d bytes: ...%s", len(line), line[lineShown:])
	}
}

// The cut does not fall within a letter.
func TestBeginningEndsBehindALetter(t *testing.T) {
	for n := range 7 {
		if got := string(beginning([]byte("aü€😀x"), n)); !strings.HasPrefix("aü€😀x", got) || strings.ContainsRune(got, '\uFFFD') {
			t.Errorf("%d: %q", n, got)
		}
	}
	if got := beginning([]byte("\x80\x80\x80\x80\x80\x80"), 5); len(got) != 5 {
		t.Errorf("%q", got)
	}
}

// Whatever comes is one printable line of bounded length, and a login is not in it.
func FuzzDescribe(f *testing.F) {
	for _, test := range described {
		f.Add(byte(test.from), test.kind, test.body)
	}
	f.Fuzz(func(t *testing.T, from, kind byte, body []byte) {
		line := masked().Describe(Message{From: Side(from % 2), Type: kind, Body: body})
		if strings.ContainsAny(line, "\n\r\x00\x1b") || len(line) > 2*lineShown {
			t.Errorf("%q is not one line", line)
		}
		if e, ok := parseLine(strings.TrimSuffix(string(appendLine(nil, 1e9, HoldfastToClient, line)), "\n")); !ok || e.Text != line {
			t.Errorf("read again it is %q, not %q", e.Text, line)
		}
	})
}
