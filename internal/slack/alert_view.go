package slack

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	slackgo "github.com/slack-go/slack"

	"github.com/holdfast-db/holdfast/internal/alert"
	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/wording"
)

const (
	// maxAlt bounds the words for who does not see a picture; Slack's limit is 2000.
	maxAlt = 300

	// maxExample bounds one text of a statement, in characters: what it deletes stands
	// at its beginning. The page of the alert has more of it.
	maxExample = 400

	// maxExamples, maxActors and maxAnswers bound how many are shown, and maxSaid the
	// words of one answer: all blocks together may have 12,000 characters.
	maxExamples, maxActors, maxAnswers = 3, 5, 3
	maxSaid                            = 600
)

// What the elements of an alert's message are for.
const (
	actionAcknowledge = "alert.acknowledge"
	actionSilence     = "alert.silence"
	actionMore        = "alert.more" // accept, or say that it is a job
	actionRelease     = "alert.release"
	actionPage        = "alert.open" // a link
)

// alertPage is the message of an alert that is being written.
type alertPage struct {
	page
	one alert.Alert
}

// alertView is the message of an alert, with a picture that Slack has, or none.
func (a *App) alertView(one alert.Alert, picture string) view {
	at := hold.Hold{Request: hold.Request{Host: one.Host, Environment: one.Environment}}
	p := alertPage{page{app: a, people: a.desk.People(), hold: at}, one}
	p.waits = one.Lasts()
	p.text = line(p.notice(), maxNotice)
	p.header(p.title())
	p.says(p.story())
	if one.Braked() {
		p.says(fmt.Sprintf("*The brake is on* since %s: further deletes of this actor from %s are held until somebody approves.", moment(one.Brake.Set), word(one.Table, maxFact)))
	}
	p.answers()
	if picture != "" {
		p.add(slackgo.NewImageBlockSlackFile(&slackgo.SlackFileObject{ID: picture}, line(one.Headline(), maxAlt), "", plain("Rows deleted; times are UTC")))
	}
	p.actors()
	p.examples()
	if one.Lasts() {
		p.advice()
	}
	p.small(plain(line(p.place(), maxFact)), plain(line("database "+one.Database, maxFact)), p.share(), plain("alert "+one.ID))
	p.elements()
	return p.view
}

// notice is the alert on a locked telephone.
func (p *alertPage) notice() string {
	text := fmt.Sprintf("%s on %s since %s; %s.", p.one.Headline(), p.place(), p.one.Since.UTC().Format("Mon 15:04 UTC"), p.one.UsualText())
	if !p.one.Lasts() {
		return capital(p.one.Word()) + ": " + text
	}
	if p.one.Braked() {
		text += " Brake on."
	}
	return text
}

func (p *alertPage) title() string {
	what := fmt.Sprintf("%s of %s on %s", wording.Count(int(p.one.Deleted), "row"), p.one.Table, p.place())
	switch {
	case !p.one.Lasts():
		return capital(p.one.Word()) + ": " + what
	case p.one.Kind == alert.Behind:
		return "Deleted without holdfast: " + what
	}
	return "Unusual deletes: " + what
}

// story is who, since when, and why it is unusual, in two lines.
func (p *alertPage) story() string {
	text := fmt.Sprintf("*%s* since %s; %s.", word(p.one.Who(), maxFact), moment(p.one.Since), word(p.one.UsualText(), maxFact))
	if p.one.Kind == alert.Behind {
		text = fmt.Sprintf("Since %s, by whom is not known.", moment(p.one.Since))
	}
	if p.one.Reason != "" {
		text += "\n" + capital(strings.TrimSuffix(word(p.one.Reason, maxReason), ".")) + "."
	}
	if !p.one.Ended.IsZero() {
		text += fmt.Sprintf("\nIt ended %s.", moment(p.one.Ended))
	}
	return text
}

// answers are what people said, each with their words.
func (p *alertPage) answers() {
	said := p.one.Answers
	for _, a := range said[max(len(said)-maxAnswers, 0):] {
		did := a.Did()
		if a.Verb == alert.Silence {
			did = "silenced it until " + moment(a.Until)
		}
		p.says(fmt.Sprintf("%s %s, %s.", p.mention(a.By), did, moment(a.At)))
		if a.Note != "" {
			p.quotes("“" + line(a.Note, maxSaid) + "”")
		}
	}
}

