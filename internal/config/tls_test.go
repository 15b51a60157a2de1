package config

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"
)

// writePair writes NAME.crt and NAME.key.
func writePair(t *testing.T, name string, until time.Time) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotBefore: until.AddDate(-1, 0, 0), NotAfter: until}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	write(t, name+".crt", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})))
	write(t, name+".key", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))
}

func TestTLS(t *testing.T) {
	t.Chdir(t.TempDir())
	writePair(t, "a", time.Now().AddDate(1, 0, 0))
	writePair(t, "b", time.Now().AddDate(1, 0, 0))
	writePair(t, "old", time.Now().AddDate(0, 0, -1))
	write(t, "text", "no PEM")
	for _, c := range []struct{ name, tls, fault, warning string }{
		{"pair", "{cert: a.crt, key: a.key, require: true}", "", ""},
		{"other key", "{cert: a.crt, key: b.key}", "a.crt and ", ""},
		{"no PEM", "{cert: text, key: a.key}", "are no pair", ""},
		{"no key", "{cert: a.crt}", "tls has no key", ""},
		{"empty", "{}", "tls has no cert", ""},
		{"ended", "{cert: old.crt, key: old.key}", "", "ended on "},
	} {
		t.Run(c.name, func(t *testing.T) {
			write(t, "holdfast.yaml", "hosts: [{name: a, listen: ':1', server: 'postgres://db', mode: enforce, tls: "+c.tls+"}]")
			got, err := load(t, map[string]string{"config": "holdfast.yaml"}, nil)
			switch {
			case c.fault == "" && err != nil, c.fault != "" && (err == nil || !strings.Contains(err.Error(), c.fault)):
				t.Errorf("Load = %v, want %q", err, c.fault)
			case c.fault == "" && (len(got.Warnings) > 0) != (c.warning != ""):
				t.Errorf("warnings %v, want %q", got.Warnings, c.warning)
			case c.warning != "" && !strings.Contains(got.Warnings[0].Text, c.warning):
				t.Errorf("warning %q, want %q", got.Warnings[0].Text, c.warning)
			}
		})
	}
}

func TestParseListen(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"127.0.0.1:6432", "127.0.0.1:6432"},
		{":6432", ":6432"},
		{"[::1]:6432", "[::1]:6432"},
		{"db.internal:0", "db.internal:0"},
		{"unix:/run/hf/.s.PGSQL.6432", "unix:/run/hf/.s.PGSQL.6432"},
		{"unix:/run/hf/any", "unix:/run/hf/any"},
		{"/run/hf", "unix:/run/hf/.s.PGSQL.5432"},
		{"/run/hf/.s.PGSQL.6432", "unix:/run/hf/.s.PGSQL.6432"},
		{"", ""}, {"6432", ""}, {"127.0.0.1", ""}, {"a:b:c", ""}, {"::1:6432", ""},
		{"127.0.0.1:-1", ""}, {"127.0.0.1:65536", ""}, {"127.0.0.1:http", ""}, {"unix:run", ""}, {"unix:", ""},
		{"/" + strings.Repeat("x", maxSocketPath), ""},
	} {
		got, err := parseListen(c.in)
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("parseListen(%q) = %q, %v, want %q", c.in, got, err, c.want)
		}
	}
}

func TestAddresses(t *testing.T) {
	for _, c := range []struct {
		first, second string
		clash         bool
	}{
		{"127.0.0.1:6432", "127.0.0.1:6432", true},
		{":6432", "127.0.0.1:6432", true},
		{"127.0.0.1:6432", "[::]:6432", true},
		{"127.0.0.1:6432", "127.0.0.2:6432", false},
		{"127.0.0.1:6432", "127.0.0.1:6433", false},
		{"127.0.0.1:0", "127.0.0.1:0", false},
		{"[::1]:6432", "[0:0:0:0:0:0:0:1]:6432", true},
		{"127.0.0.1:6432", "127.0.0.1:06432", true},
		{"DB:6432", "db:6432", true},
		{"unix:/a", "unix:/a", true},
		{"unix:/a", "unix:/b", false},
	} {
		taken := addresses{}
		taken.take(c.first, "a")
		if by, clash := taken.take(c.second, "b"); clash != c.clash || (clash && by != "a") {
			t.Errorf("%s after %s: %q, %v", c.second, c.first, by, clash)
		}
	}
}
