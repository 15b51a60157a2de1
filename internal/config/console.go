package config

import (
	"fmt"
	"net/url"
)

// Console says where the web console is.
type Console struct {
	// Listen is HOST:PORT; empty serves none.
	Listen string `yaml:"listen"`

	// URL is what people open and what links in messages begin with, such as
	// https://holdfast.example.com. Empty is Listen itself, for this machine alone.
	URL string `yaml:"url"`

	// TLS is the certificate of the console; nil serves http, to this machine or to a
	// reverse proxy.
	TLS *ConsoleTLS `yaml:"tls"`

	// OIDC is the OpenID provider that vouches for people; nil is none.
	OIDC *OIDC `yaml:"oidc"`
}

// OIDC is an OpenID provider. People are known to it by their email.
type OIDC struct {
	Issuer       string `yaml:"issuer"`
	ClientID     string `yaml:"client_id"`
	ClientSecret Secret `yaml:"client_secret"`
}

// ConsoleTLS is a certificate and its key, as PEM files; absolute after Load.
type ConsoleTLS struct {
	Cert string `yaml:"cert"`
	Key  string `yaml:"key"`
}

// checkConsole: check is of the package that serves it.
func (n *notes) checkConsole(c *Config, check func(listen, url string, tls bool) error) {
	console := c.Console
	if n.hasFaultAt("console.url") || n.hasFaultAt("console.listen") {
		return
	}
	if console.Listen != "" {
		if err := check(console.Listen, console.URL, console.TLS != nil); err != nil {
			n.fault("console.listen", "%v", err)
		}
	} else if console.URL != "" {
		n.checkConsoleURL(console.URL)
	}
	n.checkOIDC(c)
	if t := console.TLS; t != nil {
		n.checkTLS(&TLS{Cert: t.Cert, Key: t.Key}, "console.tls")
		if console.Listen == "" {
			n.fault("console.tls", "is of no use without console.listen")
		}
	}
}

// checkOIDC looks at the provider without asking it: holdfast starts without it.
func (n *notes) checkOIDC(c *Config) {
	o := c.Console.OIDC
	if o == nil || n.hasFaultAt("console.oidc") {
		return
	}
	u, err := url.Parse(o.Issuer)
	_, given := n.places["console.oidc.client_secret"]
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname())):
		n.fault("console.oidc.issuer", "%q is no issuer; write the https address that the provider names", o.Issuer)
	case o.ClientID == "":
		n.fault("console.oidc", "client_id is missing; the provider gives it when the console is registered there")
	case !given:
		n.fault("console.oidc", "client_secret is missing; write ${NAME} for a variable or file:PATH for a file")
	case c.Console.Listen == "":
		n.fault("console.oidc", "is of no use without console.listen")
	}
	known := 0
	for _, p := range c.People {
		if p.Email != "" {
			known++
		}
	}
	if known == 0 {
		n.warn("console.oidc", "nobody in people has an email, so nobody can sign in by OpenID Connect")
	}
}

// checkConsoleURL looks at the address of a console that is served elsewhere.
func (n *notes) checkConsoleURL(text string) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		n.fault("console.url", "%q is not the URL of a site, such as https://holdfast.example.com", text)
	case u.Scheme == "https", u.Scheme == "http" && loopback(u.Hostname()):
	default:
		n.fault("console.url", "%s would carry sign-ins in the clear; write https", text)
	}
}

// checkPasswords: check is of the package that compares them.
func (n *notes) checkPasswords(people []Person, check func(hash string) error) {
	for i, p := range people {
		path := fmt.Sprintf("people[%d].password", i)
		if p.Password == "" || n.hasFaultAt(path) {
			continue
		}
		if err := check(p.Password.Reveal()); err != nil {
			n.fault(path, "the password of %s: %v", p.Name, err)
		}
	}
}

// checkTokens: check is of the package that compares them.
func (n *notes) checkTokens(people []Person, check func(hash string) error) {
	tokens := map[string]int{}
	for i, p := range people {
		path := fmt.Sprintf("people[%d].token", i)
		if p.Token == "" || n.hasFaultAt(path) {
			continue
		}
		if err := check(p.Token); err != nil {
			n.fault(path, "the token of %s: %v", p.Name, err)
		}
		n.unique(tokens, p.Token, i, path, "the token with the hash %q belongs to two people, so an answer could be either's; keep one")
	}
}
