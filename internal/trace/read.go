package trace

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// firstWords begin every file, with the version of what follows.
const firstWords = "# holdfast trace 1"

// longestLine is more than a line of a trace has: see lineShown.
const longestLine = 64 << 10

// Entry is one line of a file.
type Entry struct {
	Line  int           // from 1
	At    time.Duration // since the beginning, in whole microseconds
	Place Place
	Text  string
}

// String is the entry as it stands in the file, without the line's end.
func (e Entry) String() string {
	return strings.TrimSuffix(string(appendLine(nil, e.At, e.Place, e.Text)), "\n")
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
	at, rest, found := strings.Cut(strings.TrimLeft(line, " "), "  ")
	seconds, micros, dot := strings.Cut(at, ".")
	whole, err := strconv.ParseUint(seconds+micros, 10, 53) // below what a Duration holds
	if !found || !dot || err != nil || len(micros) != 6 || len(rest) < placeSize+2 {
		return e, false
	}
	e.At = time.Duration(whole) * time.Microsecond
	for e.Place = range Place(len(places)) {
		if text, here := strings.CutPrefix(rest, e.Place.String()+"  "); here {
			e.Text = text
			return e, true
		}
	}
	return e, false
}

// SeenAt is the entries of one place.
func SeenAt(entries []Entry, p Place) []Entry {
	var list []Entry
	for _, e := range entries {
		if e.Place == p {
			list = append(list, e)
		}
	}
	return list
}
