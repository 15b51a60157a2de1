package fakeslack

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Failure is how one call goes wrong.
type Failure struct {
	Status     int    // an HTTP status with an empty body
	RetryAfter int    // with 429: seconds
	Word       string // {"ok": false, "error": Word}
	HangUp     bool   // the connection is closed before anything is done
	Lost       bool   // it is done, and the connection is closed before the answer
	Garbage    bool   // the answer is no JSON; nothing is done
}

// Fail makes the next calls of a method go wrong, one after the other.
func (s *Slack) Fail(method string, failures ...Failure) {
	s.set(func() { s.failures[method] = append(s.failures[method], failures...) })
}

// request is one call, as it came.
type request struct {
	method string
	token  string
	values map[string]any // of a form or of JSON
}

func (s *Slack) serve(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/socket" {
		s.serveSocket(w, r)
		return
	}
	if strings.HasPrefix(r.URL.Path, "/upload/") {
		s.serveUpload(w, r)
		return
	}
	method, found := strings.CutPrefix(r.URL.Path, "/api/")
	s.mu.Lock()
	s.calls = append(s.calls, Call{method, time.Now()})
	failure, down := s.takeFailure(method), s.down
	s.changed.Broadcast()
	s.mu.Unlock()
	switch {
	case down || failure.HangUp:
		hangUp(w)
		return
	case failure.Status != 0:
		if failure.RetryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(failure.RetryAfter))
		}
		w.WriteHeader(failure.Status)
		return
	case failure.Garbage:
		fmt.Fprint(w, "<html>busy</html>")
		return
	}
	answer := map[string]any{"ok": false, "error": failure.Word}
	if failure.Word == "" {
		answer = s.answer(found, method, r, w)
	}
	if failure.Lost {
		hangUp(w)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(answer)
}

func (s *Slack) takeFailure(method string) Failure {
	queue := s.failures[method]
	if len(queue) == 0 {
		return Failure{}
	}
	s.failures[method] = queue[1:]
	return queue[0]
}

func hangUp(w http.ResponseWriter) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		conn.Close()
	}
}

func (s *Slack) answer(found bool, method string, r *http.Request, w http.ResponseWriter) map[string]any {
	req, err := read(method, r)
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.changed.Broadcast()
	fail := func(word string) map[string]any { return map[string]any{"ok": false, "error": word} }
	do, known := methods[method]
	switch {
	case r.Method != http.MethodPost:
		return fail(s.fault("method_not_supported", "%s came as %s", method, r.Method))
	case err != nil:
		return fail(s.fault("invalid_form_data", "%s: %v", method, err))
	case !found || !known:
		return fail(s.fault("unknown_method", "%s is no method holdfast needs", r.URL.Path))
	}
	want := BotToken
	if method == "apps.connections.open" {
		want = AppToken
	}
	switch {
	case !s.auth:
		return fail("invalid_auth")
	case req.token == "":
		return fail(s.fault("not_authed", "%s came without a token", method))
	case req.token != want && (req.token == AppToken || req.token == BotToken):
		return fail(s.fault("not_allowed_token_type", "%s came with the other token", method))
	case req.token != want:
		return fail("invalid_auth")
	}
	w.Header().Set("X-OAuth-Scopes", s.scopes)
	values, word := do(s, req)
	if word != "" {
		return fail(word)
	}
	values["ok"] = true
	return values
}

// methods are those that holdfast calls. They return the answer, or Slack's word
// for why not.
var methods = map[string]func(*Slack, request) (map[string]any, string){
	"auth.test":             (*Slack).authTest,
	"chat.postMessage":      (*Slack).postMessage,
	"chat.update":           (*Slack).updateMessage,
	"chat.delete":           (*Slack).deleteMessage,
	"chat.postEphemeral":    (*Slack).postEphemeral,
	"views.open":            (*Slack).openView,
	"conversations.history": (*Slack).history,
	"conversations.replies": (*Slack).replies,
	"apps.connections.open": (*Slack).openConnection,

	"files.getUploadURLExternal":   (*Slack).uploadURL,
	"files.completeUploadExternal": (*Slack).completeUpload,
}

// read takes a form or JSON, and the token from where Slack looks for it.
func read(method string, r *http.Request) (request, error) {
	req := request{method: method, values: map[string]any{}}
	req.token, _ = strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		if err := json.NewDecoder(r.Body).Decode(&req.values); !errors.Is(err, io.EOF) { // nothing is no arguments
			return req, err
		}
		return req, nil
	}
	if err := r.ParseForm(); err != nil {
		return req, err
	}
	if r.URL.Query().Has("token") {
		return req, fmt.Errorf("the token is in the URL, where logs keep it")
	}
	for key, values := range r.PostForm {
		if len(values) != 1 {
			return req, fmt.Errorf("%s came %d times", key, len(values))
		}
		req.values[key] = values[0]
	}
	if token, _ := req.values["token"].(string); token != "" {
		req.token = token
	}
	for _, key := range []string{"blocks", "metadata"} {
		if text, _ := req.values[key].(string); text != "" {
			var v any
			if err := json.Unmarshal([]byte(text), &v); err != nil {
				return req, fmt.Errorf("%s is no JSON: %w", key, err)
			}
			req.values[key] = v
		}
	}
	return req, nil
}

func (r request) text(key string) string {
	text, _ := r.values[key].(string)
	return text
}

func (r request) blocks() (blocks []map[string]any) {
	list, _ := r.values["blocks"].([]any)
	for _, b := range list {
		block, _ := b.(map[string]any)
		blocks = append(blocks, block)
	}
	return blocks
}

func (s *Slack) authTest(request) (map[string]any, string) {
	return map[string]any{"url": "https://example.slack.com/", "team": "Example", "user": "holdfast", "team_id": Team, "user_id": Bot, "bot_id": "B0BOT"}, ""
}

// scoped is a word when the bot lacks every one of the rights.
func (s *Slack) scoped(rights ...string) string {
	for _, r := range rights {
		for scope := range strings.SplitSeq(s.scopes, ",") {
			if scope == r {
				return ""
			}
		}
	}
	return "missing_scope"
}
