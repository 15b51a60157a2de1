package session

import (
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/holdfast-db/holdfast/proxy/internal/wire"
	"github.com/holdfast-db/holdfast/rules"
)

// A header that says nothing goes to the server, which ends the session, and
// nothing behind it goes anywhere.
func TestLostHeadersGoToTheServer(t *testing.T) {
	for name, header := range map[string][]byte{
		"unknown type":    {'y', 0, 0, 0, 4},
		"short length":    {'Q', 0, 0, 0, 3},
		"huge length":     {'Q', 0x7f, 0, 0, 0},
		"negative length": {'B', 0xff, 0xff, 0xff, 0xff},
		"huge Sync":       {'S', 0, 1, 0, 0},
		"password":        {'p', 0, 0, 0, 5},
	} {
		s := newScript(t, Enforce)
		s.core.Client(append(append(encode(t, query("select 1")), header...), encode(t, query("drop table t"))...))
		got := join(s.core.Take().ToServer)
		if want := string(encode(t, query("select 1"))) + string(header); string(got) != want {
			t.Errorf("%s: the server got %q, want %q", name, got, want)
		}
		s.client("", "", query("drop table t"))
		if s.core.Held() || len(s.core.in) > 0 {
			t.Errorf("%s: what follows was looked at", name)
		}
		s.server("", "C:SELECT 1 Z:I E:08P01", complete("SELECT 1"), ready('I'), failure("08P01"))
	}
}

// What was found before a lost header is settled first, and refused with it.
func TestLostHeaderBehindAHold(t *testing.T) {
	s := newScript(t, Enforce)
	s.core.Client(append(encode(t, parse("", "drop table t"), bindTo("", "")), 'y', 0, 0, 0, 4))
	s.check("", "")
	s.held()
	s.core.Refuse(wire.Error{Code: "ZH002", Message: "m"}, "")
	out := string(join(s.core.Take().ToServer))
	if strings.Contains(out, "drop table") || !strings.HasSuffix(out, "y\x00\x00\x00\x04") {
		t.Errorf("the server got %q", out)
	}
}

// A body that does not fill its message is an error in the server's words, and
// the session goes on.
func TestMalformedBodiesAreRefused(t *testing.T) {
	for name, v := range map[string]struct {
		message []byte
		want    string
		batch   bool // of the extended protocol
	}{
		"no terminator":        {[]byte{'Q', 0, 0, 0, 5, 'x'}, noTerminator, false},
		"a zero byte":          {[]byte{'Q', 0, 0, 0, 8, 's', 0, 'x', 0}, tooLong, false},
		"short call":           {[]byte{'F', 0, 0, 0, 4}, tooShort, false},
		"Parse, no text":       {[]byte{'P', 0, 0, 0, 6, 0, 'x'}, noTerminator, true},
		"Parse, no types":      {[]byte{'P', 0, 0, 0, 6, 0, 0}, tooShort, true},
		"Parse, too few types": {[]byte{'P', 0, 0, 0, 8, 0, 0, 0, 1}, tooShort, true},
		"Parse, too many":      {[]byte{'P', 0, 0, 0, 9, 0, 0, 0, 0, 0}, tooLong, true},
		"short Bind":           {[]byte{'B', 0, 0, 0, 5, 'x'}, noTerminator, true},
		"short Execute":        {[]byte{'E', 0, 0, 0, 5, 0}, tooShort, true},
		"long Execute":         {[]byte{'E', 0, 0, 0, 10, 0, 0, 0, 0, 0, 0}, tooLong, true},
		"empty Close":          {[]byte{'C', 0, 0, 0, 4}, nothingLeft, true},
		"Flush with a body":    {[]byte{'H', 0, 0, 0, 5, 0}, tooLong, true},
	} {
		s := newScript(t, Enforce)
		refusal := `P:refused by holdfast:"refused by holdfast"`
		switch s.core.Client(v.message); {
		case v.batch:
			s.check(refusal, "")
			s.client("S", "", sync())
		case v.message[0] == 'Q':
			s.check(`Q:"refused by holdfast"`, "")
		default:
			s.check(refusal+" S", "")
		}
		s.core.Server(encode(t, failure("42601"), ready('I')))
		if got := string(join(s.core.Take().ToClient)); !strings.Contains(got, v.want) {
			t.Errorf("%s: the client got %q, want %q", name, got, v.want)
		}
		if len(s.rep) > 0 {
			t.Errorf("%s: reported %v", name, s.rep)
		}
		s.client("Q:select 1", "", query("select 1"))
		s.client("", "", query("drop table t"))
	}
}

