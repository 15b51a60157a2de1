package trace

import (
	"fmt"
	"strings"
)

// Describer makes a line of a message: its name in the manual, then its contents
// in their order. The zero value hides nothing but logins and keys. It may be used
// by several goroutines if Mask may.
type Describer struct {
	// Mask hides the passwords in the text of a statement. It is also given every
	// other text and value, since any of them may be one. Nil hides none.
	Mask func(string) string
}

// Describe is Describer.Describe without a mask.
func Describe(m Message) string { return Describer{}.Describe(m) }

// Describe makes one line of a message. It takes every message, malformed and
// unknown ones too.
func (d Describer) Describe(m Message) string {
	if m.Note != "" {
		return m.Note
	}
	c := &contents{Reader{Rest: m.Body}, d.Mask}
	if m.Type == 0 {
		return shorten(c.untyped(m))
	}
	name, known := m.name()
	switch {
	case m.From == Client && m.Type == 'p':
		return name + " *" // whatever is in it, or wrong with it
	case m.Left > 0:
		return fmt.Sprintf("%s (%d bytes, sha256 %s) %s...", name, len(m.Body)+m.Left, m.Hash, c.shown(m.Body, valueShown))
	case !known && m.From == Client: // an answer to a login that lost its type
		return fmt.Sprintf("%s (%d bytes)", name, len(m.Body))
	case !known:
		return shorten(name + " " + c.shown(m.Body, valueShown))
	}
	return shorten(c.typed(m, name))
}

func (c *contents) typed(m Message, name string) string {
	text := ""
	switch {
	case m.From == Client:
		text = c.ofClient(m.Type)
	case m.Type == 'R':
		name, text = c.authentication()
	default:
		text = c.ofServer(m.Type)
	}
	if c.Torn || len(c.Rest) > 0 {
		return c.malformed(m, name)
	}
	return strings.TrimRight(name+" "+text, " ")
}

// malformed describes a body that is not what its type promises.
func (c *contents) malformed(m Message, name string) string {
	if m.From == Server && (m.Type == 'R' || m.Type == 'K') {
		return name + " malformed *"
	}
	return name + " malformed " + c.shown(m.Body, valueShown)
}

// contents shows the parts of a body, from its front.
type contents struct {
	Reader
	mask func(string) string
}

// shown is a text or value in quotes, without its passwords. An error quotes the
// statement it is about, and a mask takes what is in double quotes for a name: so
// it is asked about the text without them too.
func (c *contents) shown(b []byte, most int) string {
	if c.mask != nil {
		text := c.mask(string(b))
		if bare := strings.ReplaceAll(text, `"`, " "); c.mask(bare) != bare {
			text = c.mask(bare)
		}
		b = []byte(text)
	}
	return quote(b, most)
}

// text is the text of a statement.
func (c *contents) text() string {
	b := c.String()
	if c.mask != nil {
		b = []byte(c.mask(string(b)))
	}
	return quote(b, textShown)
}

// plain shows a single word without quotes, and other text as text does.
func (c *contents) plain(b []byte) string {
	if bare := word(b); bare == string(b) {
		return bare
	}
	return c.shown(b, textShown)
}

// name is the name of something.
func (c *contents) name() string { return c.shown(c.String(), valueShown) }

func (c *contents) value() string {
	v, null := c.Value()
	if null {
		return "NULL"
	}
	return c.shown(v, valueShown)
}

func (c *contents) int16() string { return fmt.Sprint(c.Int16()) }
func (c *contents) int32() string { return fmt.Sprint(c.Int32()) }

// oid is a number without a sign.
func (c *contents) oid() string { return fmt.Sprint(uint32(c.Int32())) }

// each is a list of n things. It ends with the body, whatever n says.
func (c *contents) each(n int, one func() string) string {
	var list []string
	for i := 0; i < n && !c.Torn; i++ {
		list = append(list, one())
	}
	return "[" + strings.Join(list, " ") + "]"
}

func (c *contents) formats() string { return c.each(c.Int16(), c.int16) }
func (c *contents) values() string  { return c.each(c.Int16(), c.value) }
func (c *contents) oids() string    { return c.each(c.Int16(), c.oid) }
