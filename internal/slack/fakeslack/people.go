package fakeslack

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Press is the payload of somebody pressing a button of a message. The button must
// be there, or have been when the person saw the message.
func (s *Slack) Press(user string, m Message, action string) map[string]any {
	s.t.Helper()
	button := m.Button(action)
	if button == nil {
		s.t.Fatalf("fakeslack: %s has no button %s: %v", m.TS, action, m.Blocks)
	}
	return s.payload(user, m, map[string]any{
		"type": "button", "action_id": action, "block_id": button["block"], "value": button["value"], "action_ts": "1795482999.000100",
	})
}

// payload is what Slack says of somebody who used an element of a message.
func (s *Slack) payload(user string, m Message, action map[string]any) map[string]any {
	return map[string]any{
		"type": "block_actions", "user": person(user), "team": map[string]any{"id": Team}, "api_app_id": "A0APP",
		"trigger_id": s.trigger(user), "channel": map[string]any{"id": ChannelID, "name": "db-holds"},
		"container": map[string]any{"type": "message", "message_ts": m.TS, "channel_id": ChannelID, "is_ephemeral": false},
		"message":   map[string]any{"type": "message", "ts": m.TS, "text": m.Text},
		"actions":   []any{action},
	}
}

func person(user string) map[string]any {
	return map[string]any{"id": user, "username": strings.ToLower(user), "name": strings.ToLower(user), "team_id": Team}
}

func (s *Slack) trigger(user string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serial++
	id := fmt.Sprintf("%d.trigger", s.serial)
	s.triggers[id] = &trigger{user: user, at: time.Now()}
	return id
}

// Button is a button of a message, or nil.
func (m Message) Button(action string) map[string]any {
	for _, b := range m.Blocks {
		elements, _ := b["elements"].([]any)
		for _, e := range elements {
			if button, _ := e.(map[string]any); button["action_id"] == action {
				return map[string]any{"block": b["block_id"], "value": button["value"], "url": button["url"], "confirm": button["confirm"]}
			}
		}
	}
	return nil
}

// Submit is the payload of somebody sending a modal, filled with values by the id
// of block and action.
func (s *Slack) Submit(v View, fields map[string]string) map[string]any {
	values := map[string]any{}
	for _, b := range v.Blocks {
		if b["type"] != "input" {
			continue
		}
		id := str(b["block_id"])
		action := str(b["element"].(map[string]any)["action_id"])
		var value any // Slack says null for an empty field
		if text, given := fields[id]; given {
			value = text
		} else if b["optional"] != true {
			s.t.Errorf("fakeslack: the field %s must be filled", id)
		}
		values[id] = map[string]any{action: map[string]any{"type": "plain_text_input", "value": value}}
	}
	return map[string]any{
		"type": "view_submission", "user": person(v.User), "team": map[string]any{"id": Team}, "api_app_id": "A0APP", "trigger_id": s.trigger(v.User),
		"view": map[string]any{
			"id": v.ID, "type": "modal", "callback_id": v.Callback, "private_metadata": v.Private, "state": map[string]any{"values": values},
		},
	}
}

// Envelope is a new id for an envelope.
func (s *Slack) Envelope() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serial++
	return fmt.Sprintf("envelope-%d", s.serial)
}

// Click presses a button by Socket Mode.
func (s *Slack) Click(user string, m Message, action string) {
	s.t.Helper()
	s.Deliver(s.Envelope(), s.Press(user, m, action))
}

// Send sends a modal by Socket Mode. It is what the modal then shows of errors, by
// field; nothing when it closes.
func (s *Slack) Send(v View, fields map[string]string) map[string]string {
	s.t.Helper()
	return s.errorsIn(s.Deliver(s.Envelope(), s.Submit(v, fields)), v)
}

func (s *Slack) errorsIn(answer json.RawMessage, v View) map[string]string {
	s.t.Helper()
	if len(answer) == 0 || string(answer) == "null" {
		return nil
	}
	var shown struct {
		Action string            `json:"response_action"`
		Errors map[string]string `json:"errors"`
	}
	if err := json.Unmarshal(answer, &shown); err != nil || shown.Action != "errors" {
		s.t.Errorf("fakeslack: a modal was answered with %s", answer)
	}
	for field := range shown.Errors {
		known := false
		for _, b := range v.Blocks {
			known = known || b["type"] == "input" && b["block_id"] == field
		}
		if !known {
			s.t.Errorf("fakeslack: an error for the field %s, which the modal does not have", field)
		}
	}
	return shown.Errors
}

// Signed is a payload as a signed HTTP request of that time.
func Signed(payload any, secret string, at time.Time) *http.Request {
	text, err := json.Marshal(payload)
	if err != nil {
		panic(err)
	}
	body := "payload=" + url.QueryEscape(string(text))
	stamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("v0:" + stamp + ":" + body))
	r := httptest.NewRequest(http.MethodPost, "/slack/interactions", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Slack-Request-Timestamp", stamp)
	r.Header.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
	return r
}

// Body reads the body of a request, and gives it any number of times.
func Body(r *http.Request) func() io.ReadCloser {
	text, err := io.ReadAll(r.Body)
	if err != nil {
		panic(err)
	}
	return func() io.ReadCloser { return io.NopCloser(bytes.NewReader(text)) }
}
