package history

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// reading is one input that is being read.
type reading struct {
	lines *lines
	each  func(Statement)
	seen  Seen
}

// ErrPrefix says that no known log_line_prefix fits the lines of a log.
var ErrPrefix = errors.New("its lines have none of the usual prefixes")

// ReadLog reads a log to its end and calls each for every statement in it, in order.
// It finds out the format by the first lines, and log_line_prefix too where it is
// empty. The error is ErrPrefix, one about the prefix, or that of in.
func ReadLog(in io.Reader, logLinePrefix string, each func(Statement)) (Seen, error) {
	r := &reading{lines: newLines(in), each: each}
	head, err := r.head()
	if err != nil {
		return r.seen, err
	}
	switch {
	case len(head) == 0:
	case isJSON(head):
		err = r.jsonlog(head)
	case isCSV(head):
		err = r.csvlog(head)
	default:
		err = r.stderr(head, logLinePrefix)
	}
	return r.seen, err
}

// line is one of the input.
type line struct {
	text []byte
	long bool
	n    int
}

// headLines is how many lines are looked at to find out the format.
const headLines = 300

// maxHead bounds them in bytes.
const maxHead = 4 << 20

// head are the first lines.
func (r *reading) head() (list []line, err error) {
	for size := 0; len(list) < headLines && size < maxHead; {
		l, err := r.next()
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		if err != nil {
			return nil, err
		}
		size += len(l.text)
		list = append(list, l)
	}
	return list, nil
}

func (r *reading) next() (line, error) {
	text, long, err := r.lines.next()
	return line{text, long, r.lines.n}, err
}

// every calls do for the lines of head and then for all others.
func (r *reading) every(head []line, do func(line)) error {
	for i := range head {
		do(head[i])
		head[i] = line{}
	}
	for {
		l, err := r.next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("line %d: %w", r.lines.n+1, err)
		}
		do(l)
	}
}

// isJSON looks for a line of jsonlog.
func isJSON(head []line) bool {
	for _, l := range head {
		if text := bytes.TrimSpace(l.text); len(text) > 0 {
			return text[0] == '{' && json.Valid(text)
		}
	}
	return false
}
