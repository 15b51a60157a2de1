package trace

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// firstWords begin every file, with the version of what follows.
const firstWords = "# holdfast trace 1"

// longestLine is more than a line of a trace has: see lineShown.
const longestLine = 64 << 10

// Entry is one line of a file.
type Entry struct {
	Line   int // from 1
	Micros int64
	Place  Place
	Text   string
}

// String is the entry as it stands in the file, without the line's end.
func (e Entry) String() string {
	return strings.TrimSuffix(string(appendLine(nil, e.Micros, e.Place, e.Text)), "\n")
}

var errNoTrace = errors.New("it does not begin as a trace of holdfast does")

// Read reads a file that a Recorder wrote, remarks included, without its heading.
func Read(r io.Reader) ([]Entry, error) {
	var entries []Entry
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, longestLine)
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		switch {
		case n == 1 && !strings.HasPrefix(line, firstWords):
			return nil, errNoTrace
		case strings.HasPrefix(line, "#"):
			continue
		}
		e, ok := parseLine(line)
		if !ok {
			return nil, fmt.Errorf("line %d is no line of a trace", n)
		}
		e.Line = n
		entries = append(entries, e)
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if entries == nil {
		return nil, errNoTrace
	}
	return entries, nil
}

func parseLine(line string) (e Entry, ok bool) {
	micros, rest, found := strings.Cut(strings.TrimLeft(line, " "), "  ")
	place, text, split := strings.Cut(rest, "  ")
	if !found || !split {
		return e, false
	}
	var err error
	if e.Micros, err = strconv.ParseInt(micros, 10, 64); err != nil {
		return e, false
	}
	e.Text = text
	for e.Place = ClientToHoldfast; e.Place < Remark; e.Place++ {
		if place == e.Place.String() {
			return e, true
		}
	}
	return e, place == Remark.String()
}

// At is the entries of one place.
func At(entries []Entry, p Place) []Entry {
	var list []Entry
	for _, e := range entries {
		if e.Place == p {
			list = append(list, e)
		}
	}
	return list
}
