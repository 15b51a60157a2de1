package proxy

import (
	"bufio"
	"bytes"
	"strings"
	"testing"

	"github.com/holdfast-db/holdfast/proxy/internal/wire"
	"github.com/holdfast-db/holdfast/rules"
)

// loginThat relays what a server says up to its ReadyForQuery, on a host of these
// terms, and returns what the client gets.
func loginThat(t *testing.T, mode Mode, terms Terms, params map[string]string, server string) string {
	t.Helper()
	var got bytes.Buffer
	c := clientOfTests(nil)
	c.host = &host{Host: Host{Name: "shop-prod", Environment: "production", Mode: mode}}
	c.host.terms.Store(&terms)
	c.startup = &wire.Startup{Params: params}
	c.origin = rules.Origin{Application: params["application_name"]}
	l := &login{client: c, server: nowhere{}, serverIn: bufio.NewReader(strings.NewReader(server)), out: bufio.NewWriter(&got)}
	if err := l.relay(); err != nil {
		t.Fatal(err)
	}
	return got.String()
}

const (
	acceptedLogin = "R\x00\x00\x00\x08\x00\x00\x00\x00" + "S\x00\x00\x00\x08a\x00b\x00"
	readyNow      = "Z\x00\x00\x00\x05I"
)

// TestBanner: it stands before the first ReadyForQuery and nowhere else, and who gets
// none gets the server's bytes alone.
func TestBanner(t *testing.T) {
	all := Terms{Banner: rules.Kinds()}
	people := Terms{Banner: []rules.Kind{rules.KindInteractive}}
	for _, c := range []struct {
		name   string
		mode   Mode
		terms  Terms
		params map[string]string
		says   string // of the server, between the two
		want   bool
	}{
		{"psql", Enforce, people, map[string]string{"application_name": "psql"}, "", true},
		{"a program", Enforce, people, map[string]string{"application_name": "checkout"}, "", false},
		{"no name", Enforce, people, nil, "", false},
		{"a name of the server's", Enforce, people, nil, "S\x00\x00\x00\x1aapplication_name\x00psql\x00", true},
		{"everybody", Enforce, all, nil, "", true},
		{"nobody", Enforce, Terms{}, map[string]string{"application_name": "psql"}, "", false},
		{"observe", Observe, all, nil, "", false},
		{"off", Off, all, nil, "", false},
		{"notices wanted", Enforce, all, map[string]string{"client_min_messages": "notice"}, "", true},
		{"no notices wanted", Enforce, all, map[string]string{"Client_Min_Messages": "WARNING"}, "", false},
		{"no notices wanted, by options", Enforce, all, map[string]string{"options": "-c client_min_messages=error"}, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			notice := ""
			if c.want {
				notice = string(wire.AppendNotice(nil, wire.Error{Message: "holdfast: this is production (shop-prod); what destroys data is held here for a reviewer"}))
			}
			got := loginThat(t, c.mode, c.terms, c.params, acceptedLogin+c.says+readyNow)
			if want := acceptedLogin + c.says + notice + readyNow; got != want {
				t.Errorf("the client got %q, want %q", got, want)
			}
		})
	}
	if got := bannerWords(&host{Host: Host{Name: "shop"}}).Message; got != "holdfast: this is host shop; what destroys data is held here for a reviewer" {
		t.Errorf("without an environment: %s", got)
	}
}
