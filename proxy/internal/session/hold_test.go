package session

import (
	"slices"
	"strings"
	"testing"
	"unsafe"

	"github.com/holdfast-db/holdfast/proxy/internal/wire"
)

var denied = wire.Error{Code: "ZH002", Message: "denied"}

// refusalParse is how the message looks that the server must reject.
const refusalParse = `P:held by holdfast as h3x8m2qd, see holdfast show h3x8m2qd:"held by holdfast as h3x8m2qd, see holdfast show h3x8m2qd"`

// refusalQuery is the same in the simple protocol.
const refusalQuery = `Q:"held by holdfast as h3x8m2qd, see holdfast show h3x8m2qd"`

func TestSimpleQueryPasses(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("Q:select 1", "", query("select 1"))
	s.server("", "C:SELECT 1 Z:I", complete("SELECT 1"), ready('I'))
}

func TestSimpleDropIsHeldAndApproved(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("", "", query("drop table events"))
	a := s.held()
	if a.InTransaction || a.SQL != "drop table events" || a.Verdict.Rule != "drops" || a.Binding == "" {
		t.Errorf("asked %+v", a)
	}
	if !s.core.Release("h3x8m2qd") {
		t.Fatal("not released")
	}
	s.check("Q:drop table events", "")
	if s.core.Release("h3x8m2qd") {
		t.Error("released twice")
	}
	s.server("", "C:DROP TABLE Z:I", complete("DROP TABLE"), ready('I'))
	if len(s.done) != 1 || s.done[0] != (Ended{ID: "h3x8m2qd", Result: "DROP TABLE"}) {
		t.Errorf("ended %+v", s.done)
	}
}

func TestSimpleDropIsDenied(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("", "", query("drop table events"))
	s.held()
	s.core.Refuse(denied, "h3x8m2qd")
	s.check(refusalQuery, "")
	s.server("", "E:ZH002 Z:I", failure("42601"), ready('I'))
	s.client("Q:select 1", "", query("select 1"))
}

// TestDeniedInATransaction: the server aborts it, and its status is what the
// client is told.
func TestDeniedInATransaction(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("Q:begin", "", query("begin"))
	s.server("", "C:BEGIN Z:T", complete("BEGIN"), ready('T'))
	s.client("", "", query("truncate t"))
	if !s.held().InTransaction {
		t.Error("not asked as in a transaction")
	}
	s.core.Refuse(denied, "h3x8m2qd")
	s.check(refusalQuery, "")
	s.server("", "E:ZH002 Z:E", failure("42601"), ready('E'))
	// What cannot run is the server's to refuse.
	s.client("Q:drop table t", "", query("drop table t"))
	s.server("", "E:25P02 Z:E", failure("25P02"), ready('E'))
	s.client("Q:rollback", "", query("rollback"))
}

// TestRollbackAndDropInAFailedTransaction: the DROP would run after the ROLLBACK.
func TestRollbackAndDropInAFailedTransaction(t *testing.T) {
	s := newScript(t, Enforce)
	s.core.status = 'E'
	s.client("", "", query("rollback; drop table t"))
	s.held()
}

func TestExtendedBatchIsHeldWhole(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("", "", parse("", "insert into t values (1)"), bindTo("", ""), execute(""),
		parse("", "drop table events"), bindTo("", ""), describe('P', ""), execute(""), sync())
	if s.held().InTransaction {
		t.Error("asked as in a transaction although nothing was forwarded")
	}
	s.core.Refuse(denied, "h3x8m2qd")
	s.check("P::insert into t values (1) B:: E: "+refusalParse+" S", "")
	s.server("", "1 2 C:INSERT 0 1 E:ZH002 Z:I", parsed(), bound(), complete("INSERT 0 1"), failure("42601"), ready('I'))
}

func TestExtendedBatchIsApproved(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("", "", parse("", "drop table events"), bindTo("", ""), describe('P', ""), execute(""), sync(), query("select 1"))
	s.held()
	s.core.Release("h3x8m2qd")
	s.check("P::drop table events B:: D E: S Q:select 1", "")
	s.server("", "1 2 n C:DROP TABLE Z:I", parsed(), bound(), noData(), complete("DROP TABLE"), ready('I'))
	if len(s.done) != 1 || s.done[0].Failed || s.done[0].Result != "DROP TABLE" {
		t.Errorf("ended %+v", s.done)
	}
}

