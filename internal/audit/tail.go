package audit

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
)

// tail is the end of a file that is to be continued.
type tail struct {
	head    head
	newline bool       // the file ends in a newline, or is empty
	torn    *recovered // bytes behind head's line that are no record
}

// readTail finds the last sound record among the last bytes of a file. whole is
// true when data is the whole file.
func readTail(data []byte, whole bool) (tail, error) {
	t := tail{head: origin, newline: len(data) == 0 || data[len(data)-1] == '\n'}
	end := len(data) // behind the line that is looked at, its newline left out
	if t.newline && end > 0 {
		end--
	}
	rest := end // torn bytes are those in front of it
	for end >= 0 && len(data) > 0 {
		start := bytes.LastIndexByte(data[:end], '\n') + 1
		if start == 0 && !whole {
			return t, fmt.Errorf("there is no record in its last %d bytes", len(data))
		}
		l, err := parseLine(data[start:end])
		if err == nil && !l.sound {
			return t, errors.New("the hash of its last record is wrong: it was changed; keep it as evidence, and move it away to begin a new one")
		}
		if err == nil {
			t.head = l.head()
			if end < rest {
				t.torn = nameTorn(data[end+1 : rest])
			}
			return t, nil
		}
		end = start - 1
	}
	if len(data) > 0 {
		t.torn = nameTorn(data[:rest])
	}
	return t, nil
}

func nameTorn(b []byte) *recovered {
	t := torn{sum: sha256.New()}
	t.add(b)
	named := t.named()
	return &named
}
