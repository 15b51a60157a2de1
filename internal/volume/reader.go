package volume

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"time"
)

// maxLine is the longest line of a history, in bytes: names are at most 63 bytes
// in PostgreSQL, so that longer lines are no history.
const maxLine = 64 << 10

// LineError says which line of a history cannot be used, and why.
type LineError struct {
	Line int // from 1
	Why  error
}

func (e *LineError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Why) }

// Unwrap is the cause.
func (e *LineError) Unwrap() error { return e.Why }

// line is one line of a history.
type line struct {
	T           *time.Time `json:"t"`
	Host        string     `json:"host"`
	Database    string     `json:"database"`
	Table       string     `json:"table"`
	User        string     `json:"user"`
	Application string     `json:"application"`
	Deleted     *int64     `json:"deleted"`
	Rows        int64      `json:"rows"`
}

// ParseLine reads one JSON object of a history. Keys that it does not know are
// passed over; t, table and deleted must be there.
func ParseLine(text []byte) (Count, error) {
	var l line
	if err := json.Unmarshal(text, &l); err != nil {
		return Count{}, fmt.Errorf("reading the object: %w", err)
	}
	switch {
	case l.T == nil:
		return Count{}, errors.New(`the object has no time "t"`)
	case l.T.Unix() < 0:
		return Count{}, fmt.Errorf("the time %s is before 1970", l.T.Format(time.RFC3339))
	case l.Table == "":
		return Count{}, errors.New(`the object has no "table"`)
	case l.Deleted == nil:
		return Count{}, errors.New(`the object has no "deleted"`)
	case *l.Deleted < 0 || *l.Deleted > math.MaxUint32:
		return Count{}, fmt.Errorf("deleted is %d; it must be between 0 and %d", *l.Deleted, uint32(math.MaxUint32))
	case l.Rows < 0:
		return Count{}, fmt.Errorf("rows is %d; it must not be negative", l.Rows)
	}
	return Count{
		At: *l.T, Host: l.Host, Database: l.Database, Table: l.Table,
		Actor: Actor{l.User, l.Application}, Deleted: *l.Deleted, Rows: l.Rows,
	}, nil
}

// Replay adds a history of JSON lines, in time order, to a watch: on its clock,
// as fast as it can. Empty lines are passed over. It returns how many counts it
// added; its error is a *LineError where a line is at fault.
func Replay(history io.Reader, w *Watch) (added int, err error) {
	lines := bufio.NewScanner(history)
	lines.Buffer(make([]byte, 4096), maxLine)
	number := 0
	for lines.Scan() {
		number++
		text := bytes.TrimSpace(lines.Bytes())
		if len(text) == 0 {
			continue
		}
		c, err := ParseLine(text)
		if err != nil {
			return added, &LineError{number, err}
		}
		before := w.now
		if err := w.Add(&c); errors.Is(err, ErrBackwards) {
			return added, &LineError{number, fmt.Errorf("%w: %s after %s", err, c.At.Format(time.RFC3339), before.Format(time.RFC3339))}
		} else if err != nil {
			return added, &LineError{number, err}
		}
		added++
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return added, &LineError{number + 1, fmt.Errorf("it is longer than %d bytes", maxLine)}
	case err != nil:
		return added, fmt.Errorf("reading after line %d: %w", number, err)
	}
	return added, nil
}

// MarshalJSON is an alert as replay prints it.
func (a Alert) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		T       time.Time `json:"t"`
		Table   string    `json:"table"`
		Actor   string    `json:"actor"`
		Kind    Kind      `json:"kind"`
		Deleted int64     `json:"deleted"`
		Usual   float64   `json:"usual"`
		Since   time.Time `json:"since"`
		Reason  string    `json:"reason"`
	}{a.At, a.Table, a.Actor, a.Kind, a.Deleted, math.Round(a.Usual*10) / 10, a.Since, a.Reason})
}
