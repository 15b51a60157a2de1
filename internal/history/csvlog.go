package history

import (
	"bytes"
	"encoding/csv"
	"regexp"
	"strings"
)

// The columns of csvlog (manual, "Using CSV-Format Log Output"). Later versions add
// some at the end.
const (
	csvTime = iota
	csvUser
	csvDatabase
	csvPID
	csvFrom
	csvSession
	_ // line of the session
	_ // command tag
	_ // start of the session
	_ // virtual transaction
	_ // transaction
	csvSeverity
	_ // SQLSTATE
	csvMessage
	csvDetail
	_ // hint
	_ // internal query
	_ // its position
	_ // context
	_ // query
	_ // its position
	_ // location
	csvApplication
	csvColumns // as many at least
)

// record is one of CSV that is being put together.
type record struct {
	text   []byte
	line   int
	quotes int
	long   bool
}

// add takes a line; it is true when the record is complete. Inside of quotes a quote
// stands twice, so an even number of them says that none is open.
func (c *record) add(l line) bool {
	if c.line == 0 {
		c.line = l.n
	} else {
		c.text = append(c.text, '\n')
	}
	c.quotes += bytes.Count(l.text, []byte(`"`))
	c.long = c.long || l.long || len(c.text)+len(l.text) > MaxEntry
	if !c.long {
		c.text = append(c.text, l.text...)
	}
	return c.quotes%2 == 0
}

// fields are those of a complete record; nil when it is none.
func (c *record) fields() []string {
	r := csv.NewReader(bytes.NewReader(c.text))
	r.FieldsPerRecord = -1
	fields, err := r.Read()
	if err != nil {
		return nil
	}
	return fields
}

// isCSV looks for a record of csvlog among the first lines.
func isCSV(head []line) bool {
	var c record
	for _, l := range head {
		if c.add(l) {
			f := c.fields()
			return len(f) >= csvColumns && strings.Count(f[csvSession], ".") == 1
		}
	}
	return false
}

// recordStart is how a record begins.
var recordStart = regexp.MustCompile(`^` + stampForm + `\.[0-9]{3} [^,]*,`)

// csvlog reads log_destination = csvlog.
func (r *reading) csvlog(head []line) error {
	var c record
	return r.every(head, func(l line) {
		if c.long && recordStart.Match(l.text) { // a quote was lost: begin anew
			r.seen.Long++
			c = record{text: c.text[:0]}
		}
		if !c.add(l) {
			return
		}
		switch f := c.fields(); {
		case len(c.text) == 0 && !c.long:
		case c.long:
			r.seen.Long++
		case len(f) < csvColumns:
			r.seen.Foreign++
		default:
			r.csvEntry(f, c.line)
		}
		c = record{text: c.text[:0]}
	})
}

func (r *reading) csvEntry(f []string, line int) {
	e := entry{severity: f[csvSeverity], message: f[csvMessage], detail: f[csvDetail]}
	e.At, e.Line, e.Session = r.timestamp(f[csvTime]), line, f[csvSession]
	from := f[csvFrom]
	if i := strings.LastIndexByte(from, ':'); i >= 0 {
		from = from[:i] // the port
	}
	e.Sender = Sender{User: known(f[csvUser]), Database: known(f[csvDatabase]), Application: known(f[csvApplication]), Client: clientOf(from)}
	r.tell(&e)
}
