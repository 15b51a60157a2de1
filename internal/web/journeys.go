package web

import (
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"sync"
	"time"

	"golang.org/x/oauth2"
)

// journey is a browser that is away at the OpenID provider.
type journey struct {
	browser  [sha256.Size]byte // hash of what its cookie has: the one who comes back is the one who left
	nonce    string            // of the ID token
	verifier string            // of the code (RFC 7636, PKCE)
	next     string            // where to go afterwards
	until    time.Time
}

// journeys are all of them, by the hash of their state.
type journeys struct {
	mu   sync.Mutex
	away map[[sha256.Size]byte]journey
}

// depart begins one. cookie is for the browser, state for the provider.
func (j *journeys) depart(next string) (state, cookie string, one journey, err error) {
	now := time.Now()
	j.mu.Lock()
	defer j.mu.Unlock()
	for hash, one := range j.away {
		if !now.Before(one.until) {
			delete(j.away, hash)
		}
	}
	if len(j.away) >= maxJourneys {
		return "", "", journey{}, errors.New("too many sign-ins have begun; they are forgotten within minutes")
	}
	state, cookie = rand.Text(), rand.Text()
	one = journey{
		browser: sha256.Sum256([]byte(cookie)), nonce: rand.Text(), verifier: oauth2.GenerateVerifier(), next: next, until: now.Add(journeyLife),
	}
	j.away[sha256.Sum256([]byte(state))] = one
	return state, cookie, one, nil
}

// arrive ends one; false when nobody left with that state in that browser.
func (j *journeys) arrive(state, cookie string) (journey, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	hash := sha256.Sum256([]byte(state))
	one, ok := j.away[hash]
	if !ok || one.browser != sha256.Sum256([]byte(cookie)) {
		return journey{}, false
	}
	delete(j.away, hash)
	return one, time.Now().Before(one.until)
}
