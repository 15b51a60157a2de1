package proxy

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/holdfast-db/holdfast/proxy/internal/wire"
)

const (
	// dialLimit bounds connecting to the server and the TLS handshake with it.
	dialLimit = 15 * time.Second

	defaultPort = "5432"

	// alpn is the protocol name of PostgreSQL over TLS.
	alpn = "postgresql"
)

// Upstream is where a host's PostgreSQL server is and how it is spoken to. Make
// it with ParseUpstream; it does not change and may be shared.
type Upstream struct {
	network, address string
	host             string // name to verify the certificate against
	sslmode          string
	direct           bool // sslnegotiation=direct
	tls              *tls.Config

	// connect is net.Dialer's DialContext where it is nil; tests have pipes.
	connect func(ctx context.Context, network, address string) (net.Conn, error)

	// User and Database of the URL feed only printed hints; the client's own
	// StartupMessage decides.
	User, Database string
}

// Address is where the server is, for people.
func (u *Upstream) Address() string { return u.address }

// SSLMode is the mode in force, given or by default.
func (u *Upstream) SSLMode() string { return u.sslmode }

// ParseUpstream reads a server's URL, with the parameters host, port, sslmode,
// sslrootcert and sslnegotiation of libpq; any other parameter is an error.
// Without sslmode it is "prefer" for loopback addresses and Unix sockets, and
// "verify-full" for every other host. Without sslrootcert, certificates are
// verified against the system's roots.
//
// Manual: "Connection Strings" and "SSL Support" in the chapter on libpq.
func ParseUpstream(raw string) (*Upstream, error) {
	parsed, err := url.Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("reading server URL: %w", withoutURL(err))
	}
	if parsed.Scheme != "postgres" && parsed.Scheme != "postgresql" {
		return nil, fmt.Errorf("reading server URL: scheme is %q, not postgres", parsed.Scheme)
	}
	if _, set := parsed.User.Password(); set {
		return nil, errors.New("reading server URL: it has a password, which holdfast does not use: clients log in with their own")
	}
	q := parsed.Query()
	host, port := parsed.Hostname(), parsed.Port()
	for name, values := range q {
		switch name {
		case "host":
			host = values[0]
		case "port":
			port = values[0]
		case "sslmode", "sslrootcert", "sslnegotiation":
		default:
			return nil, fmt.Errorf("reading server URL: parameter %q is not supported", name)
		}
	}
	u := &Upstream{User: parsed.User.Username(), Database: strings.TrimPrefix(parsed.Path, "/")}
	if err := u.setAddress(host, port); err != nil {
		return nil, fmt.Errorf("reading server URL: %w", err)
	}
	if err := u.setTLS(q); err != nil {
		return nil, fmt.Errorf("reading server URL: %w", err)
	}
	return u, nil
}

// withoutURL takes the URL, which may carry a password, out of url.Parse's error.
func withoutURL(err error) error {
	var e *url.Error
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}

func (u *Upstream) setAddress(host, port string) error {
	if strings.Contains(host, ",") || strings.Contains(port, ",") {
		return errors.New("several hosts in one URL are not supported: name each as a host of its own")
	}
	if host == "" {
		host = "localhost"
	}
	if port == "" {
		port = defaultPort
	}
	u.host = host
	if strings.HasPrefix(host, "/") {
		u.network, u.address = "unix", filepath.Join(host, ".s.PGSQL."+port)
		return nil
	}
	u.network, u.address = "tcp", net.JoinHostPort(host, port)
	return nil
}

// isLocal says that traffic to the server does not leave the machine.
func (u *Upstream) isLocal() bool {
	if u.network == "unix" || u.host == "localhost" {
		return true
	}
	ip := net.ParseIP(u.host)
	return ip != nil && ip.IsLoopback()
}

