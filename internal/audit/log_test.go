package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/event"
	"github.com/holdfast-db/holdfast/internal/hold"
)

// The log is what the desk and the bus need.
var (
	_ hold.Record    = (*Log)(nil)
	_ event.Observer = (*Log)(nil)
)

func open(t *testing.T, path string) *Log {
	t.Helper()
	l, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func closed(t *testing.T, l *Log) {
	t.Helper()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

func decision(id string) event.HoldChanged {
	return event.HoldChanged{At: time.Now(), Hold: id, From: "pending", State: "approved", SQLHash: event.TextHash("DROP TABLE t")}
}

// kinds verifies the file and lists the kinds of its records.
func kinds(t *testing.T, path string) (out []string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := Verify(bytes.NewReader(data)); err != nil {
		t.Fatalf("after %d records: %v\n%s", n, err, data)
	}
	for _, raw := range bytes.Split(data, []byte("\n")) {
		if l, err := parseLine(raw); err == nil {
			out = append(out, l.Kind)
		}
	}
	return out
}

func same(t *testing.T, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, ", ") != strings.Join(want, ", ") {
		t.Errorf("records are %q, want %q", got, want)
	}
}

func TestWriteContinuesTheChain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "audit.jsonl")
	for range 2 {
		l := open(t, path)
		if err := l.Write(t.Context(), decision("a")); err != nil {
			t.Fatal(err)
		}
		closed(t, l)
		if err := l.Write(t.Context(), decision("b")); !errors.Is(err, ErrClosed) {
			t.Errorf("writing after Close: %v", err)
		}
	}
	one := []string{"audit opened", "hold approved", "audit closed"}
	same(t, kinds(t, path), append(one, one...)...)
	for p, want := range map[string]os.FileMode{path: 0o600, filepath.Dir(path): 0o700} {
		if info, err := os.Stat(p); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s has mode %v, %v", p, info.Mode(), err)
		}
	}
}

func TestModeIsNarrowed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	for before, want := range map[os.FileMode]os.FileMode{0o666: 0o640, 0o640: 0o640, 0o600: 0o600} {
		closed(t, open(t, path))
		if err := os.Chmod(path, before); err != nil {
			t.Fatal(err)
		}
		closed(t, open(t, path))
		if info, _ := os.Stat(path); info.Mode().Perm() != want {
			t.Errorf("mode %v became %v, want %v", before, info.Mode().Perm(), want)
		}
	}
}

func TestManyWriters(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	l := open(t, path)
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			for j := range 10 {
				if err := l.Write(context.Background(), decision(fmt.Sprint(i, j))); err != nil {
					t.Error(err)
				}
				l.Observe(event.SessionStarted{At: time.Now(), Session: fmt.Sprint(i, j)})
			}
		})
	}
	wg.Wait()
	seq, hash := l.Head()
	closed(t, l)
	got := kinds(t, path)
	if len(got) != 802 || seq == 0 || len(hash) != 64 || l.Lost() != 0 {
		t.Errorf("%d records, head %d %s, %d lost", len(got), seq, hash, l.Lost())
	}
}

func TestRefusesWhatItMayNotContinue(t *testing.T) {
	good := string(sample(t, 3))
	for name, c := range map[string]struct{ content, want string }{
		"other file":          {"root:x:0:0\n", "not an audit file"},
		"changed last record": {strings.Replace(good, "h0000002", "h0000009", 1), "was changed"},
	} {
		path := filepath.Join(t.TempDir(), "audit.jsonl")
		if err := os.WriteFile(path, []byte(c.content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(path); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if after, _ := os.ReadFile(path); string(after) != c.content {
			t.Errorf("%s: the file was changed", name)
		}
	}
	if _, err := Open(t.TempDir()); err == nil {
		t.Error("a folder was opened")
	}
}

func TestSecondProcessIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	l := open(t, path)
	defer closed(t, l)
	if _, err := Open(path); err == nil || !strings.Contains(err.Error(), "another holdfast") {
		t.Errorf("opened twice: %v", err)
	}
}

func TestTornLineIsKeptAndNamed(t *testing.T) {
	for name, torn := range map[string]string{
		"part of a line": `{"seq":3,"time":"2026-`, "two parts": "{\"seq\":3\n{\"se", "an empty line": "\n", "zeros": "\x00\x00\x00",
	} {
		path := filepath.Join(t.TempDir(), "audit.jsonl")
		before := string(sample(t, 2)) + torn
		if err := os.WriteFile(path, []byte(before), 0o600); err != nil {
			t.Fatal(err)
		}
		closed(t, open(t, path))
		closed(t, open(t, path)) // and only once
		after, _ := os.ReadFile(path)
		if !strings.HasPrefix(string(after), before) {
			t.Errorf("%s: the evidence is gone: %q", name, after)
		}
		same(t, kinds(t, path), "hold pending", "hold pending", "recovered", "audit opened", "audit closed", "audit opened", "audit closed")
		// The torn bytes are bound: another change of them shows.
		changed := bytes.Replace(after, []byte(torn), []byte(strings.Repeat("x", len(torn))), 1)
		if _, err := Verify(bytes.NewReader(changed)); err == nil {
			t.Errorf("%s: changed torn bytes pass", name)
		}
	}
}

func TestTornFirstLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	if err := os.WriteFile(path, []byte(`{"se`), 0o600); err != nil {
		t.Fatal(err)
	}
	closed(t, open(t, path))
	same(t, kinds(t, path), "recovered", "audit opened", "audit closed")
}

