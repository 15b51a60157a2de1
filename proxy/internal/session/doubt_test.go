package session

import (
	"strings"
	"testing"
)

// TestNamesInALongText: of a long text the statements that can do no harm are not
// kept, so the server's tags do not say which of the others have run.
func TestNamesInALongText(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("Q:prepare p as delete from t", "", query("prepare p as delete from t"))
	s.server("", "C:PREPARE Z:I", complete("PREPARE"), ready('I'))
	long := "select 1; select 1; select 1/0; deallocate p; prepare p as select 1;" + strings.Repeat(" ", 300<<10) + "select 1"
	s.client("Q:"+long, "", query(long))
	s.server("", "C:SELECT 1 C:SELECT 1 E:22012 Z:I", complete("SELECT 1"), complete("SELECT 1"), failure("22012"), ready('I'))
	s.client("", "", query("execute p"))
	s.held()
}

// TestPortalBoundInAnEarlierBatch: the Bind may fail, and the portal is then what it
// was before.
func TestPortalBoundInAnEarlierBatch(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("Q:begin; prepare p as select 1", "", query("begin; prepare p as select 1"))
	s.server("", "C:BEGIN C:PREPARE Z:T", complete("BEGIN"), complete("PREPARE"), ready('T'))
	s.client("P:e:execute p B:c:e S", "", parse("e", "execute p"), bindTo("c", "e"), sync())
	s.server("", "1 2 Z:T", parsed(), bound(), ready('T'))
	const change = "savepoint s; deallocate p; prepare p as delete from t"
	s.client("Q:"+change, "", query(change))
	s.server("", "C:SAVEPOINT C:DEALLOCATE C:PREPARE Z:T", complete("SAVEPOINT"), complete("DEALLOCATE"), complete("PREPARE"), ready('T'))
	s.client("P::select 1 B:c: S Q:rollback to s", "", parse("", "select 1"), bindTo("c", ""), sync(), query("rollback to s"), execute("c"), sync())
	s.server("", "1 E:42P03 Z:E C:ROLLBACK Z:T", parsed(), failure("42P03"), ready('E'), complete("ROLLBACK"), ready('T'))
	if a := s.held(); a.Verdict.Rule != "deletes" {
		t.Errorf("asked %+v", a)
	}
}

// TestStatementParsedInAnEarlierBatch: the Parse may fail, and what then runs under
// its name may change what another name stands for.
func TestStatementParsedInAnEarlierBatch(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("Q:prepare p as select 1", "", query("prepare p as select 1"))
	s.server("", "C:PREPARE Z:I", complete("PREPARE"), ready('I'))
	s.client("P:d:deallocate p P:q:prepare p as delete from t S", "", parse("d", "deallocate p"), parse("q", "prepare p as delete from t"), sync())
	s.server("", "1 1 Z:I", parsed(), parsed(), ready('I'))
	s.client("P:d:select 1 S", "", parse("d", "select 1"), sync(), bindTo("", "d"), execute(""), sync())
	s.server("B::d E: S", "E:42P05 Z:I", failure("42P05"), ready('I'))
	s.server("", "2 C:DEALLOCATE Z:I", bound(), complete("DEALLOCATE"), ready('I'))
	s.client("P:q:select 1 S", "", parse("q", "select 1"), sync(), bindTo("", "q"), execute(""), sync())
	s.server("B::q E: S", "E:42P05 Z:I", failure("42P05"), ready('I'))
	s.server("", "2 C:PREPARE Z:I", bound(), complete("PREPARE"), ready('I'))
	s.client("", "", query("execute p"))
	s.held()
}

// TestPipelinedReads: neither waits for answers where it makes no difference.
func TestPipelinedReads(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("P:a:select 1 S", "", parse("a", "select 1"), sync())
	s.server("", "1 Z:I", parsed(), ready('I'))
	s.client("C P:a:select 2 S B:c:a E:c S E:c S", "", closeOf('S', "a"), parse("a", "select 2"), sync(),
		bindTo("c", "a"), execute("c"), sync(), execute("c"), sync())
}

// TestApprovedPortalOfAnotherBody: what was approved at Bind is what the name stood
// for then.
func TestApprovedPortalOfAnotherBody(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("Q:begin; prepare p as delete from t", "", query("begin; prepare p as delete from t"))
	s.server("", "C:BEGIN C:PREPARE Z:T", complete("BEGIN"), complete("PREPARE"), ready('T'))
	s.client("", "", parse("", "execute p"), bindTo("c", ""), flush())
	s.held()
	s.core.Release("h3x8m2qd")
	s.check("P::execute p B:c: H", "")
	s.server("", "1 2", parsed(), bound())
	s.client("P::deallocate p B:: E: P::prepare p as delete from users B:: E: H", "",
		parse("", "deallocate p"), bindTo("", ""), execute(""),
		parse("", "prepare p as delete from users"), bindTo("", ""), execute(""), flush())
	s.client("", "", execute("c"), sync())
	if e := s.held().Verdict.Effects; e[len(e)-1].Target.Name != "users" {
		t.Errorf("asked about %v", e)
	}
}

// TestReportedOnce: what is judged anew, since a name in its batch was in flight, is
// neither counted nor reported again.
func TestReportedOnce(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("Q:prepare p as delete from t", "", query("prepare p as delete from t"))
	s.core.Client(encode(t, parse("", "delete from u where id = 1"), bindTo("", ""), execute(""),
		parse("", "execute p"), bindTo("", ""), execute(""), sync()))
	statements, reports := 0, 0
	take := func() {
		out := s.answered(s.core.Take())
		statements, reports = statements+out.Statements, reports+len(out.Reports)+len(out.Uncounted)
	}
	take()
	s.core.Server(encode(t, complete("PREPARE"), ready('I')))
	take()
	if !s.core.Held() || statements != 2 || reports != 1 {
		t.Errorf("held %v, %d statements, %d reports", s.core.Held(), statements, reports)
	}
}
