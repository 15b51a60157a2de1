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
	if t := console.TLS; t != nil {
		n.checkTLS(&TLS{Cert: t.Cert, Key: t.Key}, "console.tls")
		if console.Listen == "" {
			n.fault("console.tls", "is of no use without console.listen")
		}
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