// TestPreparedEarlierIsHeldAtBind is what pgx does: Parse, Describe and Sync come
// first and go on, since they run nothing.
func TestPreparedEarlierIsHeldAtBind(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("P:s1:delete from t D S", "", parse("s1", "delete from t"), describe('S', "s1"), sync())
	s.server("", "1 n Z:I", parsed(), noData(), ready('I'))
	s.client("", "", bindTo("", "s1"), describe('P', ""), execute(""), sync())
	a := s.held()
	if a.InTransaction || a.SQL != "delete from t" {
		t.Errorf("asked %+v", a)
	}
	s.core.Refuse(denied, "h3x8m2qd")
	s.check(refusalParse+" S", "")
	s.server("", "E:ZH002 Z:I", failure("42601"), ready('I'))
	// The next one is asked again.
	s.client("", "", bindTo("", "s1"), execute(""), sync())
	s.held()
	s.core.Release("a")
	s.check("B::s1 E: S", "")
}

// TestSplitBatch: what comes behind a refusal, up to Sync, is dropped whenever it
// comes.
func TestSplitBatch(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("", "", parse("", "drop table a"), bindTo("", ""), flush())
	s.held()
	s.core.Refuse(denied, "h3x8m2qd")
	s.check(refusalParse, "")
	s.client("", "", execute(""), parse("x", "drop table b"), bindTo("", "x"), execute(""))
	s.server("", "E:ZH002", failure("42601"))
	s.client("S", "", closeOf('S', "x"), sync())
	s.server("", "Z:I", ready('I'))
}

// TestSplitSyncBehindARefusal: a Sync that comes in parts still ends what is
// dropped.
func TestSplitSyncBehindARefusal(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("", "", parse("", "drop table a"), bindTo("", ""), flush())
	s.held()
	s.core.Refuse(denied, "h3x8m2qd")
	s.check(refusalParse, "")
	long := []byte{wire.Sync, 0, 0, 0, 6, 0, 0} // the server refuses the bytes too many
	s.core.Client(long[:6])
	s.check("", "")
	s.core.Client(long[6:])
	s.check("S", "")
}

// TestWaitingForBind: a Parse that would be held is kept until it is clear whether
// it is bound.
func TestWaitingForBind(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("", "", parse("", "drop table a"))
	s.client("P::drop table a H", "", flush())
	s.server("", "1", parsed())
	s.client("", "", bindTo("", ""), execute(""))
	if !s.held().InTransaction {
		t.Error("the Parse is forwarded and not synced, so a transaction may be open")
	}
}

// TestParseThenQuery: nothing may be kept for ever that the client waits for.
func TestParseThenQuery(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("P::drop table a Q:select 1", "", parse("", "drop table a"), query("select 1"))
	s = newScript(t, Enforce)
	s.client("P::drop table a X", "", parse("", "drop table a"), terminate())
	s = newScript(t, Enforce)
	s.client("", "", parse("", "drop table a"), query("drop table b"))
	s.held()
	s.core.Release("a")
	s.check("P::drop table a Q:drop table b", "")
}

func TestFailedParseLeavesTheOldStatement(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("P:a:delete from t S", "", parse("a", "delete from t"), sync())
	s.server("", "1 Z:I", parsed(), ready('I'))
	s.client("P:a:select 1 S", "", parse("a", "select 1"), sync())
	s.server("", "E:42P05 Z:I", failure("42P05"), ready('I'))
	s.client("", "", bindTo("", "a"), execute(""), sync())
	s.held()
}

