package web

import (
	"errors"
	"net/http"
	"time"

	"github.com/holdfast-db/holdfast/internal/passkey"
)

// recentSignIn is how long after signing in a passkey can be added: it outlives the
// session, so a screen that was left open must not do.
const recentSignIn = 15 * time.Minute

// accountPage is what somebody sees of their own sign-in.
type accountPage struct {
	Way     string // how they signed in
	Began   time.Time
	Until   time.Time
	Keys    []ownKey
	None    string // why there are no passkeys here; empty where there are
	Recent  bool   // signed in lately enough to add one
	Name    string // of a new one, as typed
	Problem string
}

// ownKey is a passkey in the list of its owner.
type ownKey struct {
	passkey.Key
	Now       bool   // it signed this session in
	Elsewhere string // the name of the console that it is for, where that is another
}

func (s *Server) showAccount(w http.ResponseWriter, r *http.Request, who session) {
	s.showAccountAs(w, r, http.StatusOK, who, accountPage{})
}

func (s *Server) showAccountAs(w http.ResponseWriter, r *http.Request, status int, who session, p accountPage) {
	p.Way, p.Began, p.Until = who.way(), who.began, who.began.Add(sessionLife)
	p.None, p.Recent = s.noPasskeys(r), who.recent(time.Now())
	if s.Passkeys != nil && who.by.Person != "" {
		for _, k := range s.Passkeys.Of(who.by.Person) {
			own := ownKey{Key: k, Now: string(k.ID) == who.key}
			if s.party == nil || k.Site != s.party.Site {
				own.Elsewhere = k.Site
			}
			p.Keys = append(p.Keys, own)
		}
	}
	f := frame{Title: "Your sign-in", Current: "account", Self: "/account", Passkeys: p.None == "" && p.Recent}
	s.showTo(w, r, status, who, "account", f, p)
}

// recent says that whoever has the browser proved lately who they are.
func (s session) recent(now time.Time) bool { return now.Sub(s.began) < recentSignIn }

// mayAdd is why somebody cannot add a passkey now; empty when they can.
func (s *Server) mayAdd(r *http.Request, who session) string {
	if why := s.noPasskeys(r); why != "" {
		return why
	}
	if !who.recent(time.Now()) {
		return "You signed in too long ago to add a passkey. Sign in again first."
	}
	return ""
}

// beginPasskey asks the browser of somebody for a new passkey.
func (s *Server) beginPasskey(w http.ResponseWriter, r *http.Request, who session) {
	if why := s.mayAdd(r, who); why != "" {
		s.answerJSON(w, http.StatusForbidden, map[string]string{"problem": why})
		return
	}
	question, sealed, err := s.party.BeginAdd(who.by.Person, who.token)
	s.ask(w, question, sealed, err)
}

func (s *Server) addPasskey(w http.ResponseWriter, r *http.Request, who session) {
	name := r.PostForm.Get("name")
	if why := s.mayAdd(r, who); why != "" {
		s.showAccountAs(w, r, http.StatusForbidden, who, accountPage{Problem: why, Name: name})
		return
	}
	if r.PostForm.Get("answer") == "" {
		s.showAccountAs(w, r, http.StatusBadRequest, who, accountPage{Problem: "No passkey was sent. Passkeys need JavaScript.", Name: name})
		return
	}
	k, err := s.party.Add(r.Context(), who.by.Person, who.token, s.ticketOf(r), name, []byte(r.PostForm.Get("answer")))
	http.SetCookie(w, s.ticketCookie("", -1))
	if err != nil {
		s.log.Warn().Err(err).Str("who", who.name()).Msg("console: a passkey was not added")
		s.showAccountAs(w, r, passkeyStatus(err), who, accountPage{Problem: passkeyProblem(err), Name: name})
		return
	}
	s.log.Info().Str("who", who.name()).Str("passkey", k.Name).Msg("console: a passkey was added")
	http.Redirect(w, r, "/account", http.StatusSeeOther)
}

// removePasskey needs no recent sign-in: it takes a way in away and gives none. A
// session that the key began ends with it.
func (s *Server) removePasskey(w http.ResponseWriter, r *http.Request, who session) {
	if s.Passkeys == nil || who.by.Person == "" {
		s.showAccountAs(w, r, http.StatusForbidden, who, accountPage{})
		return
	}
	k, err := s.Passkeys.Remove(r.Context(), who.by.Person, r.PostForm.Get("key"))
	switch {
	case errors.Is(err, passkey.ErrUnknown): // it was removed in another tab
	case err != nil:
		s.log.Error().Err(err).Str("who", who.name()).Msg("console: a passkey was not removed in every place")
		s.showAccountAs(w, r, http.StatusServiceUnavailable, who, accountPage{
			Problem: "The control store or the record cannot be written. Nobody can sign in with this passkey now, but it may come back when holdfast restarts."})
		return
	default:
		s.log.Info().Str("who", who.name()).Str("passkey", k.Name).Msg("console: a passkey was removed")
	}
	http.Redirect(w, r, "/account", http.StatusSeeOther)
}

// passkeyProblem is what went wrong with a passkey, for people.
func passkeyProblem(err error) string {
	switch {
	case errors.Is(err, passkey.ErrTicket):
		return "That was not begun in this browser, or too long ago. Begin anew."
	case errors.Is(err, passkey.ErrUnknown):
		return "This passkey is nobody's here: it was removed, or its person is not in the configuration. Sign in otherwise."
	case errors.Is(err, passkey.ErrCount):
		return "This passkey was refused: its counter went back, so there may be a copy of it. Sign in otherwise, and remove it."
	case errors.Is(err, passkey.ErrAnswer):
		return "What the passkey answered was not accepted. The log of holdfast says why."
	case errors.Is(err, passkey.ErrName), errors.Is(err, passkey.ErrTooMany), errors.Is(err, passkey.ErrTwice):
		return capital(err.Error()) + "."
	}
	return "The control store or the record cannot be written, so nothing was done. holdfast status says more."
}

// passkeyStatus is the status that goes with it.
func passkeyStatus(err error) int {
	for _, e := range []error{passkey.ErrTicket, passkey.ErrUnknown, passkey.ErrCount, passkey.ErrAnswer} {
		if errors.Is(err, e) {
			return http.StatusForbidden
		}
	}
	for _, e := range []error{passkey.ErrName, passkey.ErrTooMany, passkey.ErrTwice} {
		if errors.Is(err, e) {
			return http.StatusBadRequest
		}
	}
	return http.StatusServiceUnavailable
}
