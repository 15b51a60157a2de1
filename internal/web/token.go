package web

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"

	"github.com/holdfast-db/holdfast/internal/console"
	"github.com/holdfast-db/holdfast/internal/hold"
)

const (
	// tokenPrefix lets people and scanners of repositories recognise a token.
	tokenPrefix = "holdfast_"

	// tokenHashPrefix stands before the hash of one in the configuration.
	tokenHashPrefix = "sha256:"
)

// NewToken is a token for a program, and its hash for the configuration. It is drawn,
// not chosen, so a plain hash keeps it.
func NewToken() (token, hash string) {
	token = tokenPrefix + rand.Text()
	sum := sha256.Sum256([]byte(token))
	return token, tokenHashPrefix + hex.EncodeToString(sum[:])
}

// CheckToken says what is wrong with the hash of a token.
func CheckToken(hash string) error {
	digits, ok := strings.CutPrefix(hash, tokenHashPrefix)
	if sum, err := hex.DecodeString(digits); !ok || err != nil || len(sum) != sha256.Size || digits != strings.ToLower(digits) {
		return errors.New("it is no hash of a token; holdfast console token prints one")
	}
	return nil
}

// api is the JSON API for programs that show a token. No cookie counts there, so no
// page of elsewhere can use it.
func (s *Server) api() http.Handler {
	door := console.Door{Desk: s.Desk, Status: s.Status, Sessions: s.Sessions, Metrics: s.Metrics, Via: "api", Caller: s.bearer, Submit: s.Submit}
	if s.Alerts != nil {
		door.Alerts = s.Alerts
	}
	return console.Handler(door)
}

// bearer is the person whose token a request shows (RFC 6750, 2.1).
func (s *Server) bearer(r *http.Request) (hold.Answerer, error) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return hold.Answerer{}, &console.Fault{Code: console.Nobody, Text: "no token: send the header Authorization: Bearer TOKEN"}
	}
	sum := sha256.Sum256([]byte(token))
	shown := tokenHashPrefix + hex.EncodeToString(sum[:])
	found := hold.Answerer{}
	if s.Tokens != nil {
		for name, hash := range s.Tokens() {
			if subtle.ConstantTimeCompare([]byte(hash), []byte(shown)) == 1 {
				found.Person = name
			}
		}
	}
	if found.Person == "" || !(session{by: found}).of(s.Desk.People()) {
		return hold.Answerer{}, &console.Fault{Code: console.Nobody, Text: "this token is nobody's"}
	}
	return found, nil
}
