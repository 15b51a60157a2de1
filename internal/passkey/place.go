package passkey

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// Place is where a console is for browsers. The zero value is nowhere.
type Place struct {
	Site   string // the RP ID: its name, without a port
	Origin string // its scheme, name and port, as browsers write it
}

// PlaceOf is the place of a console whose address is base, which comes from the
// configuration. Browsers know keys by a name and over https, or on this machine by
// the name localhost, which stands for a loopback address too. The error says why
// there is none.
func PlaceOf(base *url.URL) (Place, error) {
	name := strings.ToLower(base.Hostname())
	ip := net.ParseIP(name)
	if ip != nil && ip.IsLoopback() {
		name, ip = "localhost", nil
	}
	switch {
	case ip != nil:
		return Place{}, fmt.Errorf("browsers know passkeys by a name, and %s is an address; give console.url a name", name)
	case name == "":
		return Place{}, errors.New("the console has no name; give it console.url")
	case strings.IndexFunc(name, func(r rune) bool { return r > '~' }) >= 0:
		return Place{}, fmt.Errorf("%q is not a name as browsers write it; write console.url with its letters as xn--", name)
	case base.Scheme != "https" && name != "localhost":
		return Place{}, errors.New("browsers take passkeys over https alone; give console.url an https address")
	}
	origin := base.Scheme + "://" + name
	if port := base.Port(); port != "" && port != map[string]string{"https": "443", "http": "80"}[base.Scheme] {
		origin += ":" + port
	}
	return Place{Site: name, Origin: origin}, nil
}

// Host is the name and the port, as a browser asks for it.
func (p Place) Host() string {
	_, host, _ := strings.Cut(p.Origin, "://")
	return host
}
