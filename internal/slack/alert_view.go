package slack

import (
	"fmt"
	"strings"

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
		p.says(fmt.Sprintf("*The brake is on* since %s: further deletes of this actor from %s are held until somebody approves.", moment(one.Brake.Set), word(one.TableName(), maxFact)))
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
	what := fmt.Sprintf("%s of %s on %s", wording.Count(int(p.one.Deleted), "row"), p.one.TableName(), p.place())
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
	switch share := p.one.Share(); {
	case share == "":
		return nil
	case p.one.Kind == alert.Behind: // the server counts what is rolled back, too
		return plain(share + " of the table")
	default:
		return plain(share + " of the table, committed")
	}
}
