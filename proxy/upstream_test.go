package proxy

import (
	"fmt"
	"strings"
	"testing"
)

func TestParseUpstream(t *testing.T) {
	for _, c := range []struct {
		url, network, address, sslmode string
		attempts                       string
	}{
		{"postgres://", "tcp", "localhost:5432", "prefer", "[true false]"},
		{"postgres://127.0.0.1:5433/shop", "tcp", "127.0.0.1:5433", "prefer", "[true false]"},
		{"postgresql://ana@[::1]/shop", "tcp", "[::1]:5432", "prefer", "[true false]"},
		{"postgres://db1.internal", "tcp", "db1.internal:5432", "verify-full", "[true]"},
		{"postgres://db1.internal?sslmode=disable", "tcp", "db1.internal:5432", "disable", "[false]"},
		{"postgres://db1.internal?sslmode=allow", "tcp", "db1.internal:5432", "allow", "[false true]"},
		{"postgres://db1.internal?sslmode=require&sslnegotiation=direct", "tcp", "db1.internal:5432", "require", "[true]"},
		{"postgres:///shop?host=/var/run/postgresql&port=5433", "unix", "/var/run/postgresql/.s.PGSQL.5433", "prefer", "[false]"},
	} {
		u, err := ParseUpstream(c.url)
		if err != nil {
			t.Errorf("%s: %v", c.url, err)
			continue
		}
		if u.network != c.network || u.address != c.address || u.sslmode != c.sslmode || fmt.Sprint(u.attempts()) != c.attempts {
			t.Errorf("%s: %s %s %s %v", c.url, u.network, u.address, u.sslmode, u.attempts())
		}
	}
}

func TestParseUpstreamRefuses(t *testing.T) {
	for url, want := range map[string]string{
		"mysql://db":                                       `"mysql"`,
		"db1:5432":                                         "postgres",
		"postgres://ana:secret@db":                         "password",
		"postgres://ana:secret@db%zz":                      "server URL",
		"postgres://db?sslmode=yes":                        `"yes"`,
		"postgres://db?sslmod=disable":                     `"sslmod"`,
		"postgres://a?host=a,b":                            "several hosts",
		"postgres://db?sslrootcert=/no/ca":                 "sslrootcert",
		"postgres://localhost?sslnegotiation=direct":       "direct",
		"postgres://db?sslmode=require&sslnegotiation=tls": `"tls"`,
	} {
		_, err := ParseUpstream(url)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want something with %s", url, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the error shows the password: %v", url, err)
		}
	}
}