// TestInFlightNamesCountAsBoth: until the server has answered, a name may stand
// for the old statement and for the new one.
func TestInFlightNamesCountAsBoth(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("P:a:delete from t S", "", parse("a", "delete from t"), sync())
	s.server("", "1 Z:I", parsed(), ready('I'))
	s.client("P:a:select 1 S", "", parse("a", "select 1"), sync(), bindTo("", "a"), execute(""), sync())
	s.server("", "E:42P05 Z:I", failure("42P05"), ready('I'))
	s.held()
	// In one batch with its Parse the Bind is skipped when that fails.
	s = newScript(t, Enforce)
	s.client("P:a:delete from t S", "", parse("a", "delete from t"), sync())
	s.server("", "1 Z:I", parsed(), ready('I'))
	s.client("P:a:select 1 B::a E: S", "", parse("a", "select 1"), bindTo("", "a"), execute(""), sync())
	s.server("", "E:42P05 Z:I", failure("42P05"), ready('I'))
	s.client("", "", bindTo("", "a"), execute(""), sync())
	s.held()
}

func TestClosedNamesAreGone(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("P:a:delete from t C P:a:select 1 S", "", parse("a", "delete from t"), closeOf('S', "a"), parse("a", "select 1"), sync())
	s.server("", "1 3 1 Z:I", parsed(), closed3(), parsed(), ready('I'))
	s.client("B::a E: S", "", bindTo("", "a"), execute(""), sync())
}

func TestUnknownNamesAreOpaque(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("", "", bindTo("", "elsewhere"), execute(""), sync())
	if a := s.held(); a.Verdict.Rule != "opaque" {
		t.Errorf("asked %+v", a)
	}
	s = newScript(t, Enforce)
	s.client("", "", execute("elsewhere"), sync())
	s.held()
}

func TestSQLPrepareAndExecute(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("Q:prepare p as delete from t", "", query("prepare p as delete from t"))
	s.server("", "C:PREPARE Z:I", complete("PREPARE"), ready('I'))
	s.client("", "", query("execute p"))
	if a := s.held(); !strings.Contains(a.Verdict.Reason, "t") || a.Verdict.Rule != "deletes" {
		t.Errorf("asked %+v", a)
	}
	s.core.Refuse(denied, "h3x8m2qd")
	s.check(refusalQuery, "")
	s.server("", "E:ZH002 Z:I", failure("42601"), ready('I'))
	// The protocol shares the name.
	s.client("", "", bindTo("", "p"), execute(""), sync())
	s.held()
	s.core.Refuse(denied, "h3x8m2qd")
	s.check(refusalParse+" S", "")
	s.server("", "E:ZH002 Z:I", failure("42601"), ready('I'))
	s.client("Q:deallocate p", "", query("deallocate p"))
	s.server("", "C:DEALLOCATE Z:I", complete("DEALLOCATE"), ready('I'))
	s.client("Q:prepare p as select 1", "", query("prepare p as select 1"))
	s.server("", "C:PREPARE Z:I", complete("PREPARE"), ready('I'))
	s.client("Q:execute p", "", query("execute p"))
}

// TestExecuteBoundBeforeItBecameDangerous: a portal of EXECUTE is judged again when
// it runs.
func TestExecuteBoundBeforeItBecameDangerous(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("Q:begin; prepare p as select 1", "", query("begin; prepare p as select 1"))
	s.server("", "C:BEGIN C:PREPARE Z:T", complete("BEGIN"), complete("PREPARE"), ready('T'))
	s.client("P:e:execute p B:c:e H", "", parse("e", "execute p"), bindTo("c", "e"), flush())
	s.server("", "1 2", parsed(), bound())
	s.client("P::deallocate p B:: E: P::prepare p as delete from t B:: E: H", "",
		parse("", "deallocate p"), bindTo("", ""), execute(""),
		parse("", "prepare p as delete from t"), bindTo("", ""), execute(""), flush())
	s.client("", "", execute("c"), sync())
	s.held()
}

func TestRefusedByPolicyIsNotAsked(t *testing.T) {
	s := newScript(t, Enforce)
	s.client(`Q:"refused by holdfast"`, "", query("set standard_conforming_strings = off"))
	s.server("", "E:ZH005 Z:I", failure("42601"), ready('I'))
	if s.ask != nil || len(s.rep) != 1 || s.rep[0].Kind != Refused {
		t.Errorf("ask %+v, reports %+v", s.ask, s.rep)
	}
}

