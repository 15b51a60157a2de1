package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
)

// sample is n records as a log writes them.
func sample(t testing.TB, n int) []byte {
	t.Helper()
	var buf []byte
	at, h := time.Date(2026, 11, 24, 1, 16, 28, 500e6, time.UTC), origin
	for i := range n {
		b, err := newBody(at.Add(time.Duration(i)*time.Second), "hold pending", map[string]any{"hold": fmt.Sprintf("h%07d", i), "rule": "drops"})
		if err != nil {
			t.Fatal(err)
		}
		if buf, h, err = appendLine(buf, h, b); err != nil {
			t.Fatal(err)
		}
	}
	return buf
}

func lines(data []byte) [][]byte {
	return bytes.SplitAfter(bytes.TrimSuffix(data, []byte("\n")), []byte("\n"))
}

func TestVerifySound(t *testing.T) {
	for _, n := range []int{0, 1, 2, 100} {
		if got, err := Verify(bytes.NewReader(sample(t, n))); err != nil || got != n {
			t.Errorf("%d records: got %d, %v", n, got, err)
		}
	}
}

// TestFormatByHand follows the package's text, without the package's code.
func TestFormatByHand(t *testing.T) {
	prev := strings.Repeat("0", 64)
	for i, raw := range lines(sample(t, 3)) {
		text := strings.TrimSuffix(string(raw), "\n")
		sum := sha256.Sum256([]byte(text[:len(text)-75]))
		hash := hex.EncodeToString(sum[:])
		if !strings.HasSuffix(text, `,"prev":"`+prev+`","hash":"`+hash+`"}`) {
			t.Errorf("line %d: %s does not end with prev %s and hash %s", i+1, text, prev, hash)
		}
		if !strings.HasPrefix(text, fmt.Sprintf(`{"seq":%d,"time":"2026-11-24T01:16:`, i+1)) {
			t.Errorf("line %d begins %.50s", i+1, text)
		}
		prev = hash
	}
}

func TestVerifyTampering(t *testing.T) {
	good := lines(sample(t, 9))
	join := func(parts ...[][]byte) []byte {
		var out []byte
		for _, p := range parts {
			out = append(out, bytes.Join(p, nil)...)
		}
		return out
	}
	last := func(raw []byte) []byte { return append(bytes.Clone(raw), '\n') } // SplitAfter leaves the last line without
	good[8] = last(good[8])
	other := lines(sample(t, 9))
	replaced := bytes.Replace(good[4], []byte("drops"), []byte("dropz"), 1)
	// A line that was changed and hashed anew by itself.
	l, err := parseLine(bytes.TrimSuffix(replaced, []byte("\n")))
	if err != nil || l.sound {
		t.Fatalf("parsing a changed line: sound %v, %v", l.sound, err)
	}
	rehashed, _, err := appendLine(nil, head{l.Seq - 1, l.Prev}, body{mustTime(t, l.Time), l.Kind, l.Fields})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		data []byte
		line int
		why  Why
		n    int
	}{
		"changed byte":            {join(good[:4], [][]byte{replaced}, good[5:]), 5, HashMismatch, 4},
		"changed and hashed":      {join(good[:4], [][]byte{rehashed}, good[5:]), 6, ChainBreak, 5},
		"removed line":            {join(good[:4], good[5:]), 5, MissingSequence, 4},
		"removed first line":      {join(good[1:]), 1, MissingSequence, 0},
		"swapped lines":           {join(good[:3], good[4:5], good[3:4], good[5:]), 4, MissingSequence, 3},
		"line twice":              {join(good[:4], good[3:]), 5, MissingSequence, 4},
		"inserted text":           {join(good[:4], [][]byte{[]byte("hello\n")}, good[4:]), 5, Malformed, 4},
		"inserted empty line":     {join(good[:4], [][]byte{[]byte("\n")}, good[4:]), 5, Malformed, 4},
		"line cut short":          {join(good[:4], [][]byte{append(bytes.Clone(good[4][:50]), '\n')}, good[5:]), 5, Malformed, 4},
		"end cut in a line":       {join(good[:8], [][]byte{good[8][:80]}), 9, Malformed, 8},
		"end cut at the newline":  {bytes.TrimSuffix(join(good), []byte("\n")), 9, Malformed, 8},
		"newline removed":         {append(bytes.TrimSuffix(join(good[:4]), []byte("\n")), join(good[4:])...), 4, Malformed, 3},
		"other chain's line":      {join(good[:8], other[7:8]), 9, MissingSequence, 8},
		"line longer than any is": {join(good[:2], [][]byte{bytes.Repeat([]byte("x"), maxLine+10)}), 3, Malformed, 2},
	} {
		n, err := Verify(bytes.NewReader(c.data))
		var broken *BrokenError
		if !errors.As(err, &broken) || broken.Line != c.line || broken.Why != c.why || n != c.n {
			t.Errorf("%s: %d records, %v; want %d, line %d, %s", name, n, err, c.n, c.line, c.why)
		}
	}
}

