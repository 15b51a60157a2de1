package session

import (
	"strings"
	"testing"

	"github.com/holdfast-db/holdfast/proxy/internal/wire"
)

func TestCopyInIgnoresSync(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("P::copy t from stdin B:: E: S", "", parse("", "copy t from stdin"), bindTo("", ""), execute(""), sync())
	s.server("", "1 2 G", parsed(), bound(), copyIn())
	s.client("d c S", "", copyData("1\n"), copyDone(), sync())
	s.server("", "C:COPY 1 Z:I", complete("COPY 1"), ready('I'))
	if n := s.core.queue.len(); n != 0 {
		t.Errorf("%d replies are still expected", n)
	}
	// What follows is matched to the right replies.
	s.client("", "", query("drop table t"))
	s.held()
	s.core.Refuse(denied, "h3x8m2qd")
	s.check(refusalQuery, "")
	s.server("", "E:ZH002 Z:I", failure("42601"), ready('I'))
}

func TestCopyInPipelined(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("Q:copy t from stdin d c Q:select 1", "", query("copy t from stdin"), copyData("1\n"), copyDone(), query("select 1"))
	s.server("", "G C:COPY 1 Z:I C:SELECT 1 Z:I", copyIn(), complete("COPY 1"), ready('I'), complete("SELECT 1"), ready('I'))
	if n := s.core.queue.len(); n != 0 {
		t.Errorf("%d replies are still expected", n)
	}
}

func TestCopyThatFails(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("Q:copy t from stdin", "", query("copy t from stdin"))
	s.server("", "G", copyIn())
	s.server("", "E:22P02 Z:I", failure("22P02"), ready('I'))
	s.client("d c Q:select 1", "", copyData("x\n"), copyDone(), query("select 1")) // the server ignores the copy data
	s.server("", "C:SELECT 1 Z:I", complete("SELECT 1"), ready('I'))
	if n := s.core.queue.len(); n != 0 {
		t.Errorf("%d replies are still expected", n)
	}
}

func TestNoticesWaitForTheEndOfAMessage(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("Q:select x", "", query("select x"))
	r := encode(t, row("a long value"))
	s.core.Server(r[:8])
	s.check("", "...8")
	s.core.Notice(wire.Error{Message: "holdfast: released"})
	s.check("", "")
	s.core.Server(r[8:])
	out := s.core.Take()
	if got := serverWords(append(r[:8:8], join(out.ToClient)...)); got != "D N:00000" {
		t.Errorf("to the client: %q", got)
	}
}

// TestNonASCIITextAfterAFunction: between the two the function may have changed how
// text is read, so the server is asked.
func TestNonASCIITextAfterAFunction(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("P::select f() B:: E: C C P:"+askName+":"+askSettings+" B:"+askName+":"+askName+" E:"+askName+" C C H", "",
		parse("", "select f()"), bindTo("", ""), execute(""),
		parse("", "select 'é'"), bindTo("", ""), execute(""), sync())
	s.server("", "1 2 C:SELECT 1", parsed(), bound(), complete("SELECT 1"))
	s.server("P::select 'é' B:: E: S", "", closed3(), closed3(), parsed(), bound(), row("on UTF8"), complete("SELECT 1"), closed3(), closed3())
	s.server("", "1 2 C:SELECT 1 Z:I", parsed(), bound(), complete("SELECT 1"), ready('I'))
}

// TestNonASCIITextAfterABadFunction: it has changed the setting.
func TestNonASCIITextAfterABadFunction(t *testing.T) {
	s := newScript(t, Enforce)
	s.core.Client(encode(t, parse("", "select f()"), bindTo("", ""), execute(""),
		parse("", `select '\'' , 'drop table t; --'`), bindTo("", ""), execute(""), sync()))
	s.core.Take()
	s.server("", "1 2 C:SELECT 1", parsed(), bound(), complete("SELECT 1"), closed3(), closed3(), parsed(), bound(), row("off UTF8"), complete("SELECT 1"), closed3(), closed3())
	if a := s.held(); a.Verdict.Rule != "unreadable" {
		t.Errorf("asked %+v", a)
	}
}

func TestQuestionOfOursFails(t *testing.T) {
	s := newScript(t, Enforce)
	s.core.Client(encode(t, parse("", "select f()"), bindTo("", ""), execute(""), parse("", "select 'é'"), bindTo("", ""), execute(""), sync()))
	s.core.Take()
	// The function itself fails, so the server skips our question too.
	s.server("P::select 'é' B:: E: S", "1 2 E:22012", parsed(), bound(), failure("22012"))
	s.server("", "Z:I", ready('I'))
	s.client("Q:select 1", "", query("select 1"))
}

func TestSettingsAreFollowed(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("Q:select f()", "", query("select f()"))
	s.server("", "C:SELECT 1 S Z:I", complete("SELECT 1"), setting("standard_conforming_strings", "off"), ready('I'))
	s.client("Q:select 1", "", query("select 1"))
	s.server("", "C:SELECT 1 Z:I", complete("SELECT 1"), ready('I'))
	s.client("", "", query(`select '\'; drop table t; --'`))
	s.held()
}

