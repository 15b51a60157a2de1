package slack

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/slack/fakeslack"
)

// hostile are texts that would call everybody, end a block of code, hide or turn
// what follows, or pass for something of ours.
var hostile = []string{
	"<!channel> <!here> <@U0ANA0ANA> <https://evil.example.com|click>",
	"``` *bold* ``` _x_ ~y~ `z`", "&lt;!channel&gt; &amp;amp;", "a\x00b\x1b[31mred\x7f", "\u202egnp.exe\u202c\u200b\ufeff",
	"\xff\xfe broken", strings.Repeat("<", 4000), strings.Repeat("&", 3000), strings.Repeat("😀", 2000), strings.Repeat("`", 900), strings.Repeat("x\n", 3000),
	"DROP TABLE \"a<b>c&d\"", "' OR 1=1 --",
}

// Whatever a client sends as text, name or note: Slack takes the message, shows the
// text as text, and calls nobody.
func TestHostileText(t *testing.T) {
	r := newRig(t, func(o *Options) { o.Literals = true })
	for i, text := range hostile {
		req := request()
		req.SQL, req.Statements, req.Reason, req.Why = text, []string{"DROP TABLE " + text, text}, text, text
		req.User, req.Application, req.Client, req.Database, req.Rule = text, text, text, text, text
		req.TypeName = i%2 == 0
		a := r.ask(req)
		m := r.messageOf(a, "Held on shop-prod")
		r.fake.Click(ben, m, actionDeny)
		v := r.fake.AwaitView(ben)
		r.fake.Click(cleo, m, actionApprove)
		if req.TypeName {
			r.fake.AwaitView(cleo)
			r.fake.Send(v, map[string]string{fieldNote: "no " + strings.ToValidUTF8(bareNote(text), "")})
			r.wantEnd(a, hold.Denied)
			r.messageOf(a, "Denied")
			continue
		}
		r.byCLI(a.id, true, "dee") // whoever asks is nobody in people, which takes two
		r.wantEnd(a, hold.Released)
		r.desk.Finish(a.id, hold.Failed, "42P01: "+text)
		r.messageOf(a, "Failed")
	}
	r.idle()
	r.wantOnce()
}

// bareNote is what the desk takes of a text as a note.
func bareNote(s string) string {
	var b strings.Builder
	for i, r := range s {
		if b.Len() < 100 && plainRune(r, s[i]) == string(r) || entities[r] != "" {
			b.WriteRune(r)
		}
	}
	return cutRunes(b.String(), 400)
}

func cutRunes(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n])
}

// A note that the desk does not take is said in the form.
func TestNoteThatIsNotTaken(t *testing.T) {
	r := newRig(t, nil)
	a := r.ask(request())
	r.fake.Click(ben, r.messageOf(a, "Held"), actionDeny)
	v := r.fake.AwaitView(ben)
	if errs := r.fake.Send(v, map[string]string{fieldNote: "look \u202e here"}); !strings.Contains(errs[fieldNote], "control character") {
		t.Errorf("the form says %v", errs)
	}
	if errs := r.fake.Send(v, map[string]string{fieldNote: strings.Repeat("é", 501)}); !strings.Contains(errs[fieldNote], "501 characters") {
		t.Errorf("the form says %v", errs)
	}
	r.wantPending(a)
	r.fake.Send(v, map[string]string{fieldNote: strings.Repeat("é", 500)})
	r.wantEnd(a, hold.Denied)
}

// A long text is cut in the message, at the border of a character, and stands whole
// in the thread, once.
func TestLongText(t *testing.T) {
	r := newRig(t, nil)
	var sql strings.Builder
	for i := range 400 {
		fmt.Fprintf(&sql, "DELETE FROM ташкент_%d_é😀;\n", i)
	}
	req := request()
	req.SQL = sql.String()
	r.fake.Fail("chat.postMessage", fakeslack.Failure{}, fakeslack.Failure{Lost: true}, fakeslack.Failure{Status: 429, RetryAfter: 1})
	a := r.ask(req)
	r.messageOf(a, "all of it is in the thread")
	r.idle()
	r.wantOnce()
	var thread strings.Builder
	for _, m := range r.fake.Messages()[1:] {
		texts := m.Strings()
		thread.WriteString(strings.Trim(texts[1], "`"))
	}
	got := strings.ReplaceAll(strings.TrimSpace(strings.ReplaceAll(thread.String(), "\n\n", "\n")), "\n\n", "\n")
	if want := strings.TrimSpace(sql.String()); got != want {
		t.Errorf("the thread has %d bytes, want %d: %.200q", len(got), len(want), got)
	}
	a.cancel(hold.ErrWithdrawn)
	r.wantEnd(a, hold.Withdrawn)
}

// What is longer than a thread is worth says how much is missing.
func TestEndlessText(t *testing.T) {
	r := newRig(t, nil)
	req := request()
	req.SQL = "DROP TABLE " + strings.Repeat("a", hold.MaxSQL)
	a := r.ask(req)
	r.messageOf(a, "more bytes are not shown here")
	r.idle()
	if n := len(r.fake.Messages()); n != maxReplies+1 {
		t.Errorf("%d messages", n)
	}
	a.cancel(hold.ErrWithdrawn)
	r.wantEnd(a, hold.Withdrawn)
}

