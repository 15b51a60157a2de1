package web

import (
	"net"
	"net/http"
	"strings"

	"github.com/holdfast-db/holdfast/internal/console"
)

// maxForm bounds the body of a request in bytes: a note of the longest length that
// the desk takes, every letter escaped, and a typed name.
const maxForm = 16 << 10

// policyOfContent lets a page load from the console itself and nothing else, and run
// no script and apply no style that stands in it. HTML that arrives later is parsed
// as a document of its own, which no script may turn into more script.
const policyOfContent = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; manifest-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// guard is what every request passes: the host it was meant for, where it was sent
// from, and how long it is.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.harden(w.Header())
		switch {
		case !s.meant(r.Host):
			s.refuse(w, r, http.StatusMisdirectedRequest, "This is not the address of this console.",
				"It answers at "+s.URL()+". The address is the key url of the configuration's console.")
			return
		case r.Method == http.MethodGet, r.Method == http.MethodHead:
		case r.Method != http.MethodPost:
			w.Header().Set("Allow", "GET, HEAD, POST")
			s.refuse(w, r, http.StatusMethodNotAllowed, "There is no "+visible(r.Method)+" here.", "")
			return
		case !ownForm(r) && !strings.HasPrefix(r.URL.Path, apiPath):
			s.refuse(w, r, http.StatusForbidden, "This form was not sent by a page of this console, so nothing was done.",
				"Open the console itself and answer there.")
			return
		}
		most := int64(maxForm)
		if r.URL.Path == filesPath { // read for those alone who show a token
			most = 2 * console.MaxFile
		}
		r.Body = http.MaxBytesReader(w, r.Body, most)
		next.ServeHTTP(w, r)
	})
}

// doors lets requests to the doors of other systems past the guard.
func (s *Server) doors(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if door := s.Doors[r.URL.Path]; door != nil {
			s.harden(w.Header())
			door.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// harden says to the browser what it must not do with an answer.
func (s *Server) harden(h http.Header) {
	h.Set("Content-Security-Policy", policyOfContent)
	h.Set("X-Frame-Options", "DENY")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
	h.Set("Cache-Control", "no-store")
	if s.secure() {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// secure says that browsers come by https, here or at a reverse proxy.
func (s *Server) secure() bool { return s.base.Scheme == "https" }

// meant says whether a request names the console as its host. A page of elsewhere
// whose name was made to point here (DNS rebinding) names itself.
func (s *Server) meant(host string) bool {
	if strings.EqualFold(host, s.base.Host) || strings.EqualFold(host, defaultPort(s.base.Scheme, s.base.Host)) {
		return true
	}
	// Through a tunnel the port is another one; the name cannot be made to point elsewhere.
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	return loopback(s.base.Hostname()) && loopback(strings.Trim(name, "[]"))
}

// defaultPort is host without the port that its scheme does not need to name, or
// with it where it is not named.
func defaultPort(scheme, host string) string {
	port := map[string]string{"https": ":443", "http": ":80"}[scheme]
	if short, named := strings.CutSuffix(host, port); named {
		return short
	}
	return host + port
}

// ownForm says whether a request that changes something comes from a page of the
// console. Every browser of today says where from (Sec-Fetch-Site); older ones name
// an origin. One that does neither is refused.
func ownForm(r *http.Request) bool {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" {
		return site == "same-origin"
	}
	_, host, found := strings.Cut(r.Header.Get("Origin"), "://")
	return found && host != "" && strings.EqualFold(host, r.Host)
}
