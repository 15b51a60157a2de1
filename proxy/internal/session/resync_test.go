package session

import (
	"strings"
	"testing"
)

// where is the question of resync.go, as clientWords writes it.
const where = "S C H"

// copyExtended begins a COPY in the extended protocol.
func copyExtended(s *script) {
	s.t.Helper()
	s.client("P::copy t from stdin B:: E: H", "", parse("", "copy t from stdin"), bindTo("", ""), execute(""), flush())
	s.server("", "1 2 G", parsed(), bound(), copyIn())
}

// TestSyncBehindDataThatFailed: the data failed before the server read the Sync,
// which therefore counts, so that the server does not skip what follows.
func TestSyncBehindDataThatFailed(t *testing.T) {
	s := newScript(t, Enforce)
	copyExtended(s)
	s.client("d S", "", copyData("bad\n"), sync())
	s.server(where, "E:22P02", failure("22P02"))
	s.server("", "", ready('I'))               // of the client's Sync, or of ours
	s.client("", "", query("drop table t"))    // waits until that is known
	s.server("", "Z:I", ready('I'), closed3()) // two of them: one is the client's
	s.held()
}

// TestSyncInFrontOfDataThatFailed: the server has ignored the Sync and skips to the
// next one.
func TestSyncInFrontOfDataThatFailed(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("P::copy t from stdin B:: E: S", "", parse("", "copy t from stdin"), bindTo("", ""), execute(""), sync())
	s.server("", "1 2 G", parsed(), bound(), copyIn())
	s.client("d", "", copyData("bad\n"))
	s.server(where, "E:22P02", failure("22P02"))
	s.client("", "", copyDone(), parse("", "select 1"))
	s.server("", "", ready('I'), closed3())
	s.client("S", "", sync(), query("drop table t"))
	s.server("", "Z:I", ready('I'))
	s.held()
}

func TestSyncInsideOfDataOfASimpleCopy(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("Q:copy t from stdin", "", query("copy t from stdin"))
	s.server("", "G", copyIn())
	s.client("d S d c", "", copyData("1\n"), sync(), copyData("bad\n"), copyDone())
	s.server(where, "E:22P02", failure("22P02"))
	s.server("", "Z:I", ready('I'), ready('I'), closed3())
	s.client("Q:select 1", "", query("select 1"))
	s.server("", "C:SELECT 1 Z:I", complete("SELECT 1"), ready('I'))
	if !s.core.Idle() {
		t.Error("not idle")
	}
}

// TestResyncWaitsForTheMessageUnderWay: the question does not come in the middle of
// copy data.
func TestResyncWaitsForTheMessageUnderWay(t *testing.T) {
	s := newScript(t, Enforce)
	copyExtended(s)
	s.client("d S", "", copyData("bad\n"), sync())
	data := encode(t, copyData(strings.Repeat("x", 100)))
	s.core.Client(data[:50])
	s.check("...50", "")
	s.server("", "E:22P02", failure("22P02"))
	s.core.Client(data[50:])
	if got := string(join(s.core.Take().ToServer)); !strings.HasPrefix(got, strings.Repeat("x", 55)+"S") {
		t.Errorf("to the server: %q", got)
	}
	s.server("", "Z:I", ready('I'), ready('I'), closed3())
}

// TestStatementInsideOfDataThatFailed: it runs, and what it prepares is known.
func TestStatementInsideOfDataThatFailed(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("P::select 1 S", "", parse("", "select 1"), sync())
	s.server("", "1 Z:I", parsed(), ready('I'))
	s.client("Q:copy t from stdin", "", query("copy t from stdin"))
	s.server("", "G", copyIn())
	s.client("d P::delete from t H", "", copyData("bad\n"), parse("", "delete from t"), flush())
	s.server("", "E:22P02 Z:I 1", failure("22P02"), ready('I'), parsed())
	s.client("", "", bindTo("", ""), execute(""), sync())
	s.held()
}

// TestStatementBehindASyncInsideOfDataThatFailed: whether it ran, and with which
// reply, cannot be known.
func TestStatementBehindASyncInsideOfDataThatFailed(t *testing.T) {
	s := newScript(t, Enforce)
	copyExtended(s)
	s.client("d S Q:select 1", "", copyData("bad\n"), sync(), query("select 1"))
	s.server("", "E:22P02", failure("22P02"))
	s.client("", "E:08P01", sync())
	if s.over == nil {
		t.Error("the session goes on")
	}
}

