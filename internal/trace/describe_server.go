package trace

import (
	"fmt"
	"slices"
	"strings"
)

// ofServer shows what is in a message of the server other than Authentication.
func (c *contents) ofServer(kind byte) string {
	switch kind {
	case 'E', 'N':
		return c.fields()
	case 'T':
		return c.each(c.Int16(), c.column)
	case 'D':
		return c.values()
	case 'C':
		return c.name()
	case 'S':
		name := c.String()
		return word(name) + "=" + c.parameter(name, c.String())
	case 'Z':
		return word([]byte{c.Byte()})
	case 'K':
		return c.key()
	case 'A':
		return fmt.Sprintf("%s %s %s", c.int32(), c.name(), c.name())
	case 'd':
		return c.shown(c.Take(len(c.Rest)), valueShown)
	case 't':
		return c.oids()
	case 'V':
		return c.value()
	case 'G', 'H', 'W':
		return fmt.Sprintf("%d %s", c.Byte(), c.formats())
	case 'v':
		return fmt.Sprintf("%s %s", c.int32(), c.each(c.Int32(), c.name))
	}
	return ""
}

// key is a process id and a key, of which nothing is shown.
func (c *contents) key() string {
	id := c.int32()
	c.Take(max(len(c.Rest), 1)) // a message without a key is malformed
	return id + " *"
}

// column is a name, the table and number it comes from, the OID of its type, its
// size, modifier and format.
func (c *contents) column() string {
	name := word(c.String())
	return fmt.Sprintf("%s(%s.%s %s %s %s %s)", name, c.oid(), c.int16(), c.oid(), c.int16(), c.int32(), c.int16())
}

// fields are those of an error or notice, each behind its code. Manual: "Error
// and Notice Message Fields".
func (c *contents) fields() string {
	var parts []string
	for code := c.Byte(); code != 0; code = c.Byte() {
		parts = append(parts, word([]byte{code})+"="+c.plain(c.String()))
	}
	return strings.Join(parts, " ")
}

var authentications = map[int]string{
	0: "AuthenticationOk", 2: "AuthenticationKerberosV5", 3: "AuthenticationCleartextPassword", 5: "AuthenticationMD5Password",
	7: "AuthenticationGSS", 8: "AuthenticationGSSContinue", 9: "AuthenticationSSPI",
	10: "AuthenticationSASL", 11: "AuthenticationSASLContinue", 12: "AuthenticationSASLFinal",
}

// mechanisms are those that PostgreSQL offers. Their names are shown, since
// holdfast may take one off the list; anything else in there is not.
var mechanisms = []string{"SCRAM-SHA-256", "SCRAM-SHA-256-PLUS", "OAUTHBEARER"}

// authentication shows which request it is and nothing of its data, but for the
// names of mechanisms.
func (c *contents) authentication() (name, text string) {
	code := c.Int32()
	name, known := authentications[code]
	if !known {
		name = fmt.Sprintf("Authentication %d", code)
	}
	if code == 10 {
		return name, c.offered()
	}
	if len(c.Rest) > 0 {
		c.Rest = nil
		return name, "*"
	}
	return name, ""
}

func (c *contents) offered() string {
	var list []string
	for offer := c.String(); len(offer) > 0; offer = c.String() {
		if !slices.Contains(mechanisms, string(offer)) {
			offer = []byte("*")
		}
		list = append(list, string(offer))
	}
	return "[" + strings.Join(list, " ") + "]"
}
