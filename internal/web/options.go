package web

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/url"

	"github.com/rs/zerolog"

	"github.com/holdfast-db/holdfast/internal/console"
	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/passkey"
)

// Desk is what the pages need of *hold.Desk.
type Desk interface {
	Get(ctx context.Context, id string) (hold.Hold, error)
	Answered(ctx context.Context, id string) (hold.Hold, error)
	List(ctx context.Context, all bool) ([]hold.Hold, error)
	Decide(ctx context.Context, id string, d hold.Decision) (hold.Hold, error)
	Revoke(ctx context.Context, id string, r hold.Revoking) (hold.Hold, error)
	Covers(ctx context.Context, h hold.Hold) (hold.Coverage, error)
	Reviewers(r hold.Request) []string
	People() hold.People
	Watch() *hold.Watch
}

// History finds holds that ended: *store.Store.
type History interface {
	Search(ctx context.Context, s hold.Search) ([]hold.Hold, error)
}

// Options say what the console shows and where. All but URL, TLS,
// Passwords, Tokens, Passkeys, OIDC, Policy, Alerts and Doors are needed.
type Options struct {
	// Listen is HOST:PORT.
	Listen string

	// URL is where browsers find it, without a path: https://holdfast.example.com.
	// Empty is Listen itself, which must then be a loopback address.
	URL string

	// TLS serves https; nil serves http, to loopback or to a reverse proxy.
	TLS *tls.Config

	Desk    Desk
	History History

	// Status says how this holdfast is.
	Status func(context.Context) console.Status

	// Sessions are the clients that are connected, the newest first.
	Sessions func() []console.Session

	// Passwords are the hashes of those who may sign in with one, by person; nil is
	// nobody. See HashPassword.
	Passwords func() map[string]string

	// Tokens are the hashes of those whose programs may use the API, by person; nil is
	// nobody. See NewToken.
	Tokens func() map[string]string

	// Passkeys are the keys of people, or nil: then nobody has any.
	Passkeys *passkey.Ring

	// OIDC is who vouches for people, or nil.
	OIDC *OIDC

	// Policy says what is in force, or nil: then there is no such page.
	Policy func() Policy

	// Alerts are unusual deletes, or nil: then there are no such pages.
	Alerts Alerts
	// Submit asks people about a file, for programs, or is nil.
	Submit console.Submit

	// Doors are those of other systems, by path, or nil: their requests do not come
	// from browsers, so none of what keeps browsers safe is asked of them. Each must know
	// for itself whom to believe, and bound what it reads.
	Doors map[string]http.Handler

	// Metrics answers GET /metrics to programs with a token; nil is nothing there.
	Metrics http.Handler

	Log zerolog.Logger
}

// CheckAddress says whether browsers can be served there without sending what
// signs them in through a network in the clear. url may be empty.
func CheckAddress(listen, base string, tls bool) error {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return fmt.Errorf("%q is no address; write HOST:PORT, such as 127.0.0.1:8432", listen)
	}
	if base == "" {
		if !loopback(host) {
			return fmt.Errorf("%q can be reached from other machines, so it needs url, the https address that people open", listen)
		}
		return nil
	}
	u, err := parseURL(base)
	switch {
	case err != nil:
		return err
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return fmt.Errorf("%q would send what signs people in through the network in the clear; serve https, with tls or behind a reverse proxy that has it", base)
	case u.Scheme == "http" && tls:
		return fmt.Errorf("%q does not begin with https, and the console has a certificate", base)
	}
	return nil
}

// parseURL reads the address that people open.
func parseURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.User != nil ||
		u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("%q is no address of a console; write https://NAME or https://NAME:PORT, without a path", text)
	}
	u.Path = ""
	return u, nil
}

// loopback says whether a name or an address never leaves this machine. An empty
// host listens everywhere.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