func TestLargeMessagesAreNotCollected(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("Q:copy t from stdin", "", query("copy t from stdin"))
	s.server("", "G", copyIn())
	big := encode(t, copyData(strings.Repeat("x", 1<<20)))
	s.core.Client(big[:1000])
	if out := s.core.Take(); len(join(out.ToServer)) != 1000 || len(s.core.in) != 0 {
		t.Errorf("%d bytes went on, %d were kept", len(join(out.ToServer)), len(s.core.in))
	}
	s.core.Client(big[1000:])
	if out := s.core.Take(); len(join(out.ToServer)) != len(big)-1000 {
		t.Errorf("%d bytes went on", len(join(out.ToServer)))
	}
}

func TestInputIsBoundedWhileHeld(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("", "", query("drop table t"))
	s.held()
	for range 1000 {
		if !s.core.WantsClient() {
			break
		}
		s.core.Client(encode(t, query(strings.Repeat(" ", 1000))))
	}
	if n := len(s.core.in); n > MaxHeldInput+2000 || s.core.WantsClient() {
		t.Errorf("%d bytes were taken", n)
	}
}

func TestIdle(t *testing.T) {
	s := newScript(t, Enforce)
	if !s.core.Idle() {
		t.Error("a new session is not idle")
	}
	s.client("Q:begin", "", query("begin"))
	if s.core.Idle() {
		t.Error("idle with a statement in flight")
	}
	s.server("", "C:BEGIN Z:T", complete("BEGIN"), ready('T'))
	if s.core.Idle() {
		t.Error("idle in a transaction")
	}
}

// TestUnused: in a transaction too, but not with anything under way, and not while the
// client waits for notifications.
func TestUnused(t *testing.T) {
	s := newScript(t, Enforce)
	want := func(when string, unused, inTransaction bool) {
		t.Helper()
		if u, in := s.core.Unused(); u != unused || u && in != inTransaction {
			t.Errorf("%s: unused %v, in a transaction %v", when, u, in)
		}
	}
	want("new", true, false)
	s.client("Q:begin", "", query("begin"))
	want("in flight", false, false)
	s.server("", "C:BEGIN Z:T", complete("BEGIN"), ready('T'))
	want("in a transaction", true, true)
	s.client("Q:listen a", "", query("listen a"))
	s.server("", "C:LISTEN Z:E", complete("LISTEN"), ready('E'))
	want("listening", false, true)
	s.client("Q:discard all", "", query("discard all"))
	s.server("", "C:DISCARD ALL Z:I", complete("DISCARD ALL"), ready('I'))
	want("listening no more", true, false)
	s.core.Server([]byte("A\x00\x00\x10\x00half a notification"))
	want("half a message of the server has come", false, false)
}

// TestNoAllocationPerMessage: what carries no new SQL costs no memory.
func TestNoAllocationPerMessage(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("P:s:select 1 S", "", parse("s", "select 1"), sync())
	s.server("", "1 Z:I", parsed(), ready('I'))
	client := encode(t, bindTo("", "s"), describe('P', ""), execute(""), sync(), query("select 1"))
	server := encode(t, bound(), noData(), row("1"), complete("SELECT 1"), ready('I'), row("1"), complete("SELECT 1"), ready('I'))
	n := testing.AllocsPerRun(100, func() {
		s.core.Client(client)
		s.core.Take()
		s.core.Server(server)
		s.core.Take()
	})
	if n != 0 {
		t.Errorf("%v allocations for two transactions", n)
	}
}

// TestPiecesAreJoined: the end of one message and the beginning of the next go out
// as one piece when they lie side by side, and never otherwise.
func TestPiecesAreJoined(t *testing.T) {
	buf := []byte("abcdef")
	pieces := add(add(nil, buf[:2]), buf[2:4])
	if len(pieces) != 1 || string(pieces[0]) != "abcd" {
		t.Errorf("side by side: %q", pieces)
	}
	pieces = add(pieces, buf[5:])
	pieces = add(pieces, []byte("x"))
	if len(pieces) != 3 || string(join(pieces)) != "abcdfx" {
		t.Errorf("apart: %q", pieces)
	}
	if string(buf) != "abcdef" {
		t.Errorf("joining has changed the bytes: %q", buf)
	}
}

