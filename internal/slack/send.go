package slack

import (
	"context"
	"errors"
	"time"

	slackgo "github.com/slack-go/slack"
)

// sent is where a message is.
type sent struct {
	channel, ts string
	found       bool // it had been sent before
}

// sendOnce posts the message (part 0) or a reply. That it is tried is on disk
// before, so that a post whose answer got lost is looked for first.
func (a *App) sendOnce(ctx context.Context, m *message, v view, part int) (sent, error) {
	if !m.Tried.IsZero() {
		found, err := a.find(ctx, m, part)
		if err != nil || found.found {
			return found, err
		}
	} else {
		m.Tried = time.Now()
		if err := a.keep(ctx, *m); err != nil {
			return sent{}, local(err)
		}
	}
	to := m.Channel
	if to == "" {
		to = a.o.Channel
	}
	channel, ts, err := a.api.PostMessageContext(ctx, to, content(*m, v, part)...)
	if err == nil {
		a.mu.Lock()
		a.channel = channel
		a.mu.Unlock()
		return sent{channel: channel, ts: ts}, nil
	}
	if !maybeSent(err) {
		m.Tried = time.Time{}
		if keepErr := a.keep(ctx, *m); keepErr != nil {
			return sent{}, errors.Join(err, keepErr)
		}
	}
	return sent{}, err
}

// metadataType marks our messages, with the id of the hold beside it.
const metadataType = "holdfast_hold"

// content is a message as it is sent.
func content(m message, v view, part int) []slackgo.MsgOption {
	options := []slackgo.MsgOption{
		slackgo.MsgOptionText(v.text, false), slackgo.MsgOptionDisableMarkdown(), // escaped already
		slackgo.MsgOptionBlocks(v.blocks...),
		slackgo.MsgOptionDisableLinkUnfurl(), slackgo.MsgOptionDisableMediaUnfurl(),
		slackgo.MsgOptionMetadata(slackgo.SlackMetadata{
			EventType: metadataType, EventPayload: map[string]any{"hold": m.Hold, "part": part},
		}),
	}
	if part > 0 {
		options = append(options, slackgo.MsgOptionTS(m.TS))
	}
	return options
}