func TestAnEarlierErrorWins(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("P::insert into t values (1) B:: E: H", "", parse("", "insert into t values (1)"), bindTo("", ""), execute(""), flush())
	s.client("", "", parse("", "drop table t"), bindTo("", ""), execute(""), sync())
	if !s.held().InTransaction {
		t.Error("not asked as in a transaction")
	}
	s.core.Server(encode(t, parsed(), bound(), failure("23505")))
	out := s.core.Take()
	if !out.Moot || serverWords(join(out.ToClient)) != "1 2 E:23505" {
		t.Fatalf("moot %v, %q", out.Moot, serverWords(join(out.ToClient)))
	}
	s.core.Refuse(denied, "h3x8m2qd")
	s.check("S", "")
	s.server("", "Z:I", ready('I'))
}

// TestFatalInThePlaceOfARefusal is the server's own and goes on unchanged.
func TestFatalInThePlaceOfARefusal(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("", "", query("drop table t"))
	s.held()
	s.core.Refuse(denied, "h3x8m2qd")
	s.check(refusalQuery, "")
	s.server("", "E:57P01", fatal("57P01"))
}

// TestHoldWaitsForWhatIsInFlight: whether a transaction is open is known only when
// the statements before have been answered.
func TestHoldWaitsForWhatIsInFlight(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("Q:begin", "", query("begin"), query("drop table t"))
	if s.ask != nil {
		t.Fatal("asked before BEGIN was answered")
	}
	s.server("", "C:BEGIN Z:T", complete("BEGIN"), ready('T'))
	if !s.held().InTransaction {
		t.Error("not asked as in a transaction")
	}
}

func TestObserveChangesNothing(t *testing.T) {
	s := newScript(t, Observe)
	s.client("Q:drop table t", "", query("drop table t"))
	s.server("", "C:DROP TABLE Z:I", complete("DROP TABLE"), ready('I'))
	s.client("P::truncate t B:: E: S", "", parse("", "truncate t"), bindTo("", ""), execute(""), sync())
	s.client("Q:set client_encoding = sjis", "", query("set client_encoding = sjis"))
	s.client("B::nowhere S", "", bindTo("", "nowhere"), sync())
	var kinds []ReportKind
	for _, r := range s.rep {
		kinds = append(kinds, r.Kind)
	}
	if len(kinds) != 4 || s.ask != nil {
		t.Errorf("reports %v, ask %v", kinds, s.ask)
	}
}

func TestFunctionCalls(t *testing.T) {
	call := func(oid byte) []byte { return []byte{wire.FunctionCall, 0, 0, 0, 14, 0, 0, 3, oid, 0, 0, 0, 0, 0, 0} }
	s := newScript(t, Enforce)
	s.core.Client(call(0xbb)) // lo_close, 955-... stays within lo_*
	s.check("F", "")
	s.server("", "Z:I", ready('I'))
	s.core.Client(call(0xc4)) // lo_unlink
	s.check("", "")
	if a := s.held(); a.Verdict.Rule != "opaque" {
		t.Errorf("asked %+v", a)
	}
	s.core.Refuse(denied, "h3x8m2qd")
	s.check(refusalParse+" S", "")
	s.server("", "E:ZH002 Z:I", failure("42601"), ready('I'))
}

func TestBindingIsOfValuesNotOfNames(t *testing.T) {
	binding := func(messages ...encoder) string {
		s := newScript(t, Enforce)
		s.client("", "", messages...)
		return s.held().Binding
	}
	one := binding(parse("a", "delete from t /* x */"), bindTo("p", "a"), execute("p"), sync())
	if two := binding(parse("b", "delete from t /* y */"), bindTo("", "b"), execute(""), sync()); one != two {
		t.Error("names or comments change the binding")
	}
	if two := binding(parse("b", "delete from u"), bindTo("", "b"), execute(""), sync()); one == two {
		t.Error("another text has the same binding")
	}
}

// TestSuspendedPortal: what was decided at Bind is not asked again when the rest of
// its rows is fetched.
func TestSuspendedPortal(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("", "", parse("", "delete from t returning *"), bindTo("p", ""), execute("p"), flush())
	s.held()
	s.core.Release("a")
	s.check("P::delete from t returning * B:p: E:p H", "")
	s.server("", "1 2 D s", parsed(), bound(), row("1"), suspended())
	s.client("E:p S", "", execute("p"), sync())
	s.server("", "D C:DELETE 2 Z:I", row("2"), complete("DELETE 2"), ready('I'))
	if len(s.done) != 1 || s.done[0].Failed {
		t.Errorf("ended %+v", s.done)
	}
}

