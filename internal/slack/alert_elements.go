package slack

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	slackgo "github.com/slack-go/slack"

	"github.com/holdfast-db/holdfast/internal/alert"
)

// What the elements of an alert's message are for.
const (
	actionAcknowledge = "alert.acknowledge"
	actionSilence     = "alert.silence"
	actionMore        = "alert.more" // accept, or say that it is a job
	actionRelease     = "alert.release"
	actionPage        = "alert.open" // a link
)

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
			plain(line(fmt.Sprintf("Deletes of %s from %s go on without being held for this.", p.one.Who(), p.one.TableName()), maxConfirm)), plain("Release"), plain("Back"))
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
		plain(line(fmt.Sprintf("What %s deletes from %s counts as usual, or as a job, from now on.", p.one.Who(), p.one.TableName()), maxConfirm)), plain("End it"), plain("Back"))
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
