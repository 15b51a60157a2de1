package slack

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	slackgo "github.com/slack-go/slack"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// via is how the record names this door.
const via = "slack"

// refused is why a click was no answer, in Slack's marks. Empty text: it was one.
type refused struct {
	text  string
	field string // of the modal in which it can be mended; empty is nowhere
}

// inModal is what a modal shows of it: nil closes the modal.
func (r refused) inModal() any {
	if r.text == "" || r.field == "" {
		return nil
	}
	return slackgo.NewErrorsViewSubmissionResponse(map[string]string{r.field: r.text})
}

// outsideModal is what is told beside it.
func (r refused) outsideModal() string {
	if r.field != "" {
		return ""
	}
	return r.text
}

// who is the person who clicked, or why nobody is known.
func (a *App) who(ctx context.Context, c click) (hold.Person, refused) {
	people := a.desk.People()
	switch known, err := a.ownWorkspace(ctx, c.team); {
	case a.o.Strict:
		return hold.Person{}, refused{text: "Answers are given in the web console only: " + a.linkOf(c)}
	case !people.Configured():
		return hold.Person{}, refused{text: "No people are configured, so nobody is known here. Answer it with the command line."}
	case err != nil:
		a.log.Warn().Str("error", explained(err)).Msg("Slack does not say which workspace this is; a click was refused")
		return hold.Person{}, refused{text: "Slack did not say which workspace this is, so nothing was decided. Try again in a moment."}
	case !known:
		return hold.Person{}, refused{text: "You belong to another workspace, so you may look and not answer."}
	}
	person, known := people.BySlack(c.user)
	if !known {
		return person, refused{text: fmt.Sprintf("You are nobody in holdfast’s people, so you may look and not answer. Whoever runs holdfast can add `slack: %s` to your entry.", c.user)}
	}
	return person, refused{}
}

// mayAsk looks whether a click can become an answer, so that nobody writes a
// reason for nothing. The desk has the last word all the same.
func (a *App) mayAsk(ctx context.Context, c click) (hold.Hold, refused) {
	person, r := a.who(ctx, c)
	if r.text != "" {
		return hold.Hold{}, r
	}
	h, err := a.desk.Get(ctx, c.hold)
	switch {
	case err != nil:
		return hold.Hold{}, a.refusedBy(err, c)
	case h.State != hold.Pending:
		return h, a.refusedBy(hold.ErrEnded{Hold: h}, c)
	case slices.Contains(a.desk.Reviewers(h.Request), person.Name):
		return h, refused{}
	}
	if a.own(h, c) {
		return h, refused{text: fmt.Sprintf("You asked, so you cannot answer: %s needs somebody else.", h.ID)}
	}
	return h, refused{text: fmt.Sprintf("You are not among those who may answer %s.", h.ID)}
}

// own is true when one who asked for a hold has clicked.
func (a *App) own(h hold.Hold, c click) bool {
	people := a.desk.People()
	person, known := people.BySlack(c.user)
	return known && people.IsRequester(person.Name, h.Request)
}

// answer gives the answer to the desk, by its one door.
func (a *App) answer(ctx context.Context, c click) refused {
	person, r := a.who(ctx, c)
	if r.text != "" {
		return r
	}
	h, err := a.desk.Decide(ctx, c.hold, hold.Decision{
		Approve: c.action == actionApprove, By: hold.Answerer{Person: person.Name}, Via: via, Note: c.note, Type: c.typed,
	})
	if err != nil {
		a.refresh(c, errors.As(err, new(hold.ErrEnded)))
		return a.refusedBy(err, c)
	}
	a.log.Info().Str("hold", h.ID).Str("by", person.Name).Str("state", string(h.State)).Msg("answered in Slack")
	return refused{}
}

// refusedBy words an error of the desk.
func (a *App) refusedBy(err error, c click) refused {
	var ended hold.ErrEnded
	var notAllowed hold.ErrNotAllowed
	switch {
	case errors.Is(err, hold.ErrUnknownID):
		return refused{text: fmt.Sprintf("There is no hold %s here. If it is another holdfast’s, that one needs a Slack app of its own.", c.hold)}
	case errors.As(err, &ended):
		return refused{text: a.sentence(ended.Error()) + " Nothing changed."}
	case errors.As(err, &notAllowed):
		r := refused{text: a.sentence(notAllowed.Error())}
		switch {
		case !c.submit:
		case strings.HasPrefix(notAllowed.Reason, "the note "):
			r.field = fieldNote
		case strings.Contains(notAllowed.Reason, "typed"):
			r.field = fieldTyped
		}
		return r
	}
	a.log.Error().Err(err).Str("hold", c.hold).Msg("an answer from Slack could not be written")
	return refused{text: fmt.Sprintf("The answer could not be written, so look before you rely on it: `holdfast show %s`.", c.hold)}
}

// sentence is an error of the desk as a sentence of its own. The names of people
// stay as the configuration has them.
func (a *App) sentence(s string) string {
	s = strings.TrimSuffix(word(s, maxReason), ".") + "."
	first, _, _ := strings.Cut(s, " ")
	if _, name := a.desk.People().ByName(first); name {
		return s
	}
	return capital(s)
}

// capital is s with a capital letter in front.
func capital(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[size:]
}

// refresh shows a hold anew whose message somebody still clicked on. A message that
// is not the one we know of was left by a crash; it is edited like it.
func (a *App) refresh(c click, exists bool) {
	if !exists || c.ts == "" {
		return
	}
	a.mu.Lock()
	m := message{Hold: c.key(), At: time.Now()}
	if known := a.rows[c.key()]; known != nil {
		m = *known
	}
	switch {
	case m.TS == "":
		m.Channel, m.TS, m.Tried = c.channel, c.ts, time.Time{}
	case m.TS != c.ts && m.Channel == c.channel && !slices.Contains(m.Copies, c.ts) && len(m.Copies) < maxCopies:
		m.Copies = append(slices.Clone(m.Copies), c.ts)
	}
	m.Shown = ""
	a.rows[c.key()] = &m
	a.mu.Unlock()
	a.Changed(c.key(), false)
}

const (
	// tellTries is how often something is told to one person; after that they have
	// seen that nothing came and try again.
	tellTries = 3
	// tellWait is the longest that Slack may ask to wait before.
	tellWait = 5 * time.Second
)

// tell shows a text to the person who clicked, and to nobody else.
func (a *App) tell(ctx context.Context, c click, text string) {
	if text == "" || c.channel == "" {
		return
	}
	for try := 1; ; try++ {
		_, err := a.api.PostEphemeralContext(ctx, c.channel, c.user, slackgo.MsgOptionText(text, false),
			slackgo.MsgOptionBlocks(slackgo.NewSectionBlock(marked(text), nil, nil)))
		if err == nil {
			return
		}
		var limited *slackgo.RateLimitedError
		wait := a.pace.Wait(try)
		if errors.As(err, &limited) {
			wait = limited.RetryAfter
		}
		if refusal(err) != "" || try == tellTries || wait > tellWait {
			a.log.Warn().Str("hold", c.hold).Str("error", explained(err)).Msg("somebody who clicked in Slack could not be told why it was no answer")
			return
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return
		}
	}
}
