package config

import (
	"strings"
	"testing"
)

func TestConsole(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "no.pem", "nothing")
	for _, c := range []struct{ text, want string }{
		{"console: {listen: '127.0.0.1:8432'}", ""},
		{"console: {listen: '0.0.0.0:8432', url: 'https://holdfast.example.com'}", ""},
		{"console: {url: 'https://holdfast.example.com'}", ""},
		{"console: {}", ""},
		{"console: {listen: '0.0.0.0:8432'}", "holdfast.yaml:2:19: it can be reached from other machines, so it needs url"},
		{"console: {url: 'http://holdfast.example.com'}", "in the clear"},
		{"console: {url: 'holdfast'}", "is not the URL of a site"},
		{"console: {listen: '127.0.0.1:1', tls: {cert: no.pem}}", "tls has no key"},
		{"console: {listen: '127.0.0.1:1', tls: {cert: no.pem, key: no.pem}}", "are no pair"},
		{"console: {tls: {cert: no.pem, key: no.pem}}", "of no use without console.listen"},
		{"console: {listen: '127.0.0.1:1', oidc: {issuer: 'https://login.example.com', client_id: holdfast, client_secret: 'file:no.pem'}}", ""},
		{"console: {listen: '127.0.0.1:1', oidc: {issuer: 'http://login.example.com', client_id: holdfast, client_secret: 'file:no.pem'}}", "is no issuer"},
		{"console: {listen: '127.0.0.1:1', oidc: {issuer: 'https://login.example.com', client_id: holdfast, client_secret: hunter2}}", "a secret does not stand in the file itself"},
		{"console: {listen: '127.0.0.1:1', oidc: {issuer: 'https://login.example.com', client_secret: 'file:no.pem'}}", "client_id is missing"},
		{"console: {oidc: {issuer: 'https://login.example.com', client_id: holdfast, client_secret: 'file:no.pem'}}", "of no use without"},
		{"people: [{name: ana, email: A@b.c}, {name: ben, email: a@b.c}]", "belongs to two people"},
		{"people: [{name: ana, password: 'file:no.pem'}]", "the password of ana: it is no argon2id hash"},
		{"people: [{name: ana, token: holdfast_x}]", "the token of ana: it is no hash of a token"},
		{"people: [{name: ana, token: 'sha256:1'}, {name: ben, token: 'sha256:1'}]", "belongs to two people"},
		{"people: [{name: ana, password: hunter2}]", "a secret does not stand in the file itself"},
	} {
		write(t, "holdfast.yaml", "hosts: [{name: a, listen: ':1', server: 'postgres://db'}]\n"+c.text+"\n")
		_, err := load(t, map[string]string{"config": "holdfast.yaml"}, nil)
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: a secret is shown: %v", c.text, err)
		}
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.text, err, c.want)
		}
	}
	write(t, "holdfast.yaml", "hosts: [{name: a, listen: ':1', server: 'postgres://db'}]\nconsole: {listen: ':2', url: u}\n")
	c, err := load(t, map[string]string{"config": "holdfast.yaml", "console": "127.0.0.1:9"}, nil)
	if err != nil || c.Console.Listen != "127.0.0.1:9" || c.Console.URL != "u" {
		t.Errorf("a flag goes before the file: %+v, %v", c, err)
	}
}
