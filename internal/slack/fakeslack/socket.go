package fakeslack

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// socket is one connection of Socket Mode.
type socket struct {
	conn *websocket.Conn
	mu   sync.Mutex // of writing
}

func (s *Slack) openConnection(request) (map[string]any, string) {
	if s.socketOff {
		return nil, "connections_disabled"
	}
	url := "ws" + strings.TrimPrefix(s.server.URL, "http") + "/socket?ticket=" + ticket
	return map[string]any{"url": url}, ""
}

func (s *Slack) serveSocket(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	down := s.down
	s.mu.Unlock()
	if down || r.URL.Query().Get("ticket") != ticket {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	conn, err := (&websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}).Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer conn.Close()
	k := &socket{conn: conn}
	s.mu.Lock()
	silent := s.silent
	s.mu.Unlock()
	if silent {
		return
	}
	k.send(map[string]any{"type": "hello", "num_connections": 1, "connection_info": map[string]any{"app_id": "A0APP"}})
	s.set(func() {
		s.sockets = append(s.sockets, k)
		s.opened++
	})
	defer s.set(func() { s.dropLocked(k) })
	s.readSocket(k)
}

func (s *Slack) dropLocked(k *socket) {
	for i, other := range s.sockets {
		if other == k {
			s.sockets = append(s.sockets[:i], s.sockets[i+1:]...)
			return
		}
	}
}

// readSocket takes acknowledgements until the connection ends.
func (s *Slack) readSocket(k *socket) {
	for {
		var ack struct {
			Envelope string          `json:"envelope_id"`
			Payload  json.RawMessage `json:"payload"`
		}
		if err := k.conn.ReadJSON(&ack); err != nil {
			return
		}
		s.mu.Lock()
		waiting := s.waiting[ack.Envelope]
		delete(s.waiting, ack.Envelope)
		if waiting == nil {
			s.fault("", "an acknowledgement of %q, which was not sent or is acknowledged already", ack.Envelope)
		}
		s.mu.Unlock()
		if waiting != nil {
			waiting <- ack.Payload
		}
	}
}

func (k *socket) send(v any) {
	k.mu.Lock()
	defer k.mu.Unlock()
	_ = k.conn.WriteJSON(v) // a connection that is gone is noticed by its reader
}

// AwaitConnections waits until that many connections were made in all and one is
// open.
func (s *Slack) AwaitConnections(n int) {
	s.t.Helper()
	s.Await(fmt.Sprintf("%d connections", n), func() bool { return s.opened >= n && len(s.sockets) > 0 })
}

// Disconnect ends every connection; with a reason (warning, refresh_requested,
// link_disabled) it says so first, as Slack does.
func (s *Slack) Disconnect(reason string) {
	s.mu.Lock()
	sockets := append([]*socket(nil), s.sockets...)
	s.mu.Unlock()
	for _, k := range sockets {
		if reason != "" {
			k.send(map[string]any{"type": "disconnect", "reason": reason})
			continue
		}
		k.conn.Close()
	}
}

// ackLimit is how long Slack waits for an acknowledgement.
const ackLimit = 3 * time.Second

// Deliver sends an envelope and waits for its acknowledgement, which has to come
// within Slack's time. It is the payload of the acknowledgement.
func (s *Slack) Deliver(envelope string, payload any) json.RawMessage {
	s.t.Helper()
	acked := s.Push(envelope, payload)
	select {
	case answer := <-acked:
		return answer
	case <-time.After(ackLimit):
		s.t.Errorf("fakeslack: envelope %s was not acknowledged within %v", envelope, ackLimit)
		return nil
	}
}

// Push sends an envelope and does not wait; the channel gets its acknowledgement.
func (s *Slack) Push(envelope string, payload any) <-chan json.RawMessage {
	s.t.Helper()
	acked := make(chan json.RawMessage, 1)
	var k *socket
	s.Await("a connection", func() bool {
		if len(s.sockets) == 0 {
			return false
		}
		k = s.sockets[len(s.sockets)-1]
		s.waiting[envelope] = acked
		return true
	})
	k.send(map[string]any{
		"type": "interactive", "envelope_id": envelope, "accepts_response_payload": true, "payload": payload,
	})
	return acked
}

// Raw sends bytes as they are.
func (s *Slack) Raw(text string) {
	s.t.Helper()
	var k *socket
	s.Await("a connection", func() bool {
		if len(s.sockets) > 0 {
			k = s.sockets[len(s.sockets)-1]
		}
		return k != nil
	})
	k.mu.Lock()
	defer k.mu.Unlock()
	_ = k.conn.WriteMessage(websocket.TextMessage, []byte(text))
}
