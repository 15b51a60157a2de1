package history

import (
	"bufio"
	"errors"
	"io"
)

// lines reads an input line by line, with a bound on what is kept of a line.
type lines struct {
	in *bufio.Reader
	n  int // lines read
}

func newLines(in io.Reader) *lines { return &lines{in: bufio.NewReaderSize(in, 64<<10)} }

// next is the next line without its end. Of one longer than MaxEntry only as much is
// kept, and long is true. The line is the caller's.
func (l *lines) next() (line []byte, long bool, err error) {
	for {
		part, err := l.in.ReadSlice('\n')
		if room := MaxEntry - len(line); len(part) > room {
			part, long = part[:room], true
		}
		line = append(line, part...)
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err == nil, errors.Is(err, io.EOF) && (len(line) > 0 || long):
			l.n++
			return trimEnd(line), long, nil
		}
		return nil, false, err
	}
}

// trimEnd takes the end of a line off, as Unix and Windows write it.
func trimEnd(line []byte) []byte {
	if n := len(line); n > 0 && line[n-1] == '\n' {
		line = line[:n-1]
	}
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	return line
}