// A session's own memory for names is bounded, whatever their length.
func TestNamesTakeBoundedRoom(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("P:"+strings.Repeat("x", 1<<20)+":select 1", "", parse(strings.Repeat("x", 1<<20), "select 1"))
	for key := range s.core.statements.m {
		if len(key) > rules.MaxName {
			t.Errorf("a name of %d bytes is kept", len(key))
		}
	}
	var n names
	for i := range maxNames + 10 {
		n.push(fmt.Sprint("s", i), definition{prepared: &prepared{facts: &rules.Facts{Harmless: true}}})
	}
	if len(n.m) > maxNames || n.m["s1"] == nil || n.m[fmt.Sprint("s", maxNames+5)] != nil {
		t.Errorf("%d names are kept", len(n.m))
	}
	kept := func(text string) string {
		k, _ := keptText([]byte(text))
		return k
	}
	if text := kept(strings.Repeat("x", 1<<20)); len(text) > maxKeptText || kept(text) != text {
		t.Errorf("%d bytes of text are kept", len(text))
	}
	if kept(strings.Repeat("x", 1<<20)) == kept(strings.Repeat("x", 1<<20)+"y") {
		t.Error("two texts are kept as one")
	}
}

// And so it is for texts of prepared statements, of which one that is not kept can
// still be told from any other.
func TestTextsTakeBoundedRoom(t *testing.T) {
	s := newScript(t, Enforce)
	for i := range 200 {
		s.core.Client(encode(t, parse(fmt.Sprint("s", i), "delete from t --"+strings.Repeat("x", 200<<10)), sync()))
		s.core.Server(encode(t, parsed(), ready('I')))
		s.core.Take()
	}
	if n := s.core.statements.kept(); n > maxKeptTexts+200*shortText {
		t.Errorf("%d bytes are kept", n)
	}
	s.client("", "", bindTo("", "s199"), execute(""), sync())
	if a := s.held(); !strings.Contains(a.SQL, "SHA-256") || a.Verdict.Rule != "deletes" {
		t.Errorf("asked %.200q", a.SQL)
	}
}

// An error of many megabytes is passed on, and ends what it answers.
func TestLongErrors(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("P::select 1 B:: E: S", "", parse("", "select 1"), bindTo("", ""), execute(""), sync())
	long := encode(t, &pgproto3.ErrorResponse{Severity: "ERROR", SeverityUnlocalized: "ERROR", Code: "P0001", Message: strings.Repeat("x", maxServerControl)})
	passed := 0
	for from := 0; from < len(long); from += 700 {
		s.core.Server(long[from:min(from+700, len(long))])
		passed += len(join(s.core.Take().ToClient))
		if kept := len(s.core.serverIn); kept > errorBeginning {
			t.Fatalf("%d bytes are kept", kept)
		}
	}
	if passed != len(long) {
		t.Errorf("%d of %d bytes were passed on", passed, len(long))
	}
	s.server("", "Z:I", ready('I'))
	if s.core.queue.len() != 0 || s.core.skipping {
		t.Error("the batch has not ended")
	}
}

// What a server says of its settings is not kept at any length.
func TestLongSettings(t *testing.T) {
	s := newScript(t, Enforce)
	s.server("", "S", setting("client_encoding", strings.Repeat("x", 1<<20)))
	if n := len(s.core.settings.reported.ClientEncoding); n > maxSetting {
		t.Errorf("%d bytes are kept", n)
	}
}