// actors are who deleted since it began, where they are several.
func (p *alertPage) actors() {
	all := p.one.Actors
	if len(all) < 2 {
		return
	}
	var lines []string
	for _, one := range all[:min(len(all), maxActors)] {
		lines = append(lines, fmt.Sprintf("%s: %s", word(alert.Who(one.Actor), maxFact), wording.Count(int(one.Deleted), "row")))
	}
	if more := len(all) - maxActors; more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", more))
	}
	p.says("*Since it began*\n" + strings.Join(lines, "\n"))
}

// examples are texts of its statements; they came without constants and bind values.
func (p *alertPage) examples() {
	for _, text := range p.one.Examples[:min(len(p.one.Examples), maxExamples)] {
		shown, _ := code(strings.TrimSpace(text), maxExample)
		if shown != "" {
			p.says(fenced(shown))
		}
	}
}

func (p *alertPage) advice() {
	var lines []string
	for _, step := range p.one.Advice() {
		lines = append(lines, "• "+word(step, 3*maxFact))
	}
	p.says(strings.Join(lines, "\n"))
}

func (p *alertPage) share() *slackgo.TextBlockObject {
	if share := p.one.Share(); share != "" {
		return plain(share + " of the table, committed")
	}
	return nil
}

// elements are what people can do: while it lasts, and after it as long as its brake is
// on.
func (p *alertPage) elements() {
	var row []slackgo.BlockElement
	if p.app.answerable(p.people) {
		row = p.answerElements()
	}
	if link := p.app.alertLink(p.one.ID); link != "" {
		open := slackgo.NewButtonBlockElement(actionPage, p.one.ID, plain("Open the page"))
		open.URL = link
		row = append(row, open)
	}
	if more := p.endings(); len(more) > 0 && p.app.answerable(p.people) {
		row = append(row, p.overflow(more))
	}
	if len(row) > 0 {
		p.add(slackgo.NewActionBlock("alert."+p.one.ID, row...))
	}
}

func (p *alertPage) answerElements() (row []slackgo.BlockElement) {
	if p.one.Fits(alert.Acknowledge) {
		row = append(row, slackgo.NewButtonBlockElement(actionAcknowledge, p.one.ID, plain("Acknowledge")))
	}
	if p.one.Fits(alert.Silence) {
		var options []*slackgo.OptionBlockObject
		for _, s := range silences {
			options = append(options, slackgo.NewOptionBlockObject(p.one.ID+" "+s.word, plain("for "+s.text), nil))
		}
		row = append(row, slackgo.NewOptionsSelectBlockElement(slackgo.OptTypeStatic, plain("Silence…"), actionSilence, options...))
	}
	if p.one.Fits(alert.Release) {
		release := slackgo.NewButtonBlockElement(actionRelease, p.one.ID, plain("Release brake"))
		release.Style = slackgo.StyleDanger
		release.Confirm = slackgo.NewConfirmationBlockObject(plain("Release the brake"),
			plain(line(fmt.Sprintf("Deletes of %s from %s go on without being held for this.", p.one.Who(), p.one.Table), maxConfirm)), plain("Release"), plain("Back"))
		row = append(row, release)
	}
	return row
}

// endings are what is said less often, and ends the alert.
func (p *alertPage) endings() (options []*slackgo.OptionBlockObject) {
	for _, end := range []struct {
		verb alert.Verb
		text string
	}{{alert.Accept, "Accept as usual"}, {alert.Job, "This is a job"}} {
		if p.one.Fits(end.verb) && p.one.Lasts() {
			options = append(options, slackgo.NewOptionBlockObject(p.one.ID+" "+string(end.verb), plain(end.text), nil))
		}
	}
	return options
}

func (p *alertPage) overflow(options []*slackgo.OptionBlockObject) slackgo.BlockElement {
	o := slackgo.NewOverflowBlockElement(actionMore, options...)
	o.Confirm = slackgo.NewConfirmationBlockObject(plain("End alert "+p.one.ID),
		plain(line(fmt.Sprintf("What %s deletes from %s counts as usual, or as a job, from now on.", p.one.Who(), p.one.Table), maxConfirm)), plain("End it"), plain("Back"))
	return o
}

// silence is a time for which an alert can be silenced.
type silence struct {
	word, text string
	long       time.Duration
}

// silences are those that people can choose. There is none for ever: what is to be
// silent for good is accepted as usual.
var silences = []silence{
	{"1h", "1 hour", time.Hour}, {"8h", "8 hours", 8 * time.Hour}, {"1d", "1 day", 24 * time.Hour}, {"1w", "1 week", 7 * 24 * time.Hour},
}

// alertLink is the page of an alert, or nothing.
func (a *App) alertLink(id string) string {
	if a.o.Console == "" {
		return ""
	}
	return strings.TrimRight(a.o.Console, "/") + "/alerts/" + url.PathEscape(id)
}
