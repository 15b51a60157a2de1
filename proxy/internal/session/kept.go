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

	// maxKeptTexts bounds what a session keeps of the texts and types of its prepared
	// statements, for people, apart from those shorter than shortText: hundreds of
	// long ones. What is prepared beyond is kept as a digest.
	maxKeptTexts = 16 << 20
	shortText    = 1 << 10
)

// shownName is a name for people: what the server keeps of it.
func shownName(name []byte) string {
	if len(name) <= rules.MaxName {
		return string(name)
	}
	return string(name[:rules.MaxName]) + "..."
}

// standIn says how far a text that is kept is the statement's own. The zero value is
// that it is.
type standIn uint8

const (
	digested standIn = iota + 1 // the digest of the whole text is in a comment of it
	byName                      // it has the name of a statement or portal, and no more
)

// keptText is what is kept of a statement's text for people and for the digest of
// what they confirm: all of it, or its beginning with the digest of all of it.
func keptText(text []byte) (kept string, s standIn) {
	if len(text) <= maxKeptText {
		return string(text), 0
	}
	return fmt.Sprintf("-- the first %d of %d bytes; SHA-256 of all of them: %x\n%s",
		keptBeginning, len(text), sha256.Sum256(text), text[:keptBeginning]), digested
}

// keepTexts keeps text and types of a prepared statement, or their digests.
func (c *Core) keepTexts(b *prepared, text, types []byte) {
	size := len(text) + len(types)
	if size > shortText && c.statements.kept()+c.portals.kept()+size > maxKeptTexts {
		b.text = fmt.Sprintf("-- a text of %d bytes, not kept since this session has prepared too many; SHA-256: %x", len(text), sha256.Sum256(text))
		b.standIn, b.types = digested, digest(types)
		return
	}
	b.text, b.standIn = keptText(text)
	b.types = keptValues(types)
}

// kept is how many bytes of texts and types are kept. It is asked for long texts
// only, so counting them anew costs less than keeping the count right.
func (n *names) kept() (total int) {
	total = n.unnamed.kept()
	for _, e := range n.m {
		total += e.kept()
	}
	return total
}

func (e *name) kept() (total int) {
	if e.set {
		total = len(e.now.text) + len(e.now.types)
	}
	for i := range e.pending {
		total += len(e.pending[i].text) + len(e.pending[i].types)
	}
	return total
}

// keptValues is what is kept of types or values for that digest.
func keptValues(values []byte) string {
	if len(values) <= maxKeptText {
		return string(values)
	}
	return digest(values)
}

func digest(values []byte) string {
	sum := sha256.Sum256(values)
	return string(sum[:])
}
