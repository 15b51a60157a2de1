package web

import (
	"net/http"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// wrongPassword does not say whether there is such a person.
const wrongPassword = "The name and the password do not belong together."

// hashOf is the hash of somebody's password, or empty.
func (s *Server) hashOf(name string) string {
	if s.Passwords == nil {
		return ""
	}
	return s.Passwords()[name]
}

// nobodysHash is what the password of somebody without one is compared with, so that
// an answer takes as long.
var nobodysHash = passwordHash{memory: hashMemory, rounds: hashRounds, threads: hashThreads, salt: make([]byte, saltLength), key: make([]byte, keyLength)}

func (s *Server) signInByPassword(w http.ResponseWriter, r *http.Request) {
	name, password := r.PostForm.Get("name"), r.PostForm.Get("password")
	next := within(r.PostForm.Get("next"))
	fail := func(status int, problem string) {
		s.log.Warn().Str("client", r.RemoteAddr).Msg("console: a sign-in by password failed")
		s.showSignInAs(w, r, status, signInPage{Name: name, Problem: problem, Next: next})
	}
	by := hold.Answerer{Person: name}
	text := s.hashOf(name)
	hash, err := parseHash(text)
	known := err == nil && (session{by: by}).of(s.Desk.People())
	if !known {
		hash = nobodysHash
	}
	if !s.attempts.may(name) {
		w.Header().Set("Retry-After", "60")
		fail(http.StatusTooManyRequests, "Too many wrong passwords: wait a minute, or sign in with a link.")
		return
	}
	select {
	case s.hashing <- struct{}{}:
	case <-r.Context().Done():
		return
	}
	fits := hash.fits(password)
	<-s.hashing
	if !fits || !known {
		fail(http.StatusForbidden, wrongPassword)
		return
	}
	s.attempts.succeeded(name)
	s.begin(w, r, session{by: by, password: text}, next)
}
