package slack

import (
	"fmt"
	"strings"

	slackgo "github.com/slack-go/slack"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/wording"
	"github.com/holdfast-db/holdfast/rules"
)

const (
	// maxStatements bounds the block of what would be destroyed, in characters: a
	// phone shows some thirty lines of it.
	maxStatements = 1200

	// maxText bounds the text in the message itself; all blocks of a message may
	// have about 13,000 characters together (msg_blocks_too_long), which Slack does
	// not document.
	maxText = 2600

	// maxReason bounds a reason, which may quote names.
	maxReason = 1000

	// maxReplies bounds the thread: some 29,000 characters of a statement. Who has
	// to read more reads it better elsewhere.
	maxReplies = 10

	// maxMentions bounds how many people a message calls by name.
	maxMentions = 10
)

// pending writes the message of a hold that waits.
func (p *page) pending() {
	h := p.hold
	p.text = line(fmt.Sprintf("Held on %s: %s asks for %s. Hold %s.", p.place(), p.requester(), p.asked(), h.ID), maxNotice)
	p.header(fmt.Sprintf("Held on %s: %s asks for %s", p.place(), p.requester(), p.asked()))
	p.says(p.unless())
	p.blocked()
	p.facts("Host", p.place(), "Database", h.Database, "Asked by", p.requesterInFull(), "From", p.from())
	p.says("*Would be destroyed* (rows are not counted)\n" + p.destroyed())
	p.facts("Rule", h.Rule, "Reason", reason(h))
	p.statement()
	p.approvals()
	p.small(marked(p.needs()), p.more())
	p.buttons()
}

// reason is why it is held.
func reason(h hold.Hold) string {
	if h.Reason == "" || h.Why == "" {
		return h.Reason + h.Why
	}
	return h.Reason + "; " + h.Why
}

// unless says what happens if nobody acts.
func (p *page) unless() string {
	locks := "Nothing of it has run, and it holds no locks."
	if p.hold.InTransaction {
		locks = word(wording.Locks(true, p.hold.Blocked), maxReason)
	}
	return fmt.Sprintf("%s Without an answer it is refused at %s, %s after it was asked.",
		locks, clock(p.hold.Asked, p.hold.Expires), wording.Took(p.hold.Expires.Sub(p.hold.Asked)))
}

// maxBlocked bounds the sessions named that wait behind a hold: a phone's screen has
// other things to show.
const maxBlocked = 5

// blocked says who waits behind the locks of the hold.
func (p *page) blocked() {
	b := p.hold.Blocked
	var lines []string
	for _, s := range b.Sessions[:min(len(b.Sessions), maxBlocked)] {
		lines = append(lines, fmt.Sprintf("%s, since %s", word(wording.BlockedBy(s), maxFact), moment(s.Since)))
	}
	if more := b.Count - len(lines); more > 0 && len(lines) > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", more))
	}
	if len(lines) > 0 {
		p.says("*Waits behind its locks*\n" + strings.Join(lines, "\n"))
	}
}

// destroyed is one line for each statement.
func (p *page) destroyed() string {
	lines := p.hold.Statements
	if len(lines) == 0 {
		lines = []string{"not known: " + p.hold.Reason}
	}
	text, whole := code(strings.Join(lines, "\n"), maxStatements)
	text = fenced(text)
	if !whole {
		text += fmt.Sprintf("\n%d statements in all", len(lines))
	}
	return text
}

// statement adds the text, and puts what has no room into the thread.
func (p *page) statement() {
	sql := p.app.shown(p.hold.SQL)
	if sql == "" || strings.TrimRight(sql, "; \n") == strings.Join(p.hold.Statements, "; ") {
		return
	}
	text, whole := code(sql, maxText)
	p.says(fenced(text))
	note := ""
	if !whole {
		note = "The text is longer; all of it is in the thread. "
		p.thread(sql)
	}
	if !p.app.o.Literals {
		note += "Values and comments are left out here."
	}
	if note != "" {
		p.small(plain(strings.TrimSpace(note)))
	}
}

