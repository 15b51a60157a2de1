package session

import (
	"crypto/sha256"
	"fmt"

	"github.com/holdfast-db/holdfast/rules"
)

const (
	// maxNames bounds the statements, and the portals, that are remembered of a
	// session, at about 700 bytes each. What is prepared beyond is unknown when it
	// is bound, and held. The server spends ten times as much on each.
	maxNames = 1 << 16

	// maxKeptText is the longest text kept for people beside the message itself:
	// nobody reads more, and a text can have 1 GiB. Of a longer one the beginning
	// is kept, a little less, to leave room for the line that says so.
	maxKeptText   = 256 << 10
	keptBeginning = maxKeptText - 256
)

// shownName is a name for people: what the server keeps of it.
func shownName(name []byte) string {
	if len(name) <= rules.MaxName {
		return string(name)
	}
	return string(name[:rules.MaxName]) + "..."
}

// keptText is what is kept of a statement's text for people and for the digest of
// what they confirm: all of it, or its beginning with the digest of all of it.
func keptText(text []byte) string {
	if len(text) <= maxKeptText {
		return string(text)
	}
	return fmt.Sprintf("-- the first %d of %d bytes; SHA-256 of all of them: %x\n%s",
		keptBeginning, len(text), sha256.Sum256(text), text[:keptBeginning])
}

// keptValues is what is kept of types or values for that digest.
func keptValues(values []byte) string {
	if len(values) <= maxKeptText {
		return string(values)
	}
	sum := sha256.Sum256(values)
	return string(sum[:])
}
