package slack

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	slackgo "github.com/slack-go/slack"

	"github.com/holdfast-db/holdfast/internal/alert"
	"github.com/holdfast-db/holdfast/internal/hold"
)

// clickTimeout bounds the work on one click, writing to the disk included.
const clickTimeout = 20 * time.Second

// click is what somebody did in Slack, as far as holdfast is concerned.
type click struct {
	action  string // actionApprove, actionDeny
	submit  bool   // a modal was sent; otherwise a button was pressed
	hold    string
	user    string // Slack member id
	team    string // the workspace of the user
	channel string
	ts      string // of the message the button is on
	trigger string // lets a modal be opened for 3 s
	note    string
	typed   string

	said alert.Answer // about an alert; its verb is empty for a hold
}

// holdID is the form of the ids that the desk makes.
var holdID = regexp.MustCompile(`^[23456789bcdfghjkmnpqrstvwxz]{8}$`)

// errForeign says that an interaction is none of ours.
var errForeign = errors.New("it is no button and no modal of holdfast")

// clickOf reads an interaction. What comes from Slack is checked like everything
// else from outside.
func clickOf(cb *slackgo.InteractionCallback) (click, error) {
	c := click{user: cb.User.ID, team: cb.User.TeamID, trigger: cb.TriggerID}
	if c.team == "" {
		c.team = cb.Team.ID
	}
	var err error
	switch cb.Type {
	case slackgo.InteractionTypeBlockActions:
		err = c.button(cb)
	case slackgo.InteractionTypeViewSubmission:
		err = c.modal(cb)
	default:
		return c, errForeign
	}
	switch {
	case err != nil:
		return c, err
	case !validMember(c.user):
		return c, errors.New("it does not say who it is from")
	case !holdID.MatchString(c.hold):
		return c, errors.New("it names no hold and no alert")
	}
	return c, nil
}

func (c *click) button(cb *slackgo.InteractionCallback) error {
	if len(cb.ActionCallback.BlockActions) != 1 || cb.ActionCallback.BlockActions[0] == nil {
		return errForeign
	}
	b := cb.ActionCallback.BlockActions[0]
	switch b.ActionID {
	case actionApprove, actionDeny:
		c.action, c.hold = b.ActionID, b.Value
	default:
		if !c.onAlert(b, time.Now()) {
			return errForeign // the link among others
		}
	}
	c.channel, c.ts = cb.Container.ChannelID, cb.Container.MessageTs
	if c.channel == "" {
		c.channel = cb.Channel.ID
	}
	if c.ts == "" {
		c.ts = cb.Message.Timestamp
	}
	return nil
}

func (c *click) modal(cb *slackgo.InteractionCallback) error {
	switch cb.View.CallbackID {
	case actionApprove, actionDeny:
	default:
		return errForeign
	}
	origin := strings.Fields(cb.View.PrivateMetadata)
	if len(origin) != 3 {
		return errForeign
	}
	c.submit, c.action = true, cb.View.CallbackID
	c.hold, c.channel, c.ts = origin[0], origin[1], origin[2]
	if cb.View.State == nil {
		return errors.New("it has no fields")
	}
	c.note = oneLine(cb.View.State.Values[fieldNote][fieldNote].Value)
	c.typed = strings.TrimSpace(cb.View.State.Values[fieldTyped][fieldTyped].Value)
	return nil
}

// oneLine makes one line of what was typed in a box with several: the desk takes
// no line breaks.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// interaction takes one interaction and calls ack once, within Slack's 3 s: with
// nil, or with what the modal is to show. It returns at once. It is false when too
// many clicks are being worked on already; then nothing is acknowledged.
func (a *App) interaction(cb *slackgo.InteractionCallback, key string, ack func(payload any)) bool {
	c, err := clickOf(cb)
	if err != nil {
		if !errors.Is(err, errForeign) {
			a.log.Warn().Err(err).Msg("an interaction from Slack cannot be read and is ignored")
		}
		ack(nil)
		return true
	}
	switch a.admit(key, cb.TriggerID) {
	case turnedAway:
		return false
	case cameBefore:
		ack(nil)
		return true
	}
	go func() {
		defer a.clicks.Done()
		defer func() { <-a.places }()
		defer a.guard("answering a click")
		ctx, cancel := context.WithTimeout(a.life, clickTimeout)
		defer cancel()
		a.take(ctx, c, ack)
	}()
	return true
}

// take works on one click.
func (a *App) take(ctx context.Context, c click, ack func(any)) {
	if !c.submit {
		ack(nil)
		a.press(ctx, c)
		return
	}
	result := make(chan refused, 1)
	go func() {
		r := refused{text: "holdfast failed to give the answer to its desk. Look before you try again."}
		defer func() { result <- r }()
		defer a.guard("answering a modal")
		r = a.answer(ctx, c)
	}()
	timer := time.NewTimer(a.pace.answer)
	defer timer.Stop()
	select {
	case r := <-result:
		ack(r.inModal())
		a.tell(ctx, c, r.outsideModal())
	case <-timer.C:
		ack(nil)
		r := <-result
		a.tell(ctx, c, r.text)
	}
}

// press is a button: Deny and what wants a name typed open a modal, and so does what
// the one who presses has asked for.
func (a *App) press(ctx context.Context, c click) {
	if c.isAlert() {
		a.answerAlert(ctx, c)
		return
	}
	h, r := a.mayAsk(ctx, c)
	if r.text != "" {
		a.refresh(c, h.ID != "" && h.State != hold.Pending)
		a.tell(ctx, c, r.text)
		return
	}
	if c.action == actionApprove && !h.TypeName && !a.own(h, c) {
		r := a.answer(ctx, c)
		a.tell(ctx, c, r.text)
		return
	}
	_, err := a.api.OpenViewContext(ctx, c.trigger, a.modalOf(h, c))
	if err != nil {
		a.log.Warn().Str("hold", c.hold).Str("error", explained(err)).Msg("a modal could not be opened in Slack")
		a.tell(ctx, c, fmt.Sprintf("The form could not be opened. Press the button again, or use `holdfast %s %s`.", verb(c), c.hold))
	}
}

func verb(c click) string { return strings.TrimPrefix(c.action, "hold.") }
