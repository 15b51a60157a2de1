package wire

import (
	"errors"
	"testing"
)

func TestPeek(t *testing.T) {
	for _, c := range []struct {
		in    []byte
		ok    bool
		total int
	}{
		{nil, false, 0},
		{[]byte{'Q', 0, 0, 0}, false, 0},
		{[]byte{'S', 0, 0, 0, 4}, true, 5},
		{[]byte{'Q', 0, 0, 1, 0}, true, 257},
	} {
		h, ok := Peek(c.in)
		if ok != c.ok || h.Total != c.total {
			t.Errorf("Peek(%v) = %+v, %v; want total %d, %v", c.in, h, ok, c.total, c.ok)
		}
	}
}

// TestLengthsAreCapped holds the limits against the server's own, each at its
// border.
func TestLengthsAreCapped(t *testing.T) {
	for _, c := range []struct {
		typ    byte
		length int // the length word
		ok     bool
	}{
		{Query, 3, false}, {Query, 4, true}, {Query, 0, false},
		{Query, MaxMessage, true}, {Query, MaxMessage + 1, false},
		{Parse, MaxMessage, true}, {Bind, MaxMessage + 1, false},
		{Sync, 4, true}, {Sync, MaxSmallMessage, true}, {Sync, MaxSmallMessage + 1, false},
		{Execute, MaxSmallMessage + 1, false}, {Close, 1 << 30, false},
		{CopyData, 0x7fffffff, false}, {Query, 0xffffffff, false}, {Query, 0x80000000, false},
	} {
		err := CheckClient(Header{Type: c.typ, Total: c.length + 1})
		var wrong *LengthError
		if (err == nil) != c.ok || err != nil && !errors.As(err, &wrong) {
			t.Errorf("%c with length %#x: %v, want ok %v", c.typ, c.length, err, c.ok)
		}
	}
}

func TestUnknownTypesAreErrors(t *testing.T) {
	known := map[byte]bool{}
	for _, typ := range "QPBEDCHSXFdcf" {
		known[byte(typ)] = true
	}
	for typ := range 256 {
		err := CheckClient(Header{Type: byte(typ), Total: 5})
		if (err == nil) != known[byte(typ)] {
			t.Errorf("type %d: %v", typ, err)
		}
	}
}
