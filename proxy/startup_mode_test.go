package proxy

import (
	"errors"
	"testing"

	"github.com/holdfast-db/holdfast/proxy/internal/wire"
)

// TestModeOfTheClient: what it asks for when it connects, by itself or in options.
func TestModeOfTheClient(t *testing.T) {
	for _, c := range []struct {
		name    string
		params  map[string]string
		mode    Mode
		fixed   bool
		returns bool
		refused string // SQLSTATE and message
	}{
		{"nothing", nil, Enforce, false, false, ""},
		{"wait", map[string]string{"holdfast.mode": "wait"}, Enforce, true, false, ""},
		{"return", map[string]string{"holdfast.mode": "return"}, Enforce, false, true, ""},
		{"in capitals", map[string]string{"Holdfast.Mode": "Return"}, Enforce, false, true, ""},
		{"options", map[string]string{"options": "-c statement_timeout=5s -c holdfast.mode=return"}, Enforce, false, true, ""},
		{"long options", map[string]string{"options": "--holdfast.mode=return"}, Enforce, false, true, ""},
		{"the last one counts", map[string]string{"options": "-c holdfast.mode=return -c holdfast.mode=wait"}, Enforce, false, false, ""},
		{"a parameter after options", map[string]string{"options": "-c holdfast.mode=nonsense", "holdfast.mode": "return"}, Enforce, false, true, ""},
		{"unknown", map[string]string{"holdfast.mode": "off"}, Enforce, false, false, `22023 invalid value for parameter "holdfast.mode": "off"`},
		{"unknown where nothing is refused", map[string]string{"holdfast.mode": "off"}, Observe, false, false, ""},
		{"not to be chosen", map[string]string{"options": "-c holdfast.mode=return"}, Enforce, true, false,
			"ZH004 holdfast: refused: holdfast.mode = return: clients may not choose it on this host"},
		{"no setting of ours", map[string]string{"holdfast.modes": "return", "database": "holdfast.mode=return"}, Enforce, false, false, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			cl := clientOfTests(nil)
			cl.host = &host{Host: Host{Name: "shop-prod", Environment: "production", Mode: c.mode}}
			cl.host.terms.Store(&Terms{FixedMode: c.fixed})
			cl.startup = &wire.Startup{Params: c.params}
			err := (&Server{}).admit(cl)
			said := ""
			if r := (*refusal)(nil); errors.As(err, &r) {
				said = r.e.Code + " " + r.e.Message
			} else if err != nil {
				t.Fatal(err)
			}
			if cl.returns != c.returns || said != c.refused {
				t.Errorf("returns %v, refused as %q; want %v, %q", cl.returns, said, c.returns, c.refused)
			}
		})
	}
}
