package session

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

// ownBehind is what goes to the server to ask who waits.
var ownBehind = owns(savepoint, limitBehind, askBehind, forgetStats, rollbackTo, releaseIt) + " S"

// behindAnswer is what the server answers.
func behindAnswer(rows ...encoder) []encoder {
	part := func(rows ...encoder) []encoder {
		return append(append([]encoder{closed3(), closed3(), parsed(), bound()}, rows...), complete("X"), closed3(), closed3())
	}
	var all []encoder
	for _, p := range [][]encoder{nil, {textRow("2s", "off", "")}, rows, {textRow("")}, nil, nil} {
		all = append(all, part(p...)...)
	}
	return append(all, ready('T'))
}

// heldInside is a session whose DROP waits inside a transaction.
func heldInside(t *testing.T) *script {
	s := newScript(t, Enforce)
	s.inTransaction()
	s.client("", "", query("drop table x"))
	s.held()
	s.unanswered = true
	return s
}

// asksBehind lets the engine ask who waits, and checks what goes to the server.
func (s *script) asksBehind(wantServer string) *Behind {
	s.t.Helper()
	s.core.AskBehind()
	out := s.core.Take()
	if got := clientWords(join(out.ToServer)); got != wantServer {
		s.t.Errorf("to the server: %q, want %q", got, wantServer)
	}
	return out.Behind
}

func TestBehind(t *testing.T) {
	s := heldInside(t)
	if b := s.asksBehind(ownBehind); b != nil || !s.core.Held() || !s.core.Owed() || s.core.Phase() != PhaseHeld {
		t.Errorf("%+v", b)
	}
	s.asksBehind("") // one at a time
	s.core.Server(encode(t, behindAnswer(textRow("21", "7", "4711", "ben", "shop \u00fc", "9"), textRow("21", "7", "4712", "", "", "0"))...))
	out := s.core.Take()
	want := &Behind{Count: 21, Strong: 7 * time.Second, Sessions: []BehindSession{
		{PID: 4711, User: "ben", Application: "shop \u00fc", Waited: 9 * time.Second}, {PID: 4712}}}
	if !reflect.DeepEqual(out.Behind, want) || len(join(out.ToServer))+len(join(out.ToClient)) > 0 {
		t.Errorf("%+v, %q, %q", out.Behind, out.ToServer, out.ToClient)
	}
	s.asksBehind(ownBehind)
	s.core.Server(encode(t, behindAnswer()...))
	if b := s.core.Take().Behind; !reflect.DeepEqual(b, &Behind{Strong: -1}) {
		t.Errorf("%+v", b)
	}
	s.core.Release("h")
	s.check("Q:drop table x", "")
	s.server("", "C:DROP TABLE Z:T", complete("DROP TABLE"), ready('T'))
	if len(s.done) != 1 {
		t.Errorf("%+v", s.done)
	}
	s.asksBehind("") // nothing waits
}

// TestDecidedWhileAsking: an answer of people waits for that of the server.
func TestDecidedWhileAsking(t *testing.T) {
	s := heldInside(t)
	s.asksBehind(ownBehind)
	if !s.core.Release("h3x8m2qd") || s.core.Unsent() != "h3x8m2qd" {
		t.Error("not to be released")
	}
	if s.core.Release("h") || s.core.Refuse(denied, "h") || !s.core.Inquiring() {
		t.Error("decided twice")
	}
	s.check("", "")
	s.server("Q:drop table x", "", behindAnswer()...)
	if s.core.Unsent() != "" {
		t.Error("still unsent")
	}
	s.server("", "C:DROP TABLE Z:T", complete("DROP TABLE"), ready('T'))
	if len(s.done) != 1 || s.done[0].ID != "h3x8m2qd" {
		t.Errorf("%+v", s.done)
	}
	s = heldInside(t)
	s.asksBehind(ownBehind)
	s.core.Refuse(denied, "h3x8m2qd")
	s.check("", "")
	s.server(refusalQuery, "", behindAnswer()...)
	s.server("", "E:ZH002 Z:E", failure("42601"), ready('E'))
}