// Values are hidden unless the configuration shows them.
func TestLiterals(t *testing.T) {
	for _, shown := range []bool{false, true} {
		r := newRig(t, func(o *Options) { o.Literals = shown })
		req := request()
		req.SQL = "DELETE FROM users WHERE email = 'ana@example.com'"
		a := r.ask(req)
		m := r.messageOf(a, "DELETE FROM users WHERE email =")
		if got := strings.Contains(strings.Join(m.Strings(), "\n"), "ana@example.com"); got != shown {
			t.Errorf("literals %t: the value is shown: %t", shown, got)
		}
		r.fake.Click(ben, m, actionApprove)
		r.wantEnd(a, hold.Released)
		r.desk.Finish(a.id, hold.Failed, "23503: Key (email)=(ana@example.com) is still referenced")
		m = r.messageOf(a, "Failed", "23503")
		if got := strings.Contains(strings.Join(m.Strings(), "\n"), "ana@example.com"); got != shown {
			t.Errorf("literals %t: the server's value is shown: %t", shown, got)
		}
	}
}

// Who must answer is called by name, group by group, and who has answered is not
// called again.
func TestNeeds(t *testing.T) {
	r := newRig(t, nil)
	req := request()
	req.Reviewers, req.Also = hold.Reviewers{Group: "dba", Count: 2}, []hold.Reviewers{{Group: "security", Count: 1}}
	a := r.ask(req)
	m := r.messageOf(a, "Needs 2 different people of dba (<@"+ben+"> or <@"+cleo+">) and 1 person of security (dee). ana asked, so ana cannot answer.")
	r.fake.Click(ben, m, actionApprove)
	r.messageOf(a, "Needs 1 more person of dba (<@"+cleo+">) and 1 more person of security (dee).")
	r.byCLI(a.id, true, "dee")
	r.messageOf(a, "dee approved it", "by hand", "Needs 1 more person of dba (<@"+cleo+">).")
	r.fake.Click(cleo, m, actionApprove)
	r.wantEnd(a, hold.Released)
	r.desk.Finish(a.id, hold.Executed, "DROP TABLE")
	r.messageOf(a, "Executed", "<@"+cleo+"> approved it*", "<@"+ben+"> approved it as well", "dee approved it as well")
}

// In a transaction it says that locks are kept.
func TestInTransaction(t *testing.T) {
	r := newRig(t, nil)
	req := request()
	req.InTransaction = true
	a := r.ask(req)
	r.messageOf(a, "keeps the locks it has")
	a.cancel(hold.ErrWithdrawn)
	r.wantEnd(a, hold.Withdrawn)
}

// Who waits behind it is named, and that it ended for them is said.
func TestBlocked(t *testing.T) {
	r := newRig(t, nil)
	req := request()
	req.InTransaction = true
	a := r.ask(req)
	r.messageOf(a, "keeps the locks it has")
	b := hold.Blocked{At: time.Now(), Count: 7}
	for range 6 {
		b.Sessions = append(b.Sessions, hold.BlockedSession{PID: 4711, User: "shop", Application: "<!channel> front", Since: time.Now()})
	}
	r.desk.SetBlocked(a.id, b)
	r.messageOf(a, "7 sessions wait behind them.", "shop, &lt;!channel&gt; front, process 4711, since <!date^", "and 2 more")
	a.cancel(hold.Early{Count: 7, Waited: 5 * time.Second})
	r.wantEnd(a, hold.Expired)
	m := r.messageOf(a, "Expired", "*Ended early: 7 sessions had waited up to 5 s behind its locks*; it was refused")
	if m.Button(actionApprove) != nil {
		t.Error("it has a button")
	}
}

// Nobody is known without people, so Slack only tells.
func TestWithoutPeople(t *testing.T) {
	r := newRig(t, nil)
	r.desk.SetPeople(hold.People{})
	a := r.ask(request())
	m := r.messageOf(a, "Answer it with the command line")
	if m.Button(actionApprove) != nil {
		t.Error("it has a button")
	}
	a.cancel(hold.ErrWithdrawn)
	r.wantEnd(a, hold.Withdrawn)
}

// Who leaves the configuration loses the right at once.
func TestLeftTheConfiguration(t *testing.T) {
	r := newRig(t, nil)
	a := r.ask(request())
	m := r.messageOf(a, "Held")
	p, err := hold.NewPeople([]hold.Person{{Name: "cleo", Slack: cleo}}, nil)
	r.must(err)
	r.desk.SetPeople(p)
	r.fake.Click(ben, m, actionApprove)
	r.fake.AwaitEphemeral(ben, "nobody in holdfast’s people")
	r.wantPending(a)
	r.fake.Click(cleo, m, actionApprove)
	r.wantEnd(a, hold.Released)
}

// FuzzText cuts anything anywhere: never longer than asked, never half a character
// or entity, never Slack's own marks.
func FuzzText(f *testing.F) {
	for _, text := range hostile {
		f.Add(text, 10)
		f.Add(text, 150)
	}
	f.Fuzz(func(t *testing.T, text string, n int) {
		if n < 1 || n > 3000 {
			return
		}
		shown, _ := code(text, n)
		for _, s := range []string{line(text, n), shown} {
			plain := strings.NewReplacer("&lt;", "", "&gt;", "", "&amp;", "").Replace(s)
			switch {
			case units(s) > n:
				t.Errorf("%q cut at %d has %d units", text, n, units(s))
			case !utf8.ValidString(s) || strings.ContainsAny(plain, "<>&"):
				t.Errorf("%q cut at %d is %q", text, n, s)
			}
		}
		if strings.Contains(shown, "`") || strings.Contains(line(text, n), "\n") {
			t.Errorf("%q ends its block: %q", text, shown)
		}
	})
}
