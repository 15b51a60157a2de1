package main_test

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// oneHost is a configuration with one host, enforced; extra are further keys of
// it, two blanks in front of each line.
func oneHost(p pgtest.Paths, extra string) string {
	return fmt.Sprintf(`
control: %s
socket: %s
audit: %s
hosts:
  - name: shop
    environment: production
    listen: %q
    server: %q
    mode: enforce
%s`, p.Control, p.Socket, p.Audit, p.Listen, p.Server, extra)
}

// proxyTLS is holdfast with a certificate of its own.
func proxyTLS(t *testing.T, srv *pgtest.Server, upstream string, cert pgtest.Certificate, require bool) *pgtest.Proxy {
	t.Helper()
	return pgtest.Holdfast(t, pgtest.ProxyOptions{Server: srv, Upstream: upstream, Config: func(p pgtest.Paths) string {
		return oneHost(p, fmt.Sprintf("    tls: {cert: %q, key: %q, require: %t}\n", cert.Cert, cert.Key, require))
	}})
}

func runPsql(t *testing.T, url, sql string, env ...string) (string, error) {
	t.Helper()
	needs(t, "psql")
	cmd := exec.Command("psql", "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", sql)
	cmd.Env = append(append(os.Environ(), "LC_ALL=C"), env...)
	out, err := cmd.CombinedOutput()
	return withoutBanner(string(out)), err
}

// TLS from the client to holdfast, in every mode of libpq.
func TestTLSToTheClient(t *testing.T) {
	srv := pgtest.Shared(t, pgtest.Newest(t))
	cert := pgtest.NewCertificate(t)
	hf := proxyTLS(t, srv, "", cert, true)
	for _, test := range []struct {
		mode string
		ok   bool
	}{
		{"disable", false}, {"allow", true}, {"prefer", true}, {"require", true}, {"verify-ca", true}, {"verify-full", true},
	} {
		t.Run(test.mode, func(t *testing.T) {
			u := hf.URLWith("postgres", "sslmode", test.mode, "sslrootcert", cert.CA)
			out, err := runPsql(t, u, "SELECT 41 + 1")
			if ok := err == nil && strings.TrimSpace(out) == "42"; ok != test.ok {
				t.Errorf("works: %t, want %t: %s", ok, test.ok, out)
			}
		})
	}
	t.Run("direct", func(t *testing.T) { directTLS(t, hf, cert) })
}

// directTLS begins with the handshake at once, as sslnegotiation=direct does.
func directTLS(t *testing.T, hf *pgtest.Proxy, cert pgtest.Certificate) {
	pool := x509.NewCertPool()
	authority, err := os.ReadFile(cert.CA)
	if err != nil || !pool.AppendCertsFromPEM(authority) {
		t.Fatalf("reading %s: %v", cert.CA, err)
	}
	c := pgtest.Dial(t, hf.Listen)
	c.DirectTLS(&tls.Config{RootCAs: pool, ServerName: "localhost", NextProtos: []string{"postgresql"}})
	c.Startup("user", "postgres", "database", "postgres")
	usable(t, c)
}

func TestTLSIsOfferedNotRequired(t *testing.T) {
	srv := pgtest.Shared(t, pgtest.Newest(t))
	hf := proxyTLS(t, srv, "", pgtest.NewCertificate(t), false)
	for _, mode := range []string{"disable", "prefer", "require"} {
		if out, err := runPsql(t, hf.URLWith("postgres", "sslmode", mode), "SELECT 1"); err != nil {
			t.Errorf("sslmode=%s: %s", mode, out)
		}
	}
}

// Without a certificate holdfast says so, and sslmode=require fails by itself.
func TestNoTLS(t *testing.T) {
	srv := pgtest.Shared(t, pgtest.Newest(t))
	hf := pgtest.Holdfast(t, pgtest.ProxyOptions{Server: srv})
	if out, err := runPsql(t, hf.URLWith("postgres", "sslmode", "require"), "SELECT 1"); err == nil {
		t.Errorf("sslmode=require works without TLS: %s", out)
	}
	c := pgtest.Dial(t, hf.Listen)
	c.Send(pgtest.GSSENCRequest())
	if answer := c.ReadAnswer(); answer != 'N' {
		t.Errorf("GSSENCRequest was answered %q", answer)
	}
	c.Send(pgtest.SSLRequest())
	if answer := c.ReadAnswer(); answer != 'N' {
		t.Errorf("SSLRequest was answered %q", answer)
	}
	c.Startup("user", "postgres", "database", "postgres")
	usable(t, c)
}

