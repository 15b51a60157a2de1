package rules

import (
	"bytes"
	"encoding/binary"
	"unicode/utf8"

	"golang.org/x/text/encoding"
)

// charset says what decides how a text is read.
type charset struct {
	nul       bool // the parser would stop there
	backslash bool // standard_conforming_strings matters
	high      bool // client_encoding matters
}

// charsetOf runs over every text, so it leaves it to bytes.IndexByte, which looks
// at 32 at a time where the processor can, and takes 32 itself.
func charsetOf(text []byte) charset {
	return charset{
		nul:       bytes.IndexByte(text, 0) >= 0,
		backslash: bytes.IndexByte(text, '\\') >= 0,
		high:      hasHigh(text),
	}
}

// hasHigh says whether a byte is above 0x7F.
func hasHigh(text []byte) bool {
	var high uint64
	for ; len(text) >= 32; text = text[32:] {
		b := (*[32]byte)(text)
		high |= binary.LittleEndian.Uint64(b[0:]) | binary.LittleEndian.Uint64(b[8:]) |
			binary.LittleEndian.Uint64(b[16:]) | binary.LittleEndian.Uint64(b[24:])
	}
	for ; len(text) >= 8; text = text[8:] {
		high |= binary.LittleEndian.Uint64(text)
	}
	for _, b := range text {
		high |= uint64(b)
	}
	return high&0x8080808080808080 != 0
}

// NeedsSettings says whether the server's reading of the text depends on
// Settings: it has a backslash or a byte above 0x7F.
func (r *Reader) NeedsSettings(text []byte) bool {
	c := charsetOf(text)
	return c.backslash || c.high
}

// reading is a way to read a text with certainty.
type reading struct {
	encoding encoding.Encoding // nil: UTF-8, or ASCII
	name     string            // as the settings have it; empty for nil
	inexact  bool              // names that are not ASCII may be others
}

// certain finds how the text is read under the settings. Otherwise why says for
// people what is missing.
func certain(text []byte, c charset, s Settings) (how reading, why string) {
	if c.nul {
		return reading{}, "the text has a byte 0 in it"
	}
	if !c.backslash && !c.high {
		return reading{}, ""
	}
	if !isOn(s.StandardConformingStrings) {
		return reading{}, "standard_conforming_strings is not known to be on"
	}
	how, ok := readingOf(s.ClientEncoding)
	switch {
	case !ok:
		return reading{}, "client_encoding is not known to be a safe one"
	case !c.high:
		return reading{}, ""
	case how.encoding == nil && !utf8.Valid(text):
		return reading{}, "the text is not valid UTF-8"
	}
	return how, ""
}

// readingOf finds how texts in an encoding are read, without allocating.
func readingOf(encodingValue string) (reading, bool) {
	if encodingValue == "UTF8" {
		return reading{}, true
	}
	var buf [maxWord]byte
	name := appendEncodingName(buf[:0], encodingValue)
	e, ok := safeEncodings[string(name)]
	if !ok || e == nil {
		return reading{}, ok
	}
	return reading{e, encodingValue, inexact[string(name)]}, true
}

// utf8 gives the text in UTF-8. It fails where ASCII bytes did not survive
// unchanged and in order, since then the encoding is not the one it should be.
func (how reading) utf8(text []byte) ([]byte, bool) {
	if how.encoding == nil {
		return text, true
	}
	out, err := how.encoding.NewDecoder().Bytes(text)
	return out, err == nil && sameASCII(text, out)
}

func sameASCII(a, b []byte) bool {
	i, j := 0, 0
	for {
		i, j = skipHigh(a, i), skipHigh(b, j)
		if i == len(a) || j == len(b) {
			return i == len(a) && j == len(b)
		}
		if a[i] != b[j] {
			return false
		}
		i++
		j++
	}
}

func skipHigh(text []byte, at int) int {
	for at < len(text) && text[at] >= 0x80 {
		at++
	}
	return at
}

// offsets turns places in the transcoded text into places in the text as sent:
// ASCII bytes correspond one to one, in order.
type offsets struct {
	sent, read []byte
	i, j       int // the same place in both
}

// sentAt must be asked for rising places that are not inside a character.
func (o *offsets) sentAt(place int) int {
	if bytes.Equal(o.sent, o.read) {
		return place
	}
	for o.j < place {
		if o.read[o.j] >= 0x80 {
			o.i, o.j = skipHigh(o.sent, o.i), min(skipHigh(o.read, o.j), place)
			continue
		}
		o.i++
		o.j++
	}
	return o.i
}
