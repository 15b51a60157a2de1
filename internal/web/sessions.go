package web

import (
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"sync"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
)

const (
	// linkLife is how long a link signs somebody in: the time to copy it from a
	// terminal to a browser.
	linkLife = 5 * time.Minute

	// maxLinks bounds the links that nobody has used yet.
	maxLinks = 100

	// sessionLife is how long a session lasts at most: a working day.
	sessionLife = 12 * time.Hour

	// sessionIdle ends a session that asks for no page. One that is open and live asks
	// when something happens, so sessionLife bounds what a forgotten screen can do.
	sessionIdle = 2 * time.Hour

	// maxSessions bounds the sessions; the one that was idle longest makes room.
	maxSessions = 1000
)

// session is one browser that has signed in. It is not changed but by sessions.
type session struct {
	by       hold.Answerer // who answers; the desk asks again who that is
	password string        // the hash of the one by which they came; empty for a link
	email    string        // the address by which an OpenID provider vouched for them; or empty
	key      string        // the id of the passkey with which they came; or empty
	token    string        // of forms, so that only pages of this session can send them
	began    time.Time
	used     time.Time
	secret   [sha256.Size]byte
	seen     uint64 // of a request: the changes that had happened when it came; see live
}

// name is who it is, for people.
func (s session) name() string {
	if s.by.Person != "" {
		return s.by.Person
	}
	return s.by.OS
}

// way is how they signed in, for people.
func (s session) way() string {
	switch {
	case s.password != "":
		return "a password"
	case s.email != "":
		return "OpenID Connect"
	case s.key != "":
		return "a passkey"
	}
	return "a link"
}

// of says whether the session is still that of somebody: the person is in the
// configuration, and the OS user by which they came is still theirs. A session from
// before there were people is nobody's.
func (s session) of(people hold.People) bool {
	if !people.Configured() {
		return s.by.Person == ""
	}
	if _, known := people.ByName(s.by.Person); !known {
		return false
	}
	owner, _ := people.ByOS(s.by.OS)
	return s.by.OS == "" || owner.Name == s.by.Person
}

// link signs somebody in, once.
type link struct {
	by    hold.Answerer
	until time.Time
}

// sessions are the browsers that have signed in and the links by which they may.
// They are kept in memory, by the hash of what a browser shows: a restart signs
// everybody out, and a copy of the memory has no secret that would open a session.
type sessions struct {
	mu    sync.Mutex
	live  map[[sha256.Size]byte]*session
	links map[[sha256.Size]byte]link
}

func newSessions() *sessions {
	return &sessions{live: map[[sha256.Size]byte]*session{}, links: map[[sha256.Size]byte]link{}}
}

// invite makes a link for somebody and returns its secret.
func (s *sessions) invite(by hold.Answerer) (string, time.Time, error) {
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	for hash, l := range s.links {
		if !now.Before(l.until) {
			delete(s.links, hash)
		}
	}
	if len(s.links) >= maxLinks {
		return "", time.Time{}, errors.New("too many links wait to be used; they expire within minutes")
	}
	secret, until := rand.Text(), now.Add(linkLife)
	s.links[sha256.Sum256([]byte(secret))] = link{by, until}
	return secret, until, nil
}

// invited is who a link is for, while it can be used.
func (s *sessions) invited(secret string) (hold.Answerer, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l, ok := s.links[sha256.Sum256([]byte(secret))]
	return l.by, ok && time.Now().Before(l.until)
}

// accept uses a link up.
func (s *sessions) accept(secret string) (hold.Answerer, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	hash := sha256.Sum256([]byte(secret))
	l, ok := s.links[hash]
	delete(s.links, hash)
	return l.by, ok && time.Now().Before(l.until)
}

// begin makes a session, of whom and by what one says, and returns what the browser shows for it.
func (s *sessions) begin(one session) string {
	now, secret := time.Now(), rand.Text()
	hash := sha256.Sum256([]byte(secret))
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.live) >= maxSessions {
		s.dropLocked(now)
	}
	one.token, one.began, one.used, one.secret = rand.Text(), now, now, hash
	s.live[hash] = &one
	return secret
}

// find is the session of what a browser shows; it counts as used.
func (s *sessions) find(secret string) (session, bool) {
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.live[sha256.Sum256([]byte(secret))]
	if !ok {
		return session{}, false
	}
	if found.over(now) {
		delete(s.live, found.secret)
		return session{}, false
	}
	found.used = now
	return *found, true
}

// going says whether a session that was found still lives. It does not count as use:
// an open stream must not keep a session alive.
func (s *sessions) going(one session) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.live[one.secret]
	return ok && !found.over(time.Now())
}

// end signs a browser out.
func (s *sessions) end(one session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.live, one.secret)
}

func (s session) over(now time.Time) bool {
	return now.Sub(s.began) >= sessionLife || now.Sub(s.used) >= sessionIdle
}

// dropLocked makes room: what is over, or else what was idle longest.
func (s *sessions) dropLocked(now time.Time) {
	var idlest *session
	for hash, one := range s.live {
		if one.over(now) {
			delete(s.live, hash)
		} else if idlest == nil || one.used.Before(idlest.used) {
			idlest = one
		}
	}
	if len(s.live) >= maxSessions && idlest != nil {
		delete(s.live, idlest.secret)
	}
}
