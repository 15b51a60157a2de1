package rules

import (
	"fmt"
	"net/netip"
	"strings"
)

// Network is a set of client addresses: an IP network, one address, or the clients
// of Unix sockets. The zero value has none.
type Network struct {
	prefix netip.Prefix
	local  bool
}

// LocalNetwork is how the clients of Unix sockets are written.
const LocalNetwork = "local"

// ParseNetwork reads 10.0.0.0/8, 2001:db8::/32, 10.1.2.3 or local.
func ParseNetwork(text string) (Network, error) {
	if text == LocalNetwork {
		return Network{local: true}, nil
	}
	if strings.Contains(text, "/") {
		p, err := netip.ParsePrefix(text)
		switch {
		case err != nil:
			return Network{}, fmt.Errorf("%q is no network; write 10.0.0.0/8, 2001:db8::/32, one address, or local", text)
		case p.Masked() != p:
			return Network{}, fmt.Errorf("%q has bits behind its prefix; did you mean %s?", text, p.Masked())
		}
		return Network{prefix: p}, nil
	}
	a, err := netip.ParseAddr(text)
	if err != nil || a.Zone() != "" {
		return Network{}, fmt.Errorf("%q is no network; write 10.0.0.0/8, 2001:db8::/32, one address, or local", text)
	}
	return Network{prefix: netip.PrefixFrom(a, a.BitLen())}, nil
}

// String is the network as it is written.
func (n Network) String() string {
	switch {
	case n.local:
		return LocalNetwork
	case n.prefix.IsSingleIP():
		return n.prefix.Addr().String()
	}
	return n.prefix.String()
}

// Matches says whether a client, as Origin has it, is in the network.
func (n Network) Matches(client string) bool {
	if client == LocalNetwork {
		return n.local
	}
	a, err := netip.ParseAddr(client)
	return err == nil && n.prefix.Contains(a.Unmap())
}
