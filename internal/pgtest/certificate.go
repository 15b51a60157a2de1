package pgtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Certificate is a self-made certificate for localhost and 127.0.0.1, as files
// in PEM.
type Certificate struct {
	CA   string // the authority's certificate
	Cert string
	Key  string
}

// NewCertificate writes a certificate and the authority that signed it into a
// folder of the test.
func NewCertificate(t testing.TB) Certificate {
	t.Helper()
	c, err := writeCertificate(t.TempDir())
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	return c
}

// ClientCertificate writes a certificate for a client of that common name, with the
// e-mail addresses, and an authority of its own that signed it.
func ClientCertificate(t testing.TB, name string, emails ...string) Certificate {
	t.Helper()
	c, err := writeSigned(t.TempDir(), &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, EmailAddresses: emails,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	return c
}

// addCertificate makes the server's certificate, and puts a copy of it where the
// server looks for one by default: the server reads no key that is not its own.
func (srv *Server) addCertificate() error {
	folder := filepath.Join(srv.folder, "tls")
	if err := os.Mkdir(folder, 0o755); err != nil {
		return fmt.Errorf("creating a folder for certificates: %w", err)
	}
	made, err := writeCertificate(folder)
	if err != nil {
		return err
	}
	srv.Certificate, srv.CA = made, made.CA
	for _, file := range []string{made.Cert, made.Key} {
		text, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("reading %q: %w", file, err)
		}
		servers := filepath.Join(srv.data(), filepath.Base(file))
		if err := os.WriteFile(servers, text, 0o600); err != nil {
			return fmt.Errorf("writing %q: %w", servers, err)
		}
		if err := giveToServer(servers); err != nil {
			return err
		}
	}
	return nil
}

func writeCertificate(folder string) (Certificate, error) {
	return writeSigned(folder, serverTemplate())
}

// writeSigned makes an authority, and with it the certificate.
func writeSigned(folder string, template *x509.Certificate) (Certificate, error) {
	files := Certificate{
		CA:   filepath.Join(folder, "ca.crt"),
		Cert: filepath.Join(folder, "server.crt"),
		Key:  filepath.Join(folder, "server.key"),
	}
	authority, authorityKey, err := sign(caTemplate(), nil, nil)
	if err != nil {
		return files, err
	}
	cert, key, err := sign(template, authority, authorityKey)
	if err != nil {
		return files, err
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return files, fmt.Errorf("encoding a key: %w", err)
	}
	for _, file := range []struct {
		name, kind string
		der        []byte
	}{
		{files.CA, "CERTIFICATE", authority.Raw},
		{files.Cert, "CERTIFICATE", cert.Raw},
		{files.Key, "PRIVATE KEY", keyDER},
	} {
		text := pem.EncodeToMemory(&pem.Block{Type: file.kind, Bytes: file.der})
		if err := os.WriteFile(file.name, text, 0o600); err != nil {
			return files, fmt.Errorf("writing %q: %w", file.name, err)
		}
	}
	return files, nil
}

func caTemplate() *x509.Certificate {
	return &x509.Certificate{
		Subject:               pkix.Name{CommonName: "holdfast test authority"},
		KeyUsage:              x509.KeyUsageCertSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
	}
}

func serverTemplate() *x509.Certificate {
	return &x509.Certificate{
		Subject:     pkix.Name{CommonName: "localhost"},
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:    []string{"localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
}

// sign makes a key and a certificate of template for it, signed by parent, or by
// itself where parent is nil. The key is P-256, whose certificates are signed
// with SHA-256: the hash that SCRAM's channel binding then uses.
func sign(template, parent *x509.Certificate, parentKey *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("making a key: %w", err)
	}
	if parent == nil {
		parent, parentKey = template, key
	}
	template.SerialNumber = big.NewInt(time.Now().UnixNano())
	template.NotBefore = time.Now().Add(-time.Hour)
	template.NotAfter = time.Now().Add(24 * time.Hour)
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, parentKey)
	if err != nil {
		return nil, nil, fmt.Errorf("making a certificate: %w", err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, nil, fmt.Errorf("reading a certificate back: %w", err)
	}
	return cert, key, nil
}
