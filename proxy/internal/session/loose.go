package session

import (
	"crypto/sha256"
	"fmt"

	"github.com/holdfast-db/holdfast/rules"
)

const (
	// surelyKept is the longest name of which the server keeps every byte: it cuts
	// names of statements and portals at NAMEDATALEN - 1 = 63 without a word, so
	// that one of 63 bytes can be the beginning of a longer one.
	surelyKept = 62

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

// certain says that the server takes the name for itself and for no other name.
// Long names are cut, and bytes above 127 are converted from client_encoding
// first, which may change, make them longer or shorter.
func certain[T string | []byte](name T) bool {
	if len(name) > surelyKept {
		return false
	}
	for i := range len(name) {
		if name[i] >= 0x80 {
			return false
		}
	}
	return true
}

// nameKey is the name under which a name is remembered: itself, or a digest of a
// long one, which can have up to 1 GiB. No certain name has a byte above 127, so
// none is equal to a digest. A key's key is itself.
func nameKey[T string | []byte](name T) string {
	if len(name) <= surelyKept {
		return string(name)
	}
	sum := sha256.Sum256([]byte(name))
	return "\xff" + string(sum[:])
}

// spoils says that mistaking the definition for another one under an uncertain
// name matters: then nothing that such names stand for is known any more.
func (b *prepared) spoils() bool {
	if stops(b.verdict.Action) && !b.asked || b.facts == nil || runsPrepared(b.facts) {
		return true
	}
	for i := range b.facts.Statements {
		if len(b.facts.Statements[i].Names) > 0 {
			return true
		}
	}
	return false
}

// explainUncertain says why a name is not known although it may have been seen.
func (b *prepared) explainUncertain(name []byte) {
	if certain(name) {
		return
	}
	b.verdict.Why = fmt.Sprintf("the server may take its name for another one; names of at most %d ASCII characters are certain", surelyKept)
}

// lookup is what is known of a name; nil is nothing.
func (n *names) lookup(name []byte) *name {
	if certain(name) {
		return n.m[string(name)]
	}
	if n.spoiled {
		return nil
	}
	return n.m[nameKey(name)]
}

// shownName is a name for people.
func shownName(name []byte) string {
	if len(name) <= surelyKept {
		return string(name)
	}
	return string(name[:surelyKept]) + "..."
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

var opaqueBodies = []*rules.Statement{&opaque}