// Authentication passes through as far as it can (DESIGN 8): the legs, and
// whether a login with a password works.
func TestPasswordsPassThrough(t *testing.T) {
	for _, v := range pgtest.Versions(t) {
		t.Run(v.String(), func(t *testing.T) {
			srv := pgtest.Start(t, v, pgtest.SCRAM(), pgtest.TLS())
			verified := "?sslmode=verify-full&sslrootcert=" + url.QueryEscape(srv.CA)
			plainServer, tlsServer := srv.URL("postgres")+"?sslmode=disable", srv.URL("postgres")+verified
			own := pgtest.NewCertificate(t)
			servers := pgtest.Certificate{CA: srv.CA, Cert: srv.Certificate.Cert, Key: srv.Certificate.Key}

			plain := func(upstream string) *pgtest.Proxy {
				return pgtest.Holdfast(t, pgtest.ProxyOptions{Server: srv, Upstream: upstream})
			}
			for _, test := range []struct {
				name    string
				hf      *pgtest.Proxy
				mode    string
				binding string
				ok      bool
			}{
				{"plain, plain", plain(plainServer), "disable", "prefer", true},
				{"plain, TLS", plain(tlsServer), "disable", "prefer", true},
				{"TLS, plain", proxyTLS(t, srv, plainServer, own, true), "require", "prefer", true},
				{"TLS, TLS with its own certificate", proxyTLS(t, srv, tlsServer, own, true), "require", "prefer", false},
				{"TLS, TLS with the server's certificate", proxyTLS(t, srv, tlsServer, servers, true), "require", "require", true},
			} {
				t.Run(test.name, func(t *testing.T) {
					u := test.hf.URLWith("postgres", "sslmode", test.mode, "channel_binding", test.binding)
					out, err := runPsql(t, u, "SELECT 41 + 1", "PGPASSWORD="+pgtest.Password)
					if ok := err == nil && strings.TrimSpace(out) == "42"; ok != test.ok {
						t.Errorf("works: %t, want %t: %s", ok, test.ok, out)
					}
					if !test.ok && !strings.Contains(out, "holdfast") {
						t.Errorf("the login fails without naming the cause: %s", out)
					}
					wrong, err := runPsql(t, u, "SELECT 1", "PGPASSWORD=wrong")
					if err == nil {
						t.Errorf("a wrong password works: %s", wrong)
					}
					if strings.Contains(test.hf.Log(), pgtest.Password) {
						t.Error("the password is in the log")
					}
				})
			}
		})
	}
}

// verify-full to the server refuses a certificate of somebody else.
func TestServerCertificateIsVerified(t *testing.T) {
	srv := pgtest.Start(t, pgtest.Newest(t), pgtest.TLS())
	stranger := pgtest.NewCertificate(t)
	upstream := srv.URL("postgres") + "?sslmode=verify-full&sslrootcert=" + url.QueryEscape(stranger.CA)
	hf := pgtest.Holdfast(t, pgtest.ProxyOptions{Server: srv, Upstream: upstream})
	if out, err := runPsql(t, hf.URLWith("postgres", "sslmode", "disable"), "SELECT 1"); err == nil {
		t.Errorf("a server with a stranger's certificate is trusted: %s", out)
	}
}

// The server may be behind a Unix socket, and so may holdfast.
func TestUnixSockets(t *testing.T) {
	srv := pgtest.Shared(t, pgtest.Newest(t))
	hf := pgtest.Holdfast(t, pgtest.ProxyOptions{Server: srv, Upstream: srv.SocketURL("postgres")})
	usable(t, pgtest.Connect(t, hf.Listen, "postgres"))
}
