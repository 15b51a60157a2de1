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
	if n := major(version); n > 0 && n < firstLongKeys {
		h.newest.Store(protocol30)
		return
	}
	h.newest.Store(protocol32)
}

// major is the major version in server_version ("18.4 (Debian 18.4-1)"), 0 where there
// is none.
func major(version string) int {
	digits := strings.IndexFunc(version, func(r rune) bool { return r < '0' || r > '9' })
	if digits < 0 {
		digits = len(version)
	}
	n, err := strconv.Atoi(version[:digits])
	if err != nil {
		return 0
	}
	return n
}

// firstAnswers is the oldest version that questions about names are tested on. An
// older one, and a server that is something else behind PostgreSQL's protocol, might
// not know what they need, savepoints among it.
const firstAnswers = 15

func answersAboutNames(version string) bool { return major(version) >= firstAnswers }

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