func TestReportsOfUncountedStatements(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("Q:delete from t where id = 1", "", query("delete from t where id = 1"))
	s.client("P::delete from t where id = $1 B:: E: S", "", parse("", "delete from t where id = $1"), bindTo("", ""), execute(""), sync())
	s.client("Q:select f()", "", query("select f()"))
	if want := []string{"delete t", "delete t", ""}; len(s.rep) != 0 || !slices.Equal(s.uncounted, want) {
		t.Errorf("reports %+v, uncounted %+v", s.rep, s.uncounted)
	}
}

// TestQueryRefusedInAnOpenBatch: an earlier message of the batch fails, so the
// server skips the refusal as it would have skipped the Query: the client gets one
// error and, for its own Sync, one ReadyForQuery.
func TestQueryRefusedInAnOpenBatch(t *testing.T) {
	for name, want := range map[string]string{"drop table t": refusalQuery, "": "F"} {
		s := newScript(t, Enforce)
		s.client("P::select 1 B:: E: H", "", parse("", "select 1"), bindTo("", ""), execute(""), flush())
		if name == "" {
			s.core.Client([]byte{wire.FunctionCall, 0, 0, 0, 14, 0, 0, 3, 0xc4, 0, 0, 0, 0, 0, 0}) // lo_unlink
			s.check("", "")
		} else {
			s.client("", "", query(name))
		}
		s.held()
		s.core.Refuse(denied, "h3x8m2qd")
		s.check(want, "")
		s.server("", "1 2 E:22012", parsed(), bound(), failure("22012"))
		s.client("S", "", sync())
		s.server("", "Z:I", ready('I'))
		if !s.core.Idle() {
			t.Errorf("%q: not idle", want)
		}
	}
}

// TestQueryRefusedBehindAHeldBind: the Bind is refused, so the Query behind it is
// skipped up to the client's Sync.
func TestQueryRefusedBehindAHeldBind(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("P:a:delete from t S", "", parse("a", "delete from t"), sync())
	s.server("", "1 Z:I", parsed(), ready('I'))
	s.client("", "", bindTo("", "a"), execute(""), query("select 1"))
	s.held()
	s.core.Refuse(denied, "h3x8m2qd")
	s.check(refusalParse, "")
	s.server("", "E:ZH002", failure("42601"))
	s.client("S", "", query("select 2"), sync())
	s.server("", "Z:I", ready('I'))
}

// TestNamesThatBeginAlike: PostgreSQL looks names up by their first 63 bytes.
func TestNamesThatBeginAlike(t *testing.T) {
	long := strings.Repeat("n", 63)
	s := newScript(t, Enforce)
	s.client("P:"+long+"1:select 1 S", "", parse(long+"1", "select 1"), sync())
	s.server("", "1 Z:I", parsed(), ready('I'))
	s.client("C P:"+long+"2:delete from t S", "", closeOf('S', long+"2"), parse(long+"2", "delete from t"), sync())
	s.server("", "3 1 Z:I", closed3(), parsed(), ready('I'))
	s.client("", "", bindTo("", long+"1"), execute(""), sync())
	if a := s.held(); a.SQL != "delete from t" {
		t.Errorf("asked %+v", a)
	}
}

// TestNamesInTwoEncodings: the server converts names, so one name may come as
// different bytes.
func TestNamesInTwoEncodings(t *testing.T) {
	s := newScript(t, Enforce)
	s.core.cfg.ServerEncoding = "UTF8"
	s.core.settings.reported.ClientEncoding = "LATIN1"
	s.client("P:\xe9:select 1 S", "", parse("\xe9", "select 1"), sync())
	s.server("", "1 Z:I", parsed(), ready('I'))
	s.client("Q:set client_encoding = utf8", "", query("set client_encoding = utf8"))
	s.server("", "C:SET S Z:I", complete("SET"), setting("client_encoding", "UTF8"), ready('I'))
	s.client("C P:é:delete from t S", "", closeOf('S', "é"), parse("é", "delete from t"), sync())
	s.server("", "3 1 Z:I", closed3(), parsed(), ready('I'))
	s.client("Q:set client_encoding = latin1", "", query("set client_encoding = latin1"))
	s.server("", "C:SET S Z:I", complete("SET"), setting("client_encoding", "LATIN1"), ready('I'))
	s.client("", "", bindTo("", "\xe9"), execute(""), sync())
	if a := s.held(); a.SQL != "delete from t" {
		t.Errorf("asked %+v", a)
	}
}

