package slack

import (
	"context"
	"fmt"
	"time"

	slackgo "github.com/slack-go/slack"
)

const (
	// findPages bounds how far a message is looked for, newest first, down to the
	// time of the first try: a thousand messages are a busy day of a channel.
	findPages = 10
	findLimit = 100 // messages in one page

	// clockSlack is how much Slack's clock may differ from ours.
	clockSlack = time.Minute
)

// find looks for a message of ours whose post may have arrived. Without the right to
// read the channel's history it is taken for not sent: twice is better than never.
func (a *App) find(ctx context.Context, m *message, part int) (sent, error) {
	found, err := a.search(ctx, a.channelID(m), m, part)
	switch refusal(err) {
	case "missing_scope", "not_in_channel", "channel_not_found":
		a.log.Warn().Str("hold", m.Hold).Str("error", explained(err)).
			Msg("whether a message had arrived in Slack cannot be seen, so it is posted once more")
		return sent{}, nil
	}
	return found, err
}

// search looks for part 0 in the channel, for others in the thread.
func (a *App) search(ctx context.Context, channel string, m *message, part int) (sent, error) {
	oldest := fmt.Sprintf("%d.000000", m.Tried.Add(-clockSlack).Unix())
	cursor := ""
	for range findPages {
		page, next, err := a.page(ctx, channel, m.TS, oldest, cursor, part)
		if err != nil {
			return sent{}, err
		}
		for _, message := range page {
			if ours(message, m.Hold, part) {
				return sent{channel: channel, ts: message.Timestamp, found: true}, nil
			}
		}
		if cursor = next; cursor == "" {
			break
		}
	}
	return sent{}, nil
}

// page is one page of the channel, or of the thread for a reply.
func (a *App) page(ctx context.Context, channel, thread, oldest, cursor string, part int) ([]slackgo.Message, string, error) {
	if part > 0 {
		found, _, next, err := a.api.GetConversationRepliesContext(ctx, &slackgo.GetConversationRepliesParameters{
			ChannelID: channel, Timestamp: thread, Oldest: oldest, Cursor: cursor, Limit: findLimit, IncludeAllMetadata: true,
		})
		return found, next, err
	}
	found, err := a.api.GetConversationHistoryContext(ctx, &slackgo.GetConversationHistoryParameters{
		ChannelID: channel, Oldest: oldest, Cursor: cursor, Limit: findLimit, IncludeAllMetadata: true,
	})
	if err != nil {
		return nil, "", err
	}
	return found.Messages, found.ResponseMetaData.NextCursor, nil
}

func ours(m slackgo.Message, hold string, part int) bool {
	number, isNumber := m.Metadata.EventPayload["part"].(float64)
	return m.Metadata.EventType == metadataType && m.Metadata.EventPayload["hold"] == hold && isNumber && int(number) == part
}

// channelID is the channel by the id that reading its history wants. Of a name the id
// is known once something was posted there.
func (a *App) channelID(m *message) string {
	if m.Channel != "" {
		return m.Channel
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.channel != "" {
		return a.channel
	}
	return a.o.Channel
}
