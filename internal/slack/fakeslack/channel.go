package fakeslack

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// members are the people who can be told something in the channel.
var members = map[string]bool{"U0ANA0ANA": true, "U0BEN0BEN": true, "U0CLEO0CL": true, "U0STRANGE": true}

// place is a word when a message cannot be posted where it is meant to be.
func (s *Slack) place(req request, byName bool) string {
	switch channel := req.text("channel"); {
	case channel == ChannelID, byName && channel == ChannelName:
	case channel == "":
		return s.fault("invalid_arguments", "%s names no channel", req.method)
	default:
		return "channel_not_found"
	}
	if !s.inChannel {
		return "not_in_channel"
	}
	return s.scoped("chat:write")
}

func (s *Slack) postMessage(req request) (map[string]any, string) {
	if word := s.place(req, true); word != "" {
		return nil, word
	}
	if word := s.checkMessage(req); word != "" {
		return nil, word
	}
	metadata, _ := req.values["metadata"].(map[string]any)
	m := &Message{TS: s.stamp(), Thread: req.text("thread_ts"), Text: req.text("text"), Blocks: req.blocks(), Metadata: metadata, Posts: 1}
	if m.Thread != "" && s.findLocked(m.Thread) == nil {
		return nil, s.fault("thread_not_found", "a reply to %s, which is not there", m.Thread)
	}
	for _, other := range s.messages {
		if metadata != nil && reflect.DeepEqual(other.Metadata, metadata) {
			m.Posts++
		}
	}
	s.messages = append(s.messages, m)
	return map[string]any{"channel": ChannelID, "ts": m.TS, "message": map[string]any{"text": m.Text, "ts": m.TS}}, ""
}

// stamp is what Slack calls a message by.
func (s *Slack) stamp() string {
	s.serial++
	return fmt.Sprintf("1795482881.%06d", s.serial)
}

func (s *Slack) updateMessage(req request) (map[string]any, string) {
	if word := s.place(req, false); word != "" {
		return nil, word
	}
	m := s.findLocked(req.text("ts"))
	if m == nil {
		return nil, "message_not_found"
	}
	if word := s.checkMessage(req); word != "" {
		return nil, word
	}
	m.Text, m.Blocks = req.text("text"), req.blocks()
	m.Edits++
	return map[string]any{"channel": ChannelID, "ts": m.TS, "text": m.Text}, ""
}

func (s *Slack) deleteMessage(req request) (map[string]any, string) {
	if word := s.place(req, false); word != "" {
		return nil, word
	}
	m := s.findLocked(req.text("ts"))
	if m == nil {
		return nil, "message_not_found"
	}
	m.Deleted = true
	return map[string]any{"channel": ChannelID, "ts": m.TS}, ""
}

func (s *Slack) postEphemeral(req request) (map[string]any, string) {
	if word := s.place(req, false); word != "" {
		return nil, word
	}
	user := req.text("user")
	switch {
	case user == "":
		return nil, s.fault("invalid_arguments", "an ephemeral message names nobody")
	case !members[user]:
		return nil, "user_not_in_channel"
	}
	if word := s.checkMessage(req); word != "" {
		return nil, word
	}
	s.ephemerals = append(s.ephemerals, Ephemeral{User: user, Channel: req.text("channel"), Text: req.text("text")})
	return map[string]any{"message_ts": s.stamp()}, ""
}

func (s *Slack) history(req request) (map[string]any, string) {
	return s.list(req, func(m *Message) bool { return m.Thread == "" })
}

func (s *Slack) replies(req request) (map[string]any, string) {
	thread := req.text("ts")
	if s.findLocked(thread) == nil {
		return nil, "thread_not_found"
	}
	return s.list(req, func(m *Message) bool { return m.Thread == thread || m.TS == thread })
}

// list gives one message a page, so that whoever looks for one has to turn pages.
func (s *Slack) list(req request, wanted func(*Message) bool) (map[string]any, string) {
	if req.text("channel") != ChannelID {
		return nil, "channel_not_found" // a name is none here
	}
	if word := s.scoped("channels:history", "groups:history"); word != "" {
		return nil, word
	}
	if oldest := req.text("oldest"); oldest != "" {
		if _, err := strconv.ParseFloat(oldest, 64); err != nil {
			return nil, s.fault("invalid_ts_oldest", "oldest is %q", oldest)
		}
	}
	var found []map[string]any
	for _, m := range s.messages {
		if !wanted(m) || m.Deleted {
			continue
		}
		shown := map[string]any{"type": "message", "ts": m.TS, "text": m.Text}
		if m.Metadata != nil && req.text("include_all_metadata") == "1" {
			shown["metadata"] = m.Metadata
		}
		found = append(found, shown)
	}
	at, _ := strconv.Atoi(strings.TrimPrefix(req.text("cursor"), "page-"))
	next, page := "", []map[string]any{}
	if at < len(found) {
		page = found[at : at+1]
	}
	if at+1 < len(found) {
		next = fmt.Sprintf("page-%d", at+1)
	}
	return map[string]any{"messages": page, "has_more": next != "", "response_metadata": map[string]any{"next_cursor": next}}, ""
}
