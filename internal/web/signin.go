package web

import (
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// Link is a link that signs one browser in, once.
type Link struct {
	URL   string
	For   string    // the person, or without people in the configuration the OS user
	Until time.Time // afterwards it is of no use
}

// Link makes a link for a caller of the control socket. With people in the
// configuration it is the link of the person whose OS user that is; others get none.
func (s *Server) Link(caller hold.Answerer) (Link, error) {
	people := s.Desk.People()
	if people.Configured() {
		person, known := people.ByOS(caller.OS)
		if !known {
			return Link{}, hold.ErrNotAllowed{Reason: fmt.Sprintf("os user %s is nobody in people, so a link would be nobody's; give a person os: %s", visible(caller.OS), visible(caller.OS))}
		}
		caller.Person = person.Name
	}
	if caller.OS == "" {
		return Link{}, hold.ErrNotAllowed{Reason: "it is not known who you are"}
	}
	secret, until, err := s.sessions.invite(caller)
	if err != nil {
		return Link{}, fmt.Errorf("making a link: %w", err)
	}
	return Link{URL: s.URL() + "/signin?link=" + secret, For: session{by: caller}.name(), Until: until.UTC()}, nil
}

// signInPage is what the page of signing in shows.
type signInPage struct {
	Link string // the secret, while it can be used
	For  string
	Used bool // there was a link, and it cannot be used
	Next string

	Provider  bool   // an OpenID provider vouches for people
	Passwords bool   // somebody may sign in with one
	Passkeys  bool   // somebody has one, and the browser asks where they count
	Name      string // as typed
	Problem   string
}

func (s *Server) showSignIn(w http.ResponseWriter, r *http.Request) {
	p := signInPage{Next: within(r.URL.Query().Get("next"))}
	if secret := r.URL.Query().Get("link"); secret != "" {
		by, ok := s.sessions.invited(secret)
		p.Used = !ok
		if ok {
			p.Link, p.For = secret, session{by: by}.name()
		}
	}
	s.showSignInAs(w, r, http.StatusOK, p)
}

func (s *Server) showSignInAs(w http.ResponseWriter, r *http.Request, status int, p signInPage) {
	p.Provider = s.provider != nil
	p.Passwords = s.Passwords != nil && len(s.Passwords()) > 0
	p.Passkeys = s.noPasskeys(r) == "" && s.Passkeys.Any()
	s.show(w, r, status, "signin", frame{Title: "Sign in", Passkeys: p.Passkeys}, p)
}

// signIn takes a password, or uses a link up. It takes a form, since programs that look at links in
// messages would use up one that a GET uses.
func (s *Server) signIn(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.refuse(w, r, http.StatusBadRequest, "The form could not be read, so nobody is signed in.", "")
		return
	}
	if r.PostForm.Has("password") {
		s.signInByPassword(w, r)
		return
	}
	by, ok := s.sessions.accept(r.PostForm.Get("link"))
	if ok && !(session{by: by}).of(s.Desk.People()) {
		ok = false
	}
	if !ok {
		s.log.Warn().Str("client", r.RemoteAddr).Msg("console: a link was shown that cannot be used")
		s.showSignInAs(w, r, http.StatusForbidden, signInPage{Used: true, Next: "/holds"})
		return
	}
	s.begin(w, r, session{by: by}, within(r.PostForm.Get("next")))
}

// begin makes a session, in place of one that this browser may have.
func (s *Server) begin(w http.ResponseWriter, r *http.Request, one session, next string) {
	if old, ok := s.who(r); ok {
		s.sessions.end(old)
	}
	http.SetCookie(w, s.cookie(s.sessions.begin(one), int(sessionLife.Seconds())))
	s.log.Info().Str("who", one.name()).Str("by", one.way()).Str("client", r.RemoteAddr).Msg("console: signed in")
	http.Redirect(w, r, next, http.StatusSeeOther)
}

func (s *Server) signOut(w http.ResponseWriter, r *http.Request, who session) {
	s.sessions.end(who)
	http.SetCookie(w, s.cookie("", -1))
	w.Header().Set("Clear-Site-Data", `"cache"`)
	http.Redirect(w, r, "/signin?"+url.Values{"next": {"/holds"}}.Encode(), http.StatusSeeOther)
}

// cookieName is the session's. With https the browser itself sees to it that nobody
// else sets it and that it belongs to this host alone (the prefix __Host-).
func (s *Server) cookieName() string {
	if s.secure() {
		return "__Host-holdfast"
	}
	return "holdfast_session"
}

// cookie is Lax, so that a link in a message leads to the page itself. What changes
// something takes a form, and a Lax cookie does not come with a form of elsewhere.
func (s *Server) cookie(value string, seconds int) *http.Cookie {
	return &http.Cookie{
		Name: s.cookieName(), Value: value, Path: "/", MaxAge: seconds,
		HttpOnly: true, Secure: s.secure(), SameSite: http.SameSiteLaxMode,
	}
}
