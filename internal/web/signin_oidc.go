package web

import (
	"net/http"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// depart sends a browser to the OpenID provider.
func (s *Server) depart(w http.ResponseWriter, r *http.Request) {
	config, _, err := s.provider.know(r.Context())
	if err != nil {
		s.notVouched(w, r, http.StatusBadGateway, err, "The sign-in service does not answer. Sign in otherwise, or try again in a moment.")
		return
	}
	state, cookie, one, err := s.provider.journeys.depart(within(r.URL.Query().Get("next")))
	if err != nil {
		s.notVouched(w, r, http.StatusServiceUnavailable, err, "Too many sign-ins have begun. Try again in a moment.")
		return
	}
	http.SetCookie(w, s.journeyCookie(cookie, int(journeyLife.Seconds())))
	http.Redirect(w, r, config.AuthCodeURL(state, oidc.Nonce(one.nonce), oauth2.S256ChallengeOption(one.verifier)), http.StatusSeeOther)
}

// arrive takes a browser back. What it brings counts once, in the browser that left.
func (s *Server) arrive(w http.ResponseWriter, r *http.Request) {
	const again = "That sign-in was not begun in this browser, or too long ago. Begin anew."
	q := r.URL.Query()
	cookie, err := r.Cookie(s.journeyName())
	if err != nil {
		s.notVouched(w, r, http.StatusForbidden, err, again)
		return
	}
	one, ok := s.provider.journeys.arrive(q.Get("state"), cookie.Value)
	if !ok {
		s.notVouched(w, r, http.StatusForbidden, nil, again)
		return
	}
	http.SetCookie(w, s.journeyCookie("", -1))
	if q.Get("code") == "" {
		s.notVouched(w, r, http.StatusForbidden, nil, "The sign-in service did not let you in.")
		return
	}
	said, err := s.provider.redeem(r.Context(), q.Get("code"), one)
	switch {
	case err != nil:
		s.notVouched(w, r, http.StatusForbidden, err, "The sign-in service did not vouch for you. The log of holdfast says why.")
		return
	case !said.Verified:
		s.notVouched(w, r, http.StatusForbidden, nil, "The sign-in service has not verified the e-mail address "+visible(said.Email)+".")
		return
	}
	name, err := personOf(s.Desk.People(), said.Email)
	if err != nil {
		s.notVouched(w, r, http.StatusForbidden, err, "The sign-in service knows you as "+visible(said.Email)+"; "+err.Error()+".")
		return
	}
	s.begin(w, r, session{by: hold.Answerer{Person: name}, email: said.Email}, one.next)
}

func (s *Server) notVouched(w http.ResponseWriter, r *http.Request, status int, err error, problem string) {
	s.log.Warn().AnErr("cause", err).Str("client", r.RemoteAddr).Msg("console: a sign-in by OpenID Connect failed")
	s.showSignInAs(w, r, status, signInPage{Problem: problem, Next: "/holds"})
}

func (s *Server) journeyName() string { return s.cookieName() + "_away" }

func (s *Server) journeyCookie(value string, seconds int) *http.Cookie {
	c := s.cookie(value, seconds)
	c.Name = s.journeyName()
	return c
}
