package fakeslack

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"
)

// What a new Slack knows.
const (
	BotToken      = "xoxb-1111-2222-hunterbot"
	AppToken      = "xapp-1-A111-2222-hunterapp"
	SigningSecret = "8f742231b10e8888abcd99hunter0000"
	Team          = "T0TEAM"
	Bot           = "U0BOT0BOT"
	ChannelName   = "#db-holds"
	ChannelID     = "C0DBHOLDS"
)

// Secrets are what no log may contain.
var Secrets = []string{BotToken, AppToken, SigningSecret, ticket}

// ticket stands in the URL of the WebSocket and lets whoever has it in.
const ticket = "ticket-hunter3"

// Message is a message as Slack has it.
type Message struct {
	TS, Thread string
	Text       string
	Blocks     []map[string]any
	Metadata   map[string]any
	Posts      int // times it was posted under the same metadata, this one included
	Edits      int
	Deleted    bool
}

// Ephemeral is what one person was shown.
type Ephemeral struct{ User, Channel, Text string }

// Call is one call of the API.
type Call struct {
	Method string
	At     time.Time
}

// Slack is one workspace with one channel.
type Slack struct {
	t      testing.TB
	server *httptest.Server

	mu         sync.Mutex
	changed    *sync.Cond
	scopes     string
	inChannel  bool
	messages   []*Message
	ephemerals []Ephemeral
	views      []View
	calls      []Call
	triggers   map[string]*trigger
	failures   map[string][]Failure
	sockets    []*socket
	waiting    map[string]chan json.RawMessage // acknowledgements, by envelope
	files      []*File
	slowFiles  int
	serial     int
	forgiving  bool
	down       bool
	auth       bool
	socketOff  bool
	silent     bool
	opened     int // connections of Socket Mode so far
}

// New starts a Slack; it ends with the test.
func New(t testing.TB) *Slack {
	s := &Slack{
		t: t, inChannel: true, auth: true, scopes: "chat:write,channels:history,groups:history,files:write",
		triggers: map[string]*trigger{}, failures: map[string][]Failure{}, waiting: map[string]chan json.RawMessage{},
	}
	s.changed = sync.NewCond(&s.mu)
	s.server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.Close)
	return s
}

// Close ends it.
func (s *Slack) Close() {
	s.Disconnect("")
	s.server.CloseClientConnections()
	s.server.Close()
}

// APIURL is the URL of its API.
func (s *Slack) APIURL() string { return s.server.URL + "/api/" }

// fault fails the test, unless it wants faults, and gives Slack's word for it.
func (s *Slack) fault(word, format string, args ...any) string {
	if !s.forgiving {
		s.t.Errorf("fakeslack: "+format, args...)
	}
	return word
}

// Forgive makes it refuse in words alone, without failing the test.
func (s *Slack) Forgive() { s.set(func() { s.forgiving = true }) }

// SetDown makes it hang up on every call and connection, or stop doing so.
func (s *Slack) SetDown(down bool) {
	s.set(func() { s.down = down })
	if down {
		s.Disconnect("")
	}
}

// SetScopes replaces the rights of the bot, as the API reports them.
func (s *Slack) SetScopes(scopes string) { s.set(func() { s.scopes = scopes }) }

// SetInChannel says whether the bot is in the channel.
func (s *Slack) SetInChannel(in bool) { s.set(func() { s.inChannel = in }) }

// SetAuth says whether tokens are accepted.
func (s *Slack) SetAuth(ok bool) { s.set(func() { s.auth = ok }) }

// SetSocketMode says whether Socket Mode is switched on.
func (s *Slack) SetSocketMode(on bool) { s.set(func() { s.socketOff = !on }) }

// SetSilent says whether Socket Mode hangs up without a greeting.
func (s *Slack) SetSilent(silent bool) { s.set(func() { s.silent = silent }) }

func (s *Slack) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
	s.changed.Broadcast()
}

// awaitLimit is how long a test waits for anything: far longer than it ever
// should take on a busy machine.
const awaitLimit = 20 * time.Second

// Await waits until the workspace looks as wanted, and fails the test when it does
// not come to that.
func (s *Slack) Await(what string, wanted func() bool) {
	s.t.Helper()
	timer := time.AfterFunc(awaitLimit, func() { s.set(func() {}) })
	defer timer.Stop()
	deadline := time.Now().Add(awaitLimit)
	s.mu.Lock()
	defer s.mu.Unlock()
	for !wanted() {
		if time.Now().After(deadline) {
			s.t.Fatalf("fakeslack: waited in vain for %s; the channel has %s", what, s.listLocked())
		}
		s.changed.Wait()
	}
}

func (s *Slack) listLocked() string {
	text := fmt.Sprintf("%d messages", len(s.messages))
	for _, m := range s.messages {
		text += "\n  " + m.TS + " " + m.Text
	}
	for _, e := range s.ephemerals {
		text += "\n  to " + e.User + ": " + e.Text
	}
	return text
}

// AwaitMessage waits for a message in the channel whose text and blocks contain
// each of the words.
func (s *Slack) AwaitMessage(words ...string) Message {
	s.t.Helper()
	var found Message
	s.Await(fmt.Sprintf("a message with %q", words), func() bool {
		for _, m := range s.messages {
			if m.has(words) && !m.Deleted {
				found = *m
				return true
			}
		}
		return false
	})
	return found
}

// AwaitEphemeral waits for what one person is told.
func (s *Slack) AwaitEphemeral(user string, words ...string) Ephemeral {
	s.t.Helper()
	var found Ephemeral
	s.Await(fmt.Sprintf("words to %s with %q", user, words), func() bool {
		for _, e := range s.ephemerals {
			if e.User == user && contains(e.Text, words) {
				found = e
				return true
			}
		}
		return false
	})
	return found
}

// Messages are all of them, replies included, in the order of their posts.
func (s *Slack) Messages() (all []Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.messages {
		all = append(all, *m)
	}
	return all
}

// Ephemerals are all of them.
func (s *Slack) Ephemerals() []Ephemeral {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.ephemerals)
}

// Calls are the calls of one method so far.
func (s *Slack) Calls(method string) (calls []Call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.calls {
		if c.Method == method {
			calls = append(calls, c)
		}
	}
	return calls
}

// Remove deletes a message as a person of the workspace could.
func (s *Slack) Remove(ts string) {
	s.set(func() {
		if m := s.findLocked(ts); m != nil {
			m.Deleted = true
		}
	})
}

func (s *Slack) findLocked(ts string) *Message {
	for _, m := range s.messages {
		if m.TS == ts && !m.Deleted {
			return m
		}
	}
	return nil
}

// CountEphemerals is for Await.
func (s *Slack) CountEphemerals() int { return len(s.ephemerals) }

// Strings are all texts of a message.
func (m Message) Strings() []string {
	texts := []string{m.Text}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for key, e := range v {
				if text, ok := e.(string); ok && key == "text" {
					texts = append(texts, text)
				}
				walk(e)
			}
		case []any:
			for _, e := range v {
				walk(e)
			}
		}
	}
	for _, b := range m.Blocks {
		walk(b)
	}
	return texts
}

// CountMessages is for Await: how many were posted.
func (s *Slack) CountMessages() int { return len(s.messages) }

// CountCalls is for Await.
func (s *Slack) CountCalls(method string) (n int) {
	for _, c := range s.calls {
		if c.Method == method {
			n++
		}
	}
	return n
}