// thread cuts a long text into replies, at the ends of lines where it can.
func (p *page) thread(sql string) {
	for len(sql) > 0 && len(p.replies) < maxReplies {
		piece := sql[:fits(sql, maxSection-len(fenced("")))]
		if i := strings.LastIndexByte(piece, '\n'); i > 0 && len(piece) < len(sql) {
			piece = piece[:i+1]
		}
		sql = sql[len(piece):]
		text, _ := code(strings.TrimSuffix(piece, "\n"), maxSection-len(fenced("")))
		p.replies = append(p.replies, []slackgo.Block{slackgo.NewSectionBlock(marked(fenced(text)), nil, nil)})
	}
	if sql != "" {
		p.replies[maxReplies-1] = append(p.replies[maxReplies-1], slackgo.NewContextBlock("",
			plain(fmt.Sprintf("%d more bytes are not shown here.", len(sql))), p.more()))
	}
}

// fits is how many bytes of s a block of code of n characters has room for.
func fits(s string, n int) int {
	used := 0
	for i, r := range s {
		if used += units(codeRune(r, s[i])); used > n {
			return i
		}
	}
	return len(s)
}

// shown is a statement as this channel may see it.
func (a *App) shown(sql string) string {
	if !a.o.Literals {
		sql = rules.Hide(sql)
	}
	return strings.TrimSpace(sql)
}

// approvals says who said yes already, where several must.
func (p *page) approvals() {
	for _, yes := range p.hold.Approvals {
		p.says(fmt.Sprintf("%s%s approved it, %s.", p.mention(yes.By), whoAsked(yes), moment(yes.At)))
		if yes.Note != "" {
			p.quotes(quoted(yes.Note))
		}
	}
}

// whoAsked marks the yes of one who asked.
func whoAsked(yes hold.Approval) string {
	if yes.Self {
		return ", who asked,"
	}
	return ""
}

// quoted is a reviewer's words.
func quoted(note string) string { return "“" + line(note, maxSection-2) + "”" }

// needs says who must still answer, calling them by name.
func (p *page) needs() string {
	if !p.people.Configured() {
		return "Answer it with the command line: no people are configured, so nobody here is known."
	}
	var parts []string
	for _, n := range p.hold.Missing() {
		parts = append(parts, p.need(n))
	}
	text := "Needs " + wording.List(parts, "and") + "."
	text += p.because()
	if p.hold.TypeName {
		text += " Whoever approves types the name of what goes."
	}
	return text
}

// because says what who asked changes about who may answer.
func (p *page) because() string {
	who, _ := p.people.Requesters(p.hold.Request)
	asker := wording.Asker{Who: who, OneMore: p.hold.OneMore(), Submitter: p.hold.Submitter}
	if p.hold.SelfConfirm {
		asker.Types = p.hold.Database
	}
	text := asker.Because(func(s string) string { return word(s, maxFact) })
	if text != "" {
		text = " " + text + "."
	}
	return text
}

// need is one condition: "1 of dba (ben, cy)".
func (p *page) need(n hold.Need) string {
	names := p.people.Able(n, p.hold)
	var mentions []string
	for _, name := range names[:min(len(names), maxMentions)] {
		mentions = append(mentions, p.mention(name))
	}
	if more := len(names) - maxMentions; more > 0 {
		mentions = append(mentions, fmt.Sprintf("%d more", more))
	}
	text := fmt.Sprintf("%d more person", n.Count)
	if n.Count != 1 {
		text = fmt.Sprintf("%d more different people", n.Count)
	}
	if len(p.hold.Approvals) == 0 && !n.Spare {
		text = strings.Replace(text, " more", "", 1)
	}
	if of := n.Of(); of != "" {
		text += " of " + word(of, maxFact)
	}
	if len(mentions) == 0 {
		return text + " (nobody can)"
	}
	return text + " (" + wording.List(mentions, "or") + ")"
}
