package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/holdfast-db/holdfast/internal/config"
	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/proxy"
)

func pid() int { return os.Getpid() }

// modes are the proxy's for those of the configuration.
var modes = map[config.Mode]proxy.Mode{
	config.Enforce: proxy.Enforce, config.Observe: proxy.Observe, config.Off: proxy.Off,
}

// proxyHosts are the hosts of the configuration in the proxy's terms.
func proxyHosts(c *config.Config) ([]proxy.Host, error) {
	var hosts []proxy.Host
	for _, h := range c.Hosts {
		server, err := proxy.ParseUpstream(h.Server)
		if err != nil {
			return nil, fmt.Errorf("host %s: %w", h.Name, err)
		}
		host := proxy.Host{
			Name: h.Name, Environment: h.Environment, Listen: h.Listen, Server: server, Console: strings.TrimSuffix(c.Console.URL, "/"),
			Mode: modes[h.Mode], Terms: termsOf(c, h),
		}
		if h.TLS != nil {
			host.RequireCertificate = h.TLS.ClientCert == config.Required
			host.RequireTLS = h.TLS.Require || host.RequireCertificate
			if host.TLS, err = clientTLS(h.TLS); err != nil {
				return nil, fmt.Errorf("host %s: %w", h.Name, err)
			}
		}
		hosts = append(hosts, host)
	}
	return hosts, nil
}

// termsOf are those of a host's own holds.
func termsOf(c *config.Config, h config.Host) proxy.Terms {
	return proxy.Terms{
		Reviewers: hold.Reviewers(h.Reviewers), Answerers: answerersOf(c, h),
		Wait: h.Holds.Wait, WaitInTransaction: h.Holds.WaitInTransaction, BlockedWait: time.Duration(h.Holds.BlockedWait), Grant: h.Holds.Grant,
		FixedMode: h.Holds.ClientMode == config.Refuse, Banner: h.Greeted(),
		Idle:        proxy.Idle{Limit: h.Idle.Limit.Duration(), LimitInTransaction: h.Idle.LimitInTransaction.Duration(), Sessions: h.Idle.Kinds()},
		UnknownSame: h.UnknownRequester == config.Same, SelfConfirm: h.SelfConfirm == config.Typed,
	}
}

// clientTLS is what clients are offered. "postgresql" is the protocol that a
// client of sslnegotiation=direct asks for (manual, "SSL Session Encryption").
func clientTLS(t *config.TLS) (*tls.Config, error) {
	pair, err := tls.LoadX509KeyPair(t.Cert, t.Key)
	if err != nil {
		return nil, fmt.Errorf("reading the certificate: %w", err)
	}
	offer := &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, NextProtos: []string{"postgresql"}}
	return offer, askCertificates(offer, t)
}

// askCertificates makes an offer ask for client certificates, where some count. Who
// shows none is refused later if one is required: with words, which TLS has not.
func askCertificates(offer *tls.Config, t *config.TLS) error {
	if t.ClientCA == "" {
		return nil
	}
	text, err := os.ReadFile(t.ClientCA)
	if err != nil {
		return fmt.Errorf("reading the authorities of client certificates: %w", err)
	}
	offer.ClientCAs = x509.NewCertPool()
	if !offer.ClientCAs.AppendCertsFromPEM(text) {
		return fmt.Errorf("reading the authorities of client certificates: there is no certificate in %s", t.ClientCA)
	}
	offer.ClientAuth = tls.VerifyClientCertIfGiven
	return nil
}

// bothLegs warns of hosts that speak TLS to clients and to the server: SCRAM
// proves to each side which certificate it saw, and the two differ unless
// holdfast shows the server's own (DESIGN.md section 8).
func bothLegs(c *config.Config) (warnings []config.Fault) {
	for _, h := range c.Hosts {
		server, err := proxy.ParseUpstream(h.Server)
		if err != nil || h.TLS == nil || server.SSLMode() == "disable" || server.SSLMode() == "allow" {
			continue
		}
		warnings = append(warnings, config.Fault{Where: c.File, Text: "host " + h.Name + " has TLS to clients and, with sslmode " + server.SSLMode() +
			", to the server: logins with SCRAM fail unless cert and key are the server's own"})
	}
	return warnings
}

// answerersOf is who can answer the holds of a host, for hints.
func answerersOf(c *config.Config, h config.Host) string {
	group := c.Groups[h.Reviewers.Group]
	switch {
	case len(group) == 1:
		return group[0]
	case len(group) > 1:
		return "a member of " + h.Reviewers.Group
	case len(c.People) > 0:
		return "any other person"
	}
	return "whoever may use the control socket"
}