// TestStatementBehindAFailedCopy: the Sync in front of it ends the skipping if the
// one inside of the data did not, and the first reply that is no ReadyForQuery is
// its own.
func TestStatementBehindAFailedCopy(t *testing.T) {
	for _, answered := range []int{1, 2} {
		s := newScript(t, Enforce)
		copyExtended(s)
		s.client("d S c S P:a:delete from t D S", "", copyData("bad\n"), sync(), copyDone(), sync(), parse("a", "delete from t"), describe('S', "a"), sync())
		s.server("", "E:22P02", failure("22P02"))
		for range answered {
			s.server("", "Z:I", ready('I'))
		}
		s.server("", "1 n Z:I", parsed(), noData(), ready('I'))
		if !s.core.Idle() {
			t.Errorf("%d answered: not idle", answered)
		}
		s.client("", "", bindTo("", "a"), execute(""), sync())
		if a := s.held(); a.SQL != "delete from t" {
			t.Errorf("%d answered: asked %+v", answered, a)
		}
	}
}

func TestObserveDoesNotResync(t *testing.T) {
	s := newScript(t, Observe)
	copyExtended(s)
	s.client("d S", "", copyData("bad\n"), sync())
	s.server("", "E:22P02 Z:I", failure("22P02"), ready('I'))
	s.client("Q:drop table t", "", query("drop table t"))
	if len(s.rep) != 1 || s.rep[0].Kind != WouldHold {
		t.Errorf("reports %+v", s.rep)
	}
}

// malformed is a message as it came.
type malformed []byte

func (m malformed) Encode(dst []byte) ([]byte, error) { return append(dst, m...), nil }

// TestMalformedInsideOfDataThatFailed: its error is not taken for that of a statement
// behind it, which changes what a name stands for.
func TestMalformedInsideOfDataThatFailed(t *testing.T) {
	prepare := func() *script {
		s := newScript(t, Enforce)
		s.client("Q:prepare p as select 1", "", query("prepare p as select 1"))
		s.server("", "C:PREPARE Z:I", complete("PREPARE"), ready('I'))
		s.client("Q:copy t from stdin", "", query("copy t from stdin"))
		s.server("", "G", copyIn())
		return s
	}
	for _, bad := range []malformed{{'Q', 0, 0, 0, 5, 'x'}, {'F', 0, 0, 0, 4}} {
		s := prepare()
		s.core.Client(encode(t, copyData("bad\n"), bad, bad, query("deallocate p"), query("prepare p as delete from t")))
		s.core.Take()
		s.server("", "E:22P02 Z:I E:08P01 Z:I E:08P01 Z:I", failure("22P02"), ready('I'), failure("08P01"), ready('I'), failure("08P01"), ready('I'))
		s.server("", "C:DEALLOCATE Z:I C:PREPARE Z:I", complete("DEALLOCATE"), ready('I'), complete("PREPARE"), ready('I'))
		s.client("", "", query("execute p"))
		if a := s.held(); a.Verdict.Rule != "deletes" {
			t.Errorf("%c: asked %+v", bad[0], a)
		}
	}
	s := prepare() // where the COPY goes on the server ignores a Flush whatever its body is
	s.client("d Q:deallocate p", "", copyData("bad\n"), malformed{'H', 0, 0, 0, 5, 'x'}, query("deallocate p"))

	s = prepare() // and so it does a Sync; where the COPY failed nobody can tell its error from another
	bad := malformed{'S', 0, 0, 0, 5, 'x'}
	s.client("d S c S Q:deallocate p", "", copyData("bad\n"), bad, copyDone(), sync(), query("deallocate p"))
	s.server("", "E:22P02", failure("22P02"))
	s.server("", "E:08P01", failure("08P01"))
	if s.over == nil {
		t.Error("the session goes on")
	}
}

// TestSyncWithABody: outside of copy data it is an error that ends a batch.
func TestSyncWithABody(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("P::select 1 S Q:select 1", "", parse("", "select 1"), malformed{'S', 0, 0, 0, 5, 'x'}, query("select 1"))
	s.server("", "1 E:08P01 Z:I C:SELECT 1 Z:I", parsed(), failure("08P01"), ready('I'), complete("SELECT 1"), ready('I'))
	if !s.core.Idle() {
		t.Error("not idle")
	}
}