// TestBehindFails: an error of the question is none of the client's, and one that takes
// the transaction makes the wait pointless.
func TestBehindFails(t *testing.T) {
	s := heldInside(t)
	s.asksBehind(ownBehind)
	s.server(ownRescue, "", closed3(), closed3(), parsed(), bound(), complete("X"), closed3(), closed3(), failure("42501"), ready('E'))
	s.core.Server(encode(t, closed3(), closed3(), parsed(), bound(), complete("X"), closed3(), closed3(), closed3(), closed3(), parsed(), bound(), complete("X"), closed3(), closed3(), ready('T')))
	if out := s.core.Take(); out.Behind == nil || out.Behind.Fault != "the server did not answer" || out.Moot || !s.core.Held() {
		t.Errorf("%+v", out)
	}
	for _, rows := range [][]encoder{{textRow("1", "", "x", "", "", "1")}, {textRow("1")}} {
		s = heldInside(t)
		s.asksBehind(ownBehind)
		s.core.Server(encode(t, behindAnswer(rows...)...))
		if out := s.core.Take(); out.Behind == nil || out.Behind.Fault == "" {
			t.Errorf("%+v", out.Behind)
		}
	}
	s = heldInside(t)
	s.asksBehind(ownBehind)
	for range maxRescues {
		s.server(ownRescue, "", failure("57014"), ready('E'))
	}
	s.core.Server(encode(t, failure("57014"), ready('E')))
	if out := s.core.Take(); !out.Moot {
		t.Error("the wait goes on in a transaction that has failed")
	}
}

// TestBehindCannotBeAsked says why.
func TestBehindCannotBeAsked(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("", "", query("drop table x"))
	if b := s.asksBehind(""); b == nil || !strings.Contains(b.Fault, "begun") {
		t.Errorf("%+v", b)
	}
	s = heldInside(t)
	s.core.cfg.Answers = false
	if b := s.asksBehind(""); b == nil || !strings.Contains(b.Fault, "not known") {
		t.Errorf("%+v", b)
	}
	s = heldInside(t)
	s.core.statements.m = map[string]*name{askName: {}}
	if b := s.asksBehind(""); b == nil || b.Fault == "" {
		t.Errorf("%+v", b)
	}
	s = heldInside(t)
	s.asksBehind(ownBehind)
	s.core.settings.reported.ClientEncoding = "LATIN1"
	s.core.question.utf8 = false
	s.core.Server(encode(t, behindAnswer(textRow("1", "1", "1", "b\u00e9n", "a", "1"))...))
	if b := s.core.Take().Behind; b == nil || len(b.Sessions) != 1 || b.Sessions[0].User != "?" || b.Sessions[0].Application != "a" {
		t.Errorf("%+v", b)
	}
}

// TestCancelledWhileAsking: what was approved and not sent yet is not sent when its client
// cancels: the server would cancel nothing but the question.
func TestCancelledWhileAsking(t *testing.T) {
	s := heldInside(t)
	s.asksBehind(ownBehind)
	if s.core.Withdraw() {
		t.Error("nothing is decided: the hold is to be withdrawn")
	}
	s.core.Release("h3x8m2qd")
	if !s.core.Withdraw() || s.core.Unsent() != "h3x8m2qd" {
		t.Error("not to be withdrawn")
	}
	s.server(refusalQuery, "", behindAnswer()...)
	if len(s.done) != 1 || s.done[0] != (Ended{ID: "h3x8m2qd", Failed: true, Result: notSentCancelled}) || s.core.Unsent() != "" {
		t.Errorf("%+v", s.done)
	}
	s.server("", "E:57014 Z:E", failure("42601"), ready('E'))
	if len(s.done) != 1 || len(s.core.Live()) > 0 {
		t.Errorf("%+v", s.done)
	}
	s = heldInside(t)
	s.asksBehind(ownBehind)
	s.core.Refuse(denied, "h3x8m2qd")
	if s.core.Withdraw() {
		t.Error("a refusal is withdrawn")
	}
}
