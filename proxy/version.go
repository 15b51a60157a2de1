package proxy

import (
	"strconv"
	"strings"
)

// firstLongKeys is the server version that brought protocol 3.2.
const firstLongKeys = 18

// noteVersion remembers which minor versions of the protocol the server speaks, for
// what is told to clients that come with another major one.
func (h *host) noteVersion(version string) {
	major, _, _ := strings.Cut(version, ".")
	if n, err := strconv.Atoi(major); err == nil && n < firstLongKeys {
		h.newest.Store(protocol30)
		return
	}
	h.newest.Store(protocol32)
}

// minor is the newest minor version of protocol 3 that the server speaks, as far as
// it is known; 2 before the first login.
func (h *host) minor() int {
	if h.newest.Load() == protocol30 {
		return 0
	}
	return 2
}

// What is known of a server's protocol; the zero value is nothing.
const protocol30, protocol32 = 1, 2
