package session

import (
	"strings"
	"unicode/utf8"

	"github.com/holdfast-db/holdfast/rules"
)

// unclear stands for a name of which it is not known what the server takes it for.
const unclear = rules.UnclearName

// key is what the server takes a name of the client for, or unclear. The result may
// share raw's memory.
func (c *Core) key(raw []byte) []byte {
	name, certain := c.settingsNow().Name(raw, c.cfg.ServerEncoding)
	if !certain {
		c.unsure = c.unsure || c.settings.changing > 0 // then it may be known later
		return []byte(unclear)
	}
	return name
}

// define records a definition that is in flight. Under an unclear name it may be
// that of every name that is not plain ASCII, so those are forgotten.
func (n *names) define(key string, b definition) {
	if key != unclear {
		n.push(key, b)
		return
	}
	for known := range n.m {
		if !plain(known) {
			delete(n.m, known)
		}
	}
}

// sqlKey is the key of a name that stands in SQL, which the server's lexer has cut.
// Where that is not done in UTF8, as we do it, a name that is not plain ASCII is
// unclear.
func (n *names) sqlKey(name string) string {
	if n.foreign && !plain(name) {
		return unclear
	}
	return name
}

// plain says that a name is ASCII: no setting has a say in it.
func plain(name string) bool {
	return strings.IndexFunc(name, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}
