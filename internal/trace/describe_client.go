package trace

import (
	"bytes"
	"fmt"
	"strings"
)

// ofClient shows what is in a message of the client that has a type.
func (c *contents) ofClient(kind byte) string {
	switch kind {
	case 'Q':
		return c.text()
	case 'P':
		return fmt.Sprintf("%s %s %s", c.name(), c.text(), c.oids())
	case 'B':
		return fmt.Sprintf("%s %s %s %s %s", c.name(), c.name(), c.formats(), c.values(), c.formats())
	case 'D', 'C':
		return fmt.Sprintf("%s %s", word([]byte{c.Byte()}), c.name())
	case 'E':
		return fmt.Sprintf("%s %s", c.name(), c.int32())
	case 'F':
		return fmt.Sprintf("%s %s %s %s", c.oid(), c.formats(), c.values(), c.int16())
	case 'f':
		return c.name()
	case 'd':
		return c.shown(c.Take(len(c.Rest)), valueShown)
	}
	return ""
}

// untyped describes what has no type: the client's first packets, and the byte
// that answers some of them.
func (c *contents) untyped(m Message) string {
	if m.From == Server {
		return "answer " + quote(m.Body, valueShown)
	}
	switch code := uint32(c.Int32()); code {
	case codeSSL:
		return c.request("SSLRequest", "")
	case codeGSSENC:
		return c.request("GSSENCRequest", "")
	case codeCancel:
		return c.request("CancelRequest", " "+c.key())
	default:
		return c.startup(code)
	}
}

// request shows a packet that is no StartupMessage, and of a malformed one
// nothing: it may be a key.
func (c *contents) request(name, text string) string {
	if c.Torn || len(c.Rest) > 0 {
		return name + " malformed *"
	}
	return name + text
}

func (c *contents) startup(version uint32) string {
	if c.Torn {
		return "StartupMessage malformed *"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "StartupMessage %d.%d", version>>16, version&0xffff)
	for !c.Torn {
		name := c.String()
		if len(name) == 0 {
			break
		}
		b.WriteString(" " + word(name) + "=" + c.parameter(name, c.String()))
	}
	if c.Torn || len(c.Rest) > 0 {
		b.WriteString(" malformed")
	}
	return b.String()
}

// parameter shows the value of a parameter unless it, or its name, speaks of a
// password.
func (c *contents) parameter(name, value []byte) string {
	for _, b := range [][]byte{name, value} {
		if bytes.Contains(bytes.ToLower(b), []byte("passw")) {
			return "*"
		}
	}
	return word(value)
}
