package trace

import (
	"bytes"
	"encoding/binary"
)

// Reader takes a body apart from its front. After a read past the end Torn is
// true and every further value is zero. It shares the body's memory.
type Reader struct {
	Rest []byte
	Torn bool
}

// Take is the next n bytes.
func (r *Reader) Take(n int) []byte {
	if n < 0 || n > len(r.Rest) {
		r.Torn, r.Rest = true, nil
		return nil
	}
	p := r.Rest[:n]
	r.Rest = r.Rest[n:]
	return p
}

// Byte is the next byte.
func (r *Reader) Byte() byte {
	if p := r.Take(1); p != nil {
		return p[0]
	}
	return 0
}

// Int16 is the next two bytes as a number with a sign.
func (r *Reader) Int16() int {
	if p := r.Take(2); p != nil {
		return int(int16(binary.BigEndian.Uint16(p)))
	}
	return 0
}

// Int32 is the next four bytes as a number with a sign.
func (r *Reader) Int32() int {
	if p := r.Take(4); p != nil {
		return int(int32(binary.BigEndian.Uint32(p)))
	}
	return 0
}

// String is the text up to the next zero byte, which is taken as well.
func (r *Reader) String() []byte {
	end := bytes.IndexByte(r.Rest, 0)
	if end < 0 {
		r.Torn, r.Rest = true, nil
		return nil
	}
	return r.Take(end + 1)[:end]
}

// Value is a length and that many bytes; null says that it is NULL.
func (r *Reader) Value() (value []byte, null bool) {
	n := r.Int32()
	if n == -1 {
		return nil, true
	}
	return r.Take(n), false
}
