package slack

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	slackgo "github.com/slack-go/slack"

	"github.com/holdfast-db/holdfast/internal/alert"
	"github.com/holdfast-db/holdfast/internal/hold"
)

// onAlert reads a click on the message of an alert into c. It is false for a click on
// anything else.
func (c *click) onAlert(b *slackgo.BlockAction, now time.Time) bool {
	id, choice := b.Value, ""
	switch b.ActionID {
	case actionAcknowledge:
		c.said.Verb = alert.Acknowledge
	case actionRelease:
		c.said.Verb = alert.Release
	case actionSilence, actionMore:
		id, choice, _ = strings.Cut(b.SelectedOption.Value, " ")
	default:
		return false
	}
	if b.ActionID == actionSilence {
		for _, s := range silences {
			if choice == s.word {
				c.said.Verb, c.said.Until = alert.Silence, now.Add(s.long)
			}
		}
	}
	if v := alert.Verb(choice); b.ActionID == actionMore && (v == alert.Accept || v == alert.Job) {
		c.said.Verb = v
	}
	c.action, c.hold = b.ActionID, id
	return c.said.Verb != ""
}

// isAlert says that a click is about an alert, whose id is then in c.hold.
func (c click) isAlert() bool { return c.said.Verb != "" }

// key is what the outbox and the store know the message by.
func (c click) key() string {
	if c.isAlert() {
		return alertKey + c.hold
	}
	return c.hold
}

// linkOf is the page of what was clicked on.
func (a *App) linkOf(c click) string {
	if c.isAlert() {
		return a.alertLink(c.hold)
	}
	return a.link(c.hold)
}

// answerAlert gives a click on an alert to the desk, and tells who may not why.
func (a *App) answerAlert(ctx context.Context, c click) {
	if a.o.Alerts == nil {
		return
	}
	person, r := a.who(ctx, c)
	if r.text != "" {
		a.tell(ctx, c, r.text)
		return
	}
	c.said.Answerer, c.said.Via = hold.Answerer{Person: person.Name}, via
	one, err := a.o.Alerts.Answer(ctx, c.hold, c.said)
	if err != nil {
		a.refresh(c, !errors.Is(err, alert.ErrUnknownID))
		a.tell(ctx, c, a.alertRefusedBy(err, c))
		return
	}
	a.log.Info().Str("alert", one.ID).Str("by", person.Name).Str("said", string(c.said.Verb)).Msg("answered in Slack")
	a.outbox.Changed(alertKey+one.ID, true)
}

// alertRefusedBy words an error of the desk.
func (a *App) alertRefusedBy(err error, c click) string {
	var ended alert.ErrEnded
	var notAllowed alert.ErrNotAllowed
	switch {
	case errors.Is(err, alert.ErrUnknownID):
		return fmt.Sprintf("There is no alert %s here any more.", c.hold)
	case errors.As(err, &ended):
		return a.sentence(ended.Error()) + " Nothing changed."
	case errors.As(err, &notAllowed):
		return a.sentence(notAllowed.Error())
	}
	a.log.Error().Err(err).Str("alert", c.hold).Msg("an answer from Slack could not be written")
	return "The answer could not be written, so nothing was done. Try again in a moment."
}
