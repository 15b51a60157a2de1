package session

import (
	"testing"

	"github.com/jackc/pgx/v5/pgproto3"
)

// The tests of this file are conversations that the simulator found, made small.

// TestSyncEndsSkippingWithinAChunk: what comes behind the Sync runs, although the
// server still skips when it is judged.
func TestSyncEndsSkippingWithinAChunk(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("B::nosuch", "", bindToKnown(s, "nosuch"))
	s.server("", "E:26000", failure("26000"))
	s.client("S", "", sync(), parse("", "delete from t"), bindTo("", ""), execute(""), sync())
	s.server("", "Z:I", ready('I'))
	s.held()
}

// bindToKnown is a Bind that goes on unasked: its statement is in flight.
func bindToKnown(s *script, name string) encoder {
	s.t.Helper()
	s.client("P:"+name+":select 1", "", parse(name, "select 1"))
	s.server("", "1", parsed())
	return bindTo("", name)
}

// TestSplitDescription: the description that answers a Describe may come in parts.
func TestSplitDescription(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("P:a:select 1 D S", "", parse("a", "select 1"), describe('S', "a"), sync())
	b := encode(t, parsed(), &pgproto3.ParameterDescription{}, &pgproto3.RowDescription{Fields: []pgproto3.FieldDescription{{Name: []byte("x")}}}, ready('I'))
	s.core.Server(b[:len(b)-10])
	s.core.Server(b[len(b)-10:])
	s.core.Take()
	if !s.core.Idle() {
		t.Error("not idle: something is expected that will never come")
	}
	s.client("", "", query("drop table t"))
	s.held()
}

// TestPeopleSeeWhatRuns: a name may stand for something else by the time that a
// batch waits for people than when it was judged.
func TestPeopleSeeWhatRuns(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("P:a:delete from t S", "", parse("a", "delete from t"), sync())
	s.server("", "1 Z:I", parsed(), ready('I'))
	s.client("P:a:truncate u S", "", parse("a", "truncate u"), sync(), bindTo("", "a"), execute(""), sync())
	s.server("", "E:42P05 Z:I", failure("42P05"), ready('I'))
	if a := s.held(); a.SQL != "delete from t" {
		t.Errorf("people are asked about %q", a.SQL)
	}
}

// TestPeopleSeeWhatRunsInAnOpenBatch is the same with messages of the batch gone
// before.
func TestPeopleSeeWhatRunsInAnOpenBatch(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("P:a:delete from t S", "", parse("a", "delete from t"), sync())
	s.server("", "1 Z:I", parsed(), ready('I'))
	s.client("P:a:truncate u S", "", parse("a", "truncate u"), sync())
	s.client("P::select 1 H", "", parse("", "select 1"), flush())
	s.client("", "", bindTo("", "a"), execute(""), sync())
	s.server("", "E:42P05 Z:I", failure("42P05"), ready('I'))
	if a := s.held(); a.SQL != "delete from t" || !a.InTransaction {
		t.Errorf("asked %+v", a)
	}
}

// TestDroppedDefinitionLeavesTheOneInFlight: a Parse that was refused with its
// batch says nothing about one of the same name that went before.
func TestDroppedDefinitionLeavesTheOneInFlight(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("P::delete from t H", "", parse("", "delete from t"), flush())
	s.client("", "", parse("s", "drop table u"), bindTo("", "s"), parse("", "select 1"), sync())
	s.held()
	s.core.Refuse(denied, "h3x8m2qd")
	s.check(refusalParse+" S", "")
	s.server("", "1 E:ZH002 Z:I", parsed(), failure("42601"), ready('I'))
	s.client("", "", bindTo("", ""), execute(""), sync())
	if a := s.held(); a.SQL != "delete from t" {
		t.Errorf("people are asked about %q", a.SQL)
	}
}

// TestFlushedRepliesAreNotKeptBack: a client may wait for them before it goes on.
func TestFlushedRepliesAreNotKeptBack(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("P::select 1 B:: E: H", "", parse("", "select 1"), bindTo("", ""), execute(""), flush(), parse("d", "drop table t"))
	s.client("", "", bindTo("", "d"), execute(""), sync())
	if !s.held().InTransaction {
		t.Error("the beginning of the batch has run")
	}
}

// TestSyncDuringACopyEndsNothing: the server ignores it, so its transaction stays
// open until another one.
func TestSyncDuringACopyEndsNothing(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("P::copy t from stdin B:: E: S", "", parse("", "copy t from stdin"), bindTo("", ""), execute(""), sync())
	s.server("", "1 2 G", parsed(), bound(), copyIn())
	s.client("c", "", copyDone())
	s.server("", "C:COPY 0", complete("COPY 0"))
	if s.core.Idle() {
		t.Error("idle, but the transaction of the COPY is open")
	}
	s.client("S", "", sync())
	s.server("", "Z:I", ready('I'))
	if !s.core.Idle() {
		t.Error("not idle at the end")
	}
}

// TestOurQuestionOpensATransaction: it is the first that the server runs of its
// batch.
func TestOurQuestionOpensATransaction(t *testing.T) {
	s := newScript(t, Enforce)
	s.core.settings.changing = 1
	s.core.Client(encode(t, parse("", "delete from t where a = 'x\\' or true")))
	s.core.Take()
	if s.core.Idle() {
		t.Error("idle, but a question of ours is in flight")
	}
	if !s.core.dirty {
		t.Error("the transaction of our question is not known to be open")
	}
}

// TestErrorBehindAWaitingQuery: the server waits for the Sync that is behind what
// waits for the server.
func TestErrorBehindAWaitingQuery(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("P::select 1/0 B:: E: Q:select 1", "", parse("", "select 1/0"), bindTo("", ""), execute(""), query("select 1"))
	s.client("", "", query("drop table t"), sync())
	s.server("Q:drop table t S", "1 E:22012", parsed(), failure("22012"))
	s.server("", "Z:I", ready('I'))
	if s.ask != nil {
		t.Error("people are asked about what the server skips")
	}
}

// TestNoQuestionInAFailedTransaction: whether one has failed is known when what
// is in flight is answered.
func TestNoQuestionInAFailedTransaction(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("Q:begin Q:select f()", "", query("begin"), query("select f()"))
	s.client("P::select 1", "", parse("", "select 1"), parse("s", `select 'a\'`))
	s.server("P:s:select 'a\\'", "C:BEGIN Z:T E:22012 Z:E", complete("BEGIN"), ready('T'), failure("22012"), ready('E'))
}