func (u *Upstream) setTLS(q url.Values) error {
	u.sslmode = q.Get("sslmode")
	if u.sslmode == "" {
		u.sslmode = "verify-full"
		if u.isLocal() {
			u.sslmode = "prefer"
		}
	}
	if err := u.setNegotiation(q.Get("sslnegotiation")); err != nil {
		return err
	}
	u.tls = &tls.Config{ServerName: u.host, MinVersion: tls.VersionTLS12, NextProtos: []string{alpn}}
	root := q.Get("sslrootcert")
	switch u.sslmode {
	case "disable":
		u.tls = nil
		return nil
	case "allow", "prefer", "require":
		u.tls.InsecureSkipVerify = true
		if root == "" || u.sslmode != "require" {
			return nil
		}
		// libpq: require with a root certificate verifies as verify-ca does.
		u.tls.VerifyConnection = u.verifyChain
	case "verify-ca":
		u.tls.InsecureSkipVerify = true
		u.tls.VerifyConnection = u.verifyChain
	case "verify-full":
	default:
		return fmt.Errorf("sslmode %q is not one of disable, allow, prefer, require, verify-ca, verify-full", u.sslmode)
	}
	if root == "" || root == "system" {
		return nil
	}
	pem, err := os.ReadFile(root)
	if err != nil {
		return fmt.Errorf("reading sslrootcert: %w", err)
	}
	u.tls.RootCAs = x509.NewCertPool()
	if !u.tls.RootCAs.AppendCertsFromPEM(pem) {
		return fmt.Errorf("reading sslrootcert: %s has no certificate", root)
	}
	return nil
}

func (u *Upstream) setNegotiation(v string) error {
	switch v {
	case "", "postgres":
		return nil
	case "direct":
		switch u.sslmode {
		case "require", "verify-ca", "verify-full":
			u.direct = true
			return nil
		}
		return fmt.Errorf("sslnegotiation=direct needs sslmode require, verify-ca or verify-full, not %q", u.sslmode)
	}
	return fmt.Errorf("sslnegotiation %q is not one of postgres, direct", v)
}

// verifyChain verifies the certificate's chain without its name, which crypto/tls
// does not offer by itself.
func (u *Upstream) verifyChain(state tls.ConnectionState) error {
	o := x509.VerifyOptions{Roots: u.tls.RootCAs, Intermediates: x509.NewCertPool()}
	for _, c := range state.PeerCertificates[1:] {
		o.Intermediates.AddCert(c)
	}
	_, err := state.PeerCertificates[0].Verify(o)
	return err
}

// attempts are the ways to try, in order: true is with TLS. libpq's "allow" tries
// without first, "prefer" with; both try the other one when the server turns the
// first away.
func (u *Upstream) attempts() []bool {
	switch {
	case u.sslmode == "disable" || u.network == "unix":
		return []bool{false}
	case u.sslmode == "allow":
		return []bool{false, true}
	case u.sslmode == "prefer":
		return []bool{true, false}
	}
	return []bool{true}
}

// errNoTLS is a server that does not speak TLS.
var errNoTLS = errors.New("the server does not support TLS")

// dial connects to the server, with TLS or without.
func (u *Upstream) dial(ctx context.Context, withTLS bool) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialLimit)
	defer cancel()
	connect := u.connect
	if connect == nil {
		connect = (&net.Dialer{KeepAliveConfig: keepAlive}).DialContext
	}
	conn, err := connect(ctx, u.network, u.address)
	if err != nil {
		return nil, fmt.Errorf("connecting to the server: %w", err)
	}
	if !withTLS {
		return conn, nil
	}
	secured, err := u.secure(ctx, conn)
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("securing the connection to the server: %w", err)
	}
	return secured, nil
}

// secure turns a connection to TLS.
func (u *Upstream) secure(ctx context.Context, conn net.Conn) (net.Conn, error) {
	if deadline, ok := ctx.Deadline(); ok {
		conn.SetDeadline(deadline)
		defer conn.SetDeadline(time.Time{})
	}
	if !u.direct {
		if _, err := conn.Write(wire.AppendSSLRequest(nil)); err != nil {
			return nil, err
		}
		var answer [1]byte
		if _, err := io.ReadFull(conn, answer[:]); err != nil {
			return nil, err
		}
		switch answer[0] {
		case 'S':
		case 'N', wire.ErrorResponse: // an error is a server's from before TLS
			return nil, errNoTLS
		default:
			return nil, fmt.Errorf("the server answered the SSL request with %q", answer[0])
		}
	}
	secured := tls.Client(conn, u.tls)
	return secured, secured.HandshakeContext(ctx)
}