func mustTime(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// TestVerifyEveryByte flips one bit of every byte, and removes every byte.
func TestVerifyEveryByte(t *testing.T) {
	data := sample(t, 3)
	for i := range data {
		flipped := bytes.Clone(data)
		flipped[i] ^= 1
		removed := append(bytes.Clone(data[:i]), data[i+1:]...)
		for what, changed := range map[string][]byte{"flipped": flipped, "removed": removed} {
			n, err := Verify(bytes.NewReader(changed))
			var broken *BrokenError
			if !errors.As(err, &broken) {
				t.Fatalf("byte %d %s: %d records, %v", i, what, n, err)
			}
			if at := bytes.Count(data[:i], []byte("\n")) + 1; broken.Line != at {
				t.Fatalf("byte %d %s: line %d named, want %d", i, what, broken.Line, at)
			}
		}
	}
}

// TestMissingEnd shows the limit the package's text names.
func TestMissingEnd(t *testing.T) {
	all := lines(sample(t, 5))
	if n, err := Verify(bytes.NewReader(bytes.Join(all[:3], nil))); err != nil || n != 3 {
		t.Errorf("got %d, %v", n, err)
	}
}

func TestVerifyReadError(t *testing.T) {
	cause := errors.New("disk on fire")
	r := io.MultiReader(bytes.NewReader(sample(t, 2)), errReader{cause})
	if n, err := Verify(r); !errors.Is(err, cause) || n != 2 {
		t.Errorf("got %d, %v", n, err)
	}
}

type errReader struct{ err error }

func (r errReader) Read([]byte) (int, error) { return 0, r.err }

// FuzzVerify: nothing panics, what passes Verify is continued by readTail at the
// same place, and a line added behind it passes too.
func FuzzVerify(f *testing.F) {
	good := sample(f, 3)
	f.Add(good)
	f.Add(good[:len(good)-10])
	f.Add([]byte("{\"seq\":\n\n"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		n, err := Verify(bytes.NewReader(data))
		end, tailErr := readTail(data, true)
		if err != nil {
			return
		}
		if tailErr != nil || end.torn != nil || end.head.seq != uint64(n) {
			t.Fatalf("verified %d records; the tail is %+v, %v", n, end, tailErr)
		}
		more, _, err := appendLine(bytes.Clone(data), end.head, body{time.Unix(0, 0).UTC(), "k", noFields})
		if err != nil {
			t.Fatal(err)
		}
		if m, err := Verify(bytes.NewReader(more)); err != nil || m != n+1 {
			t.Fatalf("continued: %d records, %v", m, err)
		}
	})
}

// FuzzRecover: whatever a crash leaves behind good lines, continuing makes a file
// that verifies, unless the tail is refused.
func FuzzRecover(f *testing.F) {
	good := sample(f, 2)
	f.Add(1, []byte(`{"seq":3,"ti`))
	f.Add(2, []byte("\n"))
	f.Add(0, []byte(`{"se`))
	f.Add(2, []byte("{\n{\n"))
	f.Add(1, bytes.TrimSuffix(lines(good)[1], []byte("\n")))
	f.Fuzz(func(t *testing.T, keep int, rest []byte) {
		keep = max(0, min(keep, 2))
		data := append(bytes.Join(lines(append(bytes.Clone(good), '\n'))[:keep], nil), rest...)
		w := writer{file: &file{}}
		var err error
		if w.file.tail, err = readTail(data, true); err != nil {
			return
		}
		buf, _, err := w.encode([]*entry{{body: body{time.Unix(0, 0).UTC(), "k", noFields}}}, 0)
		if err != nil {
			t.Fatal(err)
		}
		if int(w.file.head.seq) < keep {
			t.Fatalf("the head is at %d behind %d good lines", w.file.head.seq, keep)
		}
		// rest may itself hold sound records that do not follow; a crash does not
		// write those.
		if _, before := Verify(bytes.NewReader(append(bytes.Clone(data), '\n'))); isChainFault(before) {
			return
		}
		if _, err := Verify(bytes.NewReader(append(data, buf...))); err != nil {
			t.Fatalf("%q continued: %v", data, err)
		}
	})
}

func isChainFault(err error) bool {
	var broken *BrokenError
	return errors.As(err, &broken) && broken.Why != Malformed
}