// TestSettingsUndoneWithTheTransaction: what the end of a transaction undoes is not
// reported at once either.
func TestSettingsUndoneWithTheTransaction(t *testing.T) {
	s := newScript(t, Enforce)
	s.core.cfg.ServerEncoding, s.core.statements.foreign = "UTF8", false
	s.client("P:é:delete from t S", "", parse("é", "delete from t"), sync())
	s.server("", "1 Z:I", parsed(), ready('I'))
	s.client("Q:begin; set client_encoding = latin1", "", query("begin; set client_encoding = latin1"))
	s.server("", "C:BEGIN C:SET S Z:T", complete("BEGIN"), complete("SET"), setting("client_encoding", "LATIN1"), ready('T'))
	s.client("P:é:select 1 S", "", parse("é", "select 1"), sync())
	s.server("", "1 Z:T", parsed(), ready('T'))
	s.client("Q:rollback", "", query("rollback"), bindTo("", "é"), execute(""), sync())
	s.server("", "C:ROLLBACK S Z:I", complete("ROLLBACK"), setting("client_encoding", "UTF8"), ready('I'))
	if a := s.held(); a.SQL != "delete from t" {
		t.Errorf("asked %+v", a)
	}
}

// TestSettingsUndoneWithTheBatch: a Sync ends the transaction of a batch without BEGIN.
func TestSettingsUndoneWithTheBatch(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("P::set local client_encoding = latin1 B:: E: C C P:_holdfast_ask:"+askSettings+" B:_holdfast_ask:_holdfast_ask E:_holdfast_ask C C H", "",
		parse("", "set local client_encoding = latin1"), bindTo("", ""), execute(""), parse("", "select 'é'"), bindTo("", ""), execute(""), sync(), query("select 'é'"))
	s.server("P::select 'é' B:: E: S", "1 2 C:SET", parsed(), bound(), complete("SET"),
		closed3(), closed3(), parsed(), bound(), row("on LATIN1"), complete("SELECT 1"), closed3(), closed3())
	if got := s.core.settingsNow(); got.ClientEncoding == "UTF8" {
		t.Errorf("settings %+v within the batch", got)
	}
	// The server does not report what is as it was at the last report.
	s.server("Q:select 'é'", "1 2 C:SELECT 1 Z:I", parsed(), bound(), complete("SELECT 1"), ready('I'))
	s.server("", "C:SELECT 1 Z:I", complete("SELECT 1"), ready('I'))
	if got := s.core.settings; got.changing != 0 || got.unreported != 0 || got.undoable || s.core.settingsNow() != safe {
		t.Errorf("settings %+v", got)
	}
}

// TestSettingsBehindACopyWithASyncInside: a Sync that the server ignores ends nothing.
func TestSettingsBehindACopyWithASyncInside(t *testing.T) {
	for _, early := range []bool{true, false} {
		s := newScript(t, Enforce)
		s.client("P::select f() B:: E: H", "", parse("", "select f()"), bindTo("", ""), execute(""), flush())
		s.server("", "1 2 C:SELECT 1", parsed(), bound(), complete("SELECT 1"))
		if early { // the server has not said yet that it reads copy data
			s.client("P::copy t from stdin B:: E: S", "", parse("", "copy t from stdin"), bindTo("", ""), execute(""), sync())
			s.server("", "1 2 G", parsed(), bound(), copyIn())
		} else {
			s.client("P::copy t from stdin B:: E: H", "", parse("", "copy t from stdin"), bindTo("", ""), execute(""), flush())
			s.server("", "1 2 G", parsed(), bound(), copyIn())
			s.client("S", "", sync())
		}
		s.client("d c S", "", copyData("1\n"), copyDone(), sync())
		s.server("", "C:COPY 1 Z:I", complete("COPY 1"), ready('I'))
		if got := s.core.settings; got.changing != 0 || got.unreported != 0 || got.undoable {
			t.Errorf("settings %+v", got)
		}
	}
}

// TestTextBehindASyncInsideOfCopyData: the Sync is ignored, so nothing in flight will
// be answered; what follows goes to the server, which ends the session for it.
func TestTextBehindASyncInsideOfCopyData(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("P::select f() B:: E: P::copy t from stdin B:: E: H", "", parse("", "select f()"), bindTo("", ""), execute(""),
		parse("", "copy t from stdin"), bindTo("", ""), execute(""), flush())
	s.server("", "1 2 C:SELECT 1 1 2 G", parsed(), bound(), complete("SELECT 1"), parsed(), bound(), copyIn())
	s.client("S P::select 'é'", "", sync(), parse("", "select 'é'"))
}

// TestWithheldMessagesAreBounded: a Parse that would be held when bound is not worth
// more than the messages behind it that wait with it.
func TestWithheldMessagesAreBounded(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("", "", parse("a", "delete from t"))
	many := make([]encoder, 1000)
	for i := range many {
		many[i] = closeOf('S', "")
	}
	chunk := encode(t, many...)
	for range 100 {
		s.core.Client(chunk)
		s.core.Take()
	}
	if n := s.core.Kept(); n > 2*MaxHeldInput || len(s.core.msgs) > MaxHeldInput/5 {
		t.Errorf("%d bytes of %d messages are withheld", n, len(s.core.msgs))
	}
	s.core.Client(encode(t, bindTo("", "a")))
	s.check("", "")
	s.held()
}
