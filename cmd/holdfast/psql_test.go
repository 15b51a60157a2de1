package main_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// terminal is a psql that a test types into. What it prints, output and errors
// in their order, is read as it comes.
type terminal struct {
	t     *testing.T
	cmd   *exec.Cmd
	stdin io.WriteCloser

	mu     sync.Mutex
	text   string
	read   int // how much of text Await has passed
	prompt int // number of the next marker
	ended  chan struct{}
}

// needs skips a test whose program is not installed; with CI=true it fails.
func needs(t *testing.T, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		missing(t, program)
	}
	return path
}

// psql runs psql on a URL, reading what the test types from a pipe.
func psql(t *testing.T, url string, args ...string) *terminal {
	t.Helper()
	needs(t, "psql")
	return startTerminal(t, exec.Command("psql", append([]string{"-X", "-d", url}, args...)...))
}

// psqlOnTerminal runs psql on a terminal of its own, for what it does only
// there: go on after Ctrl-C. -n leaves out line editing.
func psqlOnTerminal(t *testing.T, url string) *terminal {
	t.Helper()
	needs(t, "psql")
	needs(t, "script")
	return startTerminal(t, exec.Command("script", "-q", "-e", "-c", "psql -X -n -d '"+url+"'", "/dev/null"))
}

func startTerminal(t *testing.T, cmd *exec.Cmd) *terminal {
	t.Helper()
	p := &terminal{t: t, cmd: cmd, ended: make(chan struct{})}
	cmd.Env = append(os.Environ(), "PAGER=cat", "PGAPPNAME=psql", "LC_ALL=C")
	cmd.Stdout, cmd.Stderr = p, p // one writer: the order stays
	var err error
	if p.stdin, err = cmd.StdinPipe(); err != nil {
		t.Fatalf("opening psql's input: %v", err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("running psql: %v", err)
	}
	go func() {
		cmd.Wait() // how it ended is for the test to look at
		close(p.ended)
	}()
	t.Cleanup(func() {
		p.stdin.Close()
		cmd.Process.Kill()
		<-p.ended
		if t.Failed() {
			t.Logf("psql printed:\n%s", p.printed())
		}
	})
	return p
}

// Write takes what psql prints.
func (p *terminal) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.text += string(bytes.ReplaceAll(b, []byte("\r"), nil))
	return len(b), nil
}

func (p *terminal) printed() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text
}

// Type types a line.
func (p *terminal) Type(line string) {
	p.t.Helper()
	p.Keys(line + "\n")
}

// Keys types what is no line: "\x03" is Ctrl-C on a terminal.
func (p *terminal) Keys(keys string) {
	p.t.Helper()
	if _, err := io.WriteString(p.stdin, keys); err != nil {
		p.t.Fatalf("typing %q: %v", keys, err)
	}
}

// Await waits until psql has printed text and returns everything since the last
// Await, text included.
func (p *terminal) Await(text string) string {
	p.t.Helper()
	var seen string
	pgtest.Await(p.t, long, func() string { return fmt.Sprintf("psql did not print %q", text) }, func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		at := strings.Index(p.text[p.read:], text)
		if at < 0 {
			return false
		}
		seen = p.text[p.read : p.read+at+len(text)]
		p.read += at + len(text)
		return true
	})
	return seen
}

// Finish waits until psql has done everything typed so far and returns what it
// printed since the last Await.
func (p *terminal) Finish() string {
	p.t.Helper()
	p.prompt++
	p.Type(fmt.Sprintf(`\warn == %d ==`, p.prompt))
	return p.Await(fmt.Sprintf("== %d ==\n", p.prompt))
}

// Do types a line and returns what came of it.
func (p *terminal) Do(line string) string {
	p.t.Helper()
	p.Type(line)
	return p.Finish()
}

// wantAll fails for each of the texts that is missing in got, or out of order.
func wantAll(t *testing.T, got string, texts ...string) {
	t.Helper()
	rest := got
	for _, text := range texts {
		_, after, found := strings.Cut(rest, text)
		if !found {
			t.Errorf("%q is missing in, or out of order:\n%s", text, got)
			return
		}
		rest = after
	}
}
