package audit

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"time"
)

// Why says what is wrong with a line.
type Why string

// What can be wrong with a line.
const (
	Malformed       Why = "malformed"        // it is no record, and no recovered line names it as torn
	HashMismatch    Why = "hash mismatch"    // its bytes are not those that were hashed
	ChainBreak      Why = "chain break"      // its prev is not the hash of the line before
	MissingSequence Why = "missing sequence" // its seq is not one more than that of the line before
)

// BrokenError names the first line that is not as it was written. Find it with
// errors.As and a *BrokenError.
type BrokenError struct {
	Line   int // counted from 1
	Why    Why
	Detail string // for people
}

// Error is one line for people.
func (e *BrokenError) Error() string {
	return fmt.Sprintf("line %d is broken: %s: %s", e.Line, e.Why, e.Detail)
}

// Verify reads a record to its end and returns how many records are sound. The
// error is a *BrokenError for the first line that is not, or wraps that of r.
// It does not see that lines are missing at the end; see the package's text.
func Verify(r io.Reader) (n int, err error) { return Read(r, func(Record) {}) }

// Record is one line of the record.
type Record struct {
	Seq    uint64
	At     time.Time // zero where the line does not say it as it should
	Kind   string
	Fields json.RawMessage // of the event that Kind names; valid until the callback returns
}

// Read is Verify that calls each for every record that is sound, in order, up to the
// first line that is not.
func Read(r io.Reader, each func(Record)) (n int, err error) {
	v := verifier{head: origin, each: each}
	in := bufio.NewReaderSize(r, 64<<10)
	for {
		raw, ended, err := readLine(in)
		if err != nil && !errors.Is(err, errTooLong) {
			return v.count, fmt.Errorf("reading line %d: %w", v.line+1, err)
		}
		if len(raw) == 0 && !ended {
			return v.count, v.end()
		}
		if err := v.next(raw, ended, err); err != nil {
			return v.count, err
		}
		if !ended {
			return v.count, v.end()
		}
	}
}

var errTooLong = fmt.Errorf("it is longer than %d bytes", maxLine)

// readLine reads up to the next newline, which it takes off. ended is false for
// what stands behind the last one.
func readLine(in *bufio.Reader) (raw []byte, ended bool, err error) {
	for {
		part, err := in.ReadSlice('\n')
		raw = append(raw, part...)
		switch {
		case err == nil:
			return raw[:len(raw)-1], true, nil
		case errors.Is(err, io.EOF):
			return raw, false, nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return raw, false, err
		case len(raw) > maxLine:
			return raw, false, errTooLong
		}
	}
}

// verifier follows the chain.
type verifier struct {
	each  func(Record)
	head  head // behind the last sound record
	line  int  // lines read
	count int  // sound records

	// torn is the lines that are no records since the last one that was, to be
	// named by a recovered line.
	torn *torn
}

// torn is bytes that are no record.
type torn struct {
	first *BrokenError
	size  int64
	sum   hash.Hash
}

func (v *verifier) next(raw []byte, ended bool, err error) error {
	v.line++
	var l line
	if err == nil {
		l, err = parseLine(raw)
	}
	if err == nil && !ended {
		err = errors.New("it has no newline at its end; if holdfast is writing at this moment, verify again")
	}
	switch {
	case err != nil:
		return v.tear(raw, err)
	case !l.sound:
		return v.broken(HashMismatch, "its bytes have another hash than it says")
	case v.torn != nil && !v.torn.namedBy(l):
		return v.torn.first
	case l.Seq != v.head.seq+1:
		return v.broken(MissingSequence, fmt.Sprintf("seq %d follows %d", l.Seq, v.head.seq))
	case l.Prev != v.head.hash:
		return v.broken(ChainBreak, "its prev is not the hash of the record before")
	}
	v.torn = nil
	v.head = l.head()
	v.count++
	at, _ := time.Parse(time.RFC3339Nano, l.Time) // zero where it is none
	v.each(Record{Seq: l.Seq, At: at, Kind: l.Kind, Fields: l.Fields})
	return nil
}

func (v *verifier) broken(why Why, detail string) error {
	return &BrokenError{Line: v.line, Why: why, Detail: detail}
}

// tear remembers a line that is no record until the next record says whether it
// is a torn one that was found before.
func (v *verifier) tear(raw []byte, cause error) error {
	first := &BrokenError{Line: v.line, Why: Malformed, Detail: cause.Error()}
	if v.torn == nil {
		v.torn = &torn{first: first, sum: sha256.New()}
	} else {
		v.torn.add([]byte{'\n'})
	}
	v.torn.add(raw)
	if errors.Is(cause, errTooLong) {
		return v.torn.first
	}
	return nil
}

func (t *torn) add(b []byte) {
	t.size += int64(len(b))
	t.sum.Write(b)
}

// namedBy is true when l is a recovered line for exactly these bytes.
func (t *torn) namedBy(l line) bool {
	var r recovered
	if l.Kind != kindRecovered || json.Unmarshal(l.Fields, &r) != nil {
		return false
	}
	return r == t.named()
}

func (t *torn) named() recovered {
	return recovered{TornBytes: t.size, TornSHA256: hex.EncodeToString(t.sum.Sum(nil))}
}

func (v *verifier) end() error {
	if v.torn != nil {
		return v.torn.first
	}
	return nil
}
