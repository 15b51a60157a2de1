package slack

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	slackgo "github.com/slack-go/slack"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/wording"
)

// view is what a message shows of a hold: the same hold gives the same view.
type view struct {
	text    string // of the notification
	blocks  []slackgo.Block
	replies [][]slackgo.Block // in the thread, each as soon as it is there
	waits   bool              // for people, so that a message which somebody deleted is posted anew
}

// digest says whether two views look the same.
func (v view) digest() string {
	shown, err := json.Marshal(struct {
		Text   string
		Blocks []slackgo.Block
	}{v.text, v.blocks})
	if err != nil {
		return "" // never: they are strings
	}
	sum := sha256.Sum256(shown)
	return hex.EncodeToString(sum[:])
}

// viewOf is the message of a hold, with what went on under its approval.
func (a *App) viewOf(h hold.Hold, covers hold.Coverage) view {
	p := page{app: a, hold: h, covers: covers, people: a.desk.People()}
	p.waits = h.State == hold.Pending
	switch h.State {
	case hold.Pending:
		p.pending()
	default:
		p.settled()
	}
	return p.view
}

// bare is the same in one text without blocks, for a Slack that refuses them.
func (v view) bare() view { return view{text: v.text, waits: v.waits} }

// page is a view that is being written.
type page struct {
	view
	app    *App
	hold   hold.Hold
	covers hold.Coverage
	people hold.People
}

func (p *page) add(b ...slackgo.Block) { p.blocks = append(p.blocks, b...) }

func (p *page) header(text string) {
	p.add(slackgo.NewHeaderBlock(plain(line(text, maxHeader))))
}

// says adds a paragraph that may hold times and mentions of our own making;
// everything foreign in it has to be escaped already.
func (p *page) says(mrkdwn string) {
	p.add(slackgo.NewSectionBlock(marked(mrkdwn), nil, nil))
}

// quotes adds a paragraph of somebody else's words, which no character formats.
func (p *page) quotes(text string) {
	p.add(slackgo.NewSectionBlock(plain(text), nil, nil))
}

// small adds one line in small letters.
func (p *page) small(texts ...*slackgo.TextBlockObject) {
	var elements []slackgo.MixedElement
	for _, t := range texts {
		if t != nil {
			elements = append(elements, t)
		}
	}
	p.add(slackgo.NewContextBlock("", elements...))
}

// facts adds labelled values, two in a row on a wide screen.
func (p *page) facts(pairs ...string) {
	var fields []*slackgo.TextBlockObject
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			fields = append(fields, plain(pairs[i]+": "+line(pairs[i+1], maxFact)))
		}
	}
	p.add(slackgo.NewSectionBlock(nil, fields, nil))
}

// maxFact bounds one value, in characters. Postgres's names have 63.
const maxFact = 200

func plain(text string) *slackgo.TextBlockObject {
	no := false
	return &slackgo.TextBlockObject{Type: slackgo.PlainTextType, Text: text, Emoji: &no}
}

// marked is text with our own marks. Verbatim keeps Slack from making links and
// mentions of what only looks like one.
func marked(text string) *slackgo.TextBlockObject {
	return &slackgo.TextBlockObject{Type: slackgo.MarkdownType, Text: text, Verbatim: true}
}

func fenced(text string) string { return "```\n" + text + "\n```" }

// place is where something would happen, in the open.
func (p *page) place() string {
	if p.hold.Environment == "" {
		return p.hold.Host
	}
	return fmt.Sprintf("%s (%s)", p.hold.Host, p.hold.Environment)
}

// requester is who asked: the people, or the Postgres user where nobody is configured.
func (p *page) requester() string { return p.asker(wording.Asked) }

// requesterInFull also says what makes it known.
func (p *page) requesterInFull() string {
	if !p.people.Configured() {
		return p.hold.User
	}
	return p.asker(wording.AskedBy)
}

func (p *page) asker(words func(user string, unknown bool, who []hold.Requester) string) string {
	who, unknown := p.people.Requesters(p.hold.Request)
	return words(p.hold.User, unknown, who)
}

// from is the program and the address.
func (p *page) from() string {
	var parts []string
	for _, s := range []string{p.hold.Application, p.hold.Client} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, ", ")
}

// mention is a person as Slack shows people, who is told of it when the message is
// new, or else the name.
func (p *page) mention(name string) string {
	if person, known := p.people.ByName(name); known && validMember(person.Slack) {
		return "<@" + person.Slack + ">"
	}
	return word(name, maxFact)
}

// asked is what the hold is for, in one line.
func (p *page) asked() string {
	if len(p.hold.Statements) == 0 {
		return p.hold.Reason
	}
	return strings.Join(p.hold.Statements, "; ")
}

// page is where more can be seen: a link, or the command.
func (p *page) more() *slackgo.TextBlockObject {
	if link := p.app.link(p.hold.ID); link != "" {
		return marked(fmt.Sprintf("hold <%s|%s>", link, p.hold.ID))
	}
	return marked(fmt.Sprintf("hold %s; `holdfast show %s`", p.hold.ID, p.hold.ID))
}