func TestOnlyTheNewlineIsMissing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	if err := os.WriteFile(path, bytes.TrimSuffix(sample(t, 2), []byte("\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	closed(t, open(t, path))
	same(t, kinds(t, path), "hold pending", "hold pending", "audit opened", "audit closed")
}

func TestRotation(t *testing.T) {
	dir := t.TempDir()
	path, old := filepath.Join(dir, "audit.jsonl"), filepath.Join(dir, "audit.jsonl.1")
	l := open(t, path)
	seq, hash := l.Head()
	if err := os.Rename(path, old); err != nil {
		t.Fatal(err)
	}
	if err := l.Write(t.Context(), decision("a")); err != nil {
		t.Fatal(err)
	}
	closed(t, l)
	same(t, kinds(t, old), "audit opened")
	same(t, kinds(t, path), "continued", "hold approved", "audit closed")
	data, _ := os.ReadFile(path)
	first, _ := parseLine(bytes.Split(data, []byte("\n"))[0])
	var c continued
	if err := json.Unmarshal(first.Fields, &c); err != nil || c.PreviousSeq != seq || c.PreviousHash != hash {
		t.Errorf("continued %+v, want %d %s", c, seq, hash)
	}
}

// TestWriteFailsAndRecovers takes the file from the log: writes fail, as on a
// disk that was remounted read-only, and succeed once it is back.
func TestWriteFailsAndRecovers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	l := open(t, path)
	actual := l.writer.file.File
	readOnly, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer readOnly.Close()
	l.writer.file.File = readOnly
	for range 2 {
		if err := l.Write(t.Context(), decision("a")); err == nil {
			t.Fatal("writing to a read-only file succeeded")
		}
	}
	l.Observe(event.SessionStarted{Session: "1"})
	_ = l.Write(t.Context(), decision("b")) // takes the observed one along
	// Half a line reached the file, as when a disk is full.
	if _, err := actual.WriteString(`{"seq":2,"time":"20`); err != nil {
		t.Fatal(err)
	}
	l.writer.file.File = actual
	if err := l.Write(t.Context(), decision("c")); err != nil {
		t.Fatal(err)
	}
	closed(t, l)
	same(t, kinds(t, path), "audit opened", "recovered", "events lost", "hold approved", "audit closed")
	if l.Lost() != 1 {
		t.Errorf("%d lost, want 1", l.Lost())
	}
}

// TestUnacknowledged: lines that reached the file although the write failed are
// named.
func TestUnacknowledged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	l := open(t, path)
	w := &l.writer
	batch := []*entry{{body: body{time.Now().UTC(), "hold approved", noFields}, through: true}}
	buf, _, err := w.encode(batch, 0)
	if err != nil {
		t.Fatal(err)
	}
	// What a failed fsync leaves: the bytes in the file, the writer told.
	if _, err := w.file.Write(buf); err != nil {
		t.Fatal(err)
	}
	w.failed = true
	if err := l.Write(t.Context(), decision("b")); err != nil {
		t.Fatal(err)
	}
	closed(t, l)
	same(t, kinds(t, path), "audit opened", "hold approved", "not acknowledged", "hold approved", "audit closed")
	data, _ := os.ReadFile(path)
	if !strings.Contains(string(data), `"fields":{"first_seq":2,"last_seq":2}`) {
		t.Errorf("the range is wrong: %s", data)
	}
}

func TestObserveNeverBlocksAndCounts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	l := open(t, path)
	l.Observe(decision("written through by the desk"))
	const sent = 5 * observedLength
	for range sent {
		l.Observe(event.SessionStarted{Session: "1"})
	}
	closed(t, l)
	written, reported := 0, 0
	for _, k := range kinds(t, path) {
		switch k {
		case "session started":
			written++
		case "events lost":
			reported++
		case "hold approved":
			t.Error("an observed hold change was written twice")
		}
	}
	if written+int(l.Lost()) != sent || (l.Lost() > 0) != (reported > 0) {
		t.Errorf("sent %d, written %d, lost %d in %d records", sent, written, l.Lost(), reported)
	}
}

func TestWriteGivesUpWithItsContext(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	l := open(t, path)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 50 {
		if err := l.Write(ctx, decision("a")); err != nil && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
	closed(t, l)
	kinds(t, path)
}

func TestTooLargeIsAnError(t *testing.T) {
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	l := open(t, path)
	e := decision("a")
	e.Note = strings.Repeat("x", maxLine)
	if err := l.Write(t.Context(), e); err == nil {
		t.Error("a record above the limit was written")
	}
	closed(t, l)
	kinds(t, path)
}