// TestUnclearNames: where it is not known how the server reads a name, it may be
// every name that is not plain.
func TestUnclearNames(t *testing.T) {
	s := newScript(t, Enforce) // the server's encoding is not known
	s.client("P:é:select 1 P:plain:select 2 S", "", parse("é", "select 1"), parse("plain", "select 2"), sync())
	s.server("", "1 1 Z:I", parsed(), parsed(), ready('I'))
	s.client("B::plain E: S", "", bindTo("", "plain"), execute(""), sync())
	s.server("", "2 C:SELECT 1 Z:I", bound(), complete("SELECT 1"), ready('I'))
	s.client("", "", bindTo("", "é"), execute(""), sync())
	if a := s.held(); a.Verdict.Rule != "opaque" {
		t.Errorf("asked %+v", a)
	}
}

// TestBoundManyTimes: thousands of Binds in one chunk keep the statement's text once.
func TestBoundManyTimes(t *testing.T) {
	s := newScript(t, Enforce)
	text := "delete from t --" + strings.Repeat("x", 200<<10)
	s.core.Client(encode(t, parse("a", text), sync()))
	s.core.Take()
	s.core.Server(encode(t, parsed(), ready('I')))
	s.core.Take()
	var many []encoder
	for range 1000 {
		many = append(many, bindTo("", "a"), execute(""))
	}
	chunk := encode(t, append(many, sync())...)
	s.core.Client(chunk)
	s.check("", "")
	a := s.held()
	if len(a.Statements) != 1000 || a.SQL != text {
		t.Errorf("%d statements, %d bytes of SQL", len(a.Statements), len(a.SQL))
	}
}

// TestReportedManyTimes: the same for what is only reported.
func TestReportedManyTimes(t *testing.T) {
	s := newScript(t, Observe)
	s.core.Client(encode(t, parse("a", "delete from t --"+strings.Repeat("x", 200<<10)), sync()))
	s.core.Take()
	s.core.Server(encode(t, parsed(), ready('I')))
	s.core.Take()
	s.core.Client(encode(t, bindTo("", "a"), bindTo("", "a"), sync()))
	r := s.core.Take().Reports
	if len(r) != 2 || r[0].SQL == "" || unsafe.StringData(r[0].SQL) != unsafe.StringData(r[1].SQL) {
		t.Errorf("%d reports", len(r))
	}
}

// TestKeyedStatementsDoNotAllocate: what is only measured costs no memory, sent as a Query
// again and again or prepared.
func TestKeyedStatementsDoNotAllocate(t *testing.T) {
	s := newScript(t, Enforce)
	const text = "delete from orders where id = $1"
	s.client("P:s:"+text+" S", "", parse("s", text), sync())
	s.server("", "1 Z:I", parsed(), ready('I'))
	for name, messages := range map[string][2][]byte{
		"query":    {encode(t, query("delete from orders where id = 4711")), encode(t, complete("DELETE 1"), ready('I'))},
		"prepared": {encode(t, bindTo("", "s"), execute(""), sync()), encode(t, bound(), complete("DELETE 1"), ready('I'))},
	} {
		uncounted := 0
		run := func() {
			s.core.Client(messages[0])
			uncounted += len(s.core.Take().Uncounted)
			s.core.Server(messages[1])
			uncounted += len(s.core.Take().Uncounted)
		}
		for range 3 { // the text is cached when it comes again
			run()
		}
		if n := testing.AllocsPerRun(100, run); n != 0 || uncounted != 104 {
			t.Errorf("%s: %v allocations, %d uncounted", name, n, uncounted)
		}
	}
}
