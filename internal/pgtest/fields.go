package pgtest

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// fields reads a body from its front. After a read past the end every further
// value is zero and torn is true.
type fields struct {
	rest []byte
	torn bool
}

func (f *fields) take(n int) []byte {
	if n < 0 || n > len(f.rest) {
		f.torn, f.rest = true, nil
		return nil
	}
	p := f.rest[:n]
	f.rest = f.rest[n:]
	return p
}

func (f *fields) byte() byte {
	if p := f.take(1); p != nil {
		return p[0]
	}
	return 0
}

func (f *fields) int16() int {
	if p := f.take(2); p != nil {
		return int(int16(binary.BigEndian.Uint16(p)))
	}
	return 0
}

func (f *fields) int32() int {
	if p := f.take(4); p != nil {
		return int(int32(binary.BigEndian.Uint32(p)))
	}
	return 0
}

func (f *fields) text() string {
	end := strings.IndexByte(string(f.rest), 0)
	if end < 0 {
		f.torn, f.rest = true, nil
		return ""
	}
	return string(f.take(end + 1)[:end])
}

// value is what builder.value writes, for people.
func (f *fields) value() string {
	n := f.int32()
	if n < 0 {
		return "NULL"
	}
	return fmt.Sprintf("%q", f.take(n))
}

func (f *fields) each(n int, one func() string) string {
	list := make([]string, 0, max(0, min(n, len(f.rest))))
	for i := 0; i < n && !f.torn; i++ {
		list = append(list, one())
	}
	return "[" + strings.Join(list, " ") + "]"
}

// Fields are the fields of an ErrorResponse or a NoticeResponse by their codes:
// 'S' severity, 'C' SQLSTATE, 'M' message, 'D' detail, 'H' hint, 'P' position.
// nil for other messages.
func (m Message) Fields() map[byte]string {
	if m.Type != 'E' && m.Type != 'N' {
		return nil
	}
	f := fields{rest: m.Body}
	named := make(map[byte]string)
	for code := f.byte(); code != 0; code = f.byte() {
		named[code] = f.text()
	}
	return named
}

// Row is the values of a DataRow as text, "" for NULL; nil for other messages.
func (m Message) Row() []string {
	if m.Type != 'D' {
		return nil
	}
	f := fields{rest: m.Body}
	row := make([]string, f.int16())
	for i := range row {
		if n := f.int32(); n > 0 {
			row[i] = string(f.take(n))
		}
	}
	return row
}

// Tag is the tag of a CommandComplete, "" for other messages.
func (m Message) Tag() string {
	if m.Type != 'C' {
		return ""
	}
	f := fields{rest: m.Body}
	return f.text()
}
