package pgtest

import "github.com/holdfast-db/holdfast/internal/trace"

// Fields are the fields of an ErrorResponse or a NoticeResponse by their codes:
// 'S' severity, 'C' SQLSTATE, 'M' message, 'D' detail, 'H' hint, 'P' position.
// nil for other messages.
func (m Message) Fields() map[byte]string {
	if m.Type != 'E' && m.Type != 'N' {
		return nil
	}
	r := trace.Reader{Rest: m.Body}
	named := make(map[byte]string)
	for code := r.Byte(); code != 0; code = r.Byte() {
		named[code] = string(r.String())
	}
	return named
}

// Row is the values of a DataRow as text, "" for NULL; nil for other messages.
func (m Message) Row() []string {
	if m.Type != 'D' {
		return nil
	}
	r := trace.Reader{Rest: m.Body}
	row := make([]string, max(0, r.Int16()))
	for i := range row {
		value, _ := r.Value()
		row[i] = string(value)
	}
	return row
}

// Tag is the tag of a CommandComplete, "" for other messages.
func (m Message) Tag() string {
	if m.Type != 'C' {
		return ""
	}
	r := trace.Reader{Rest: m.Body}
	return string(r.String())
}
