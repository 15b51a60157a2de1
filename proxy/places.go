package proxy

import (
	"container/list"
	"fmt"
	"net"
	"sync"
)

// A connection is first a stranger, then logging in, then a session. Each kind has
// its own places, so that who has not shown a password cannot take the places of
// those who have.

// maxGreeting bounds the strangers: connections that have not said yet who they
// are. It is about as many as two cores can shake hands with by TLS in greetLimit.
// When one more comes, the one that has been a stranger for longest is closed, so
// that a flood of silent connections only pushes out itself.
const maxGreeting = 4096

// strangers are the connections that have not said yet who they are, the oldest
// first. At most max of them are kept.
type strangers struct {
	max int

	mu    sync.Mutex
	order list.List // of net.Conn
}

// add takes a connection in; the function it returns takes it out again.
func (s *strangers) add(conn net.Conn) (remove func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.order.PushBack(conn)
	if s.order.Len() > s.max {
		s.order.Remove(s.order.Front()).(net.Conn).Close()
	}
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.order.Remove(at)
	}
}

// maxLogins bounds who is logging in on one host: half of all places, shared by
// the hosts. The rest stays free for sessions, and a host whose server does not
// answer does not take the others' places.
func (s *Server) maxLogins() int64 { return int64(max(1, s.o.MaxSessions/(2*len(s.hosts)))) }

// enter takes a place for a login, or refuses. With a place, loggedIn is to be
// called when the login is over and leave when the connection is.
func (s *Server) enter(h *host) (loggedIn, leave func(), err error) {
	leave = func() { s.count.Add(-1) }
	loggedIn = func() { h.logins.Add(-1) }
	if s.count.Add(1) > int64(s.o.MaxSessions) {
		leave()
		return nil, nil, tooMany(fmt.Sprintf("holdfast serves at most %d connections.", s.o.MaxSessions))
	}
	if h.logins.Add(1) > s.maxLogins() {
		loggedIn()
		leave()
		return nil, nil, tooMany(fmt.Sprintf("holdfast lets at most %d clients log in to a host at the same time.", s.maxLogins()))
	}
	return loggedIn, leave, nil
}

// tooMany is the server's own error.
func tooMany(why string) error {
	return refuse("53300", "sorry, too many clients already", why, "Try again when others have left.")
}
