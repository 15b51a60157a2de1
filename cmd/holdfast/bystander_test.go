package main_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// bystander is a session with an open transaction, beside what a test does to
// holdfast. It must never notice.
type bystander struct {
	*pgtest.Client
	pid string
}

func newBystander(t *testing.T, s scene) *bystander {
	t.Helper()
	b := &bystander{Client: s.connect(t)}
	b.Query("BEGIN")
	b.pid = sum(b.Query("SELECT pg_backend_pid()")).rows[0][0]
	return b
}

// wantUntouched fails unless the session still works, on the same server process,
// in the same transaction, and soon.
func (b *bystander) wantUntouched(t *testing.T) {
	t.Helper()
	began := time.Now()
	a := sum(b.Query("SELECT pg_backend_pid()"))
	if len(a.rows) != 1 || a.rows[0][0] != b.pid || a.status != 'T' {
		t.Fatalf("the bystander was on process %s in a transaction, and now got %+v", b.pid, a)
	}
	if d := time.Since(began); d > long {
		t.Errorf("the bystander waited for %v", d)
	}
}

// footprint is what a process has of the machine.
type footprint struct {
	descriptors, threads int
	resident             int // KiB
}

func footprintOf(t *testing.T, pid int) footprint {
	t.Helper()
	folder := filepath.Join("/proc", strconv.Itoa(pid))
	open, err := os.ReadDir(filepath.Join(folder, "fd"))
	if err != nil {
		t.Skipf("no /proc here: %v", err)
	}
	status, err := os.ReadFile(filepath.Join(folder, "status"))
	if err != nil {
		t.Fatal(err)
	}
	f := footprint{descriptors: len(open)}
	for line := range strings.Lines(string(status)) {
		name, value, _ := strings.Cut(line, ":")
		n, _ := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")))
		switch name {
		case "Threads":
			f.threads = n
		case "VmRSS":
			f.resident = n
		}
	}
	return f
}

// sessions is what status says about logged-in clients.
func sessions(t *testing.T, hf *pgtest.Proxy) int {
	t.Helper()
	var status struct{ Hosts []struct{ Sessions int } }
	if err := json.Unmarshal([]byte(hf.MustCLI(t, "status", "--json")), &status); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, h := range status.Hosts {
		n += h.Sessions
	}
	return n
}

const (
	// threadsAllowed is how many threads more than before are no leak: the runtime
	// keeps those it once needed, for calls that block.
	threadsAllowed = 40

	// grownAllowed is by which factor resident memory may have grown: the runtime
	// gives memory back slowly, and the race detector not at all.
	grownAllowed = 4
)

// wantBack waits until holdfast has as many sessions and descriptors as before, and
// not much more of the rest.
func wantBack(t *testing.T, hf *pgtest.Proxy, before footprint, clients int) {
	t.Helper()
	var now footprint
	n := 0
	what := func() string { return fmt.Sprintf("%d sessions and %+v, before %d and %+v", n, now, clients, before) }
	pgtest.Await(t, long, what, func() bool {
		n, now = sessions(t, hf), footprintOf(t, hf.PID())
		return n == clients && now.descriptors <= before.descriptors
	})
	if now.threads > before.threads+threadsAllowed {
		t.Errorf("%d threads, before %d", now.threads, before.threads)
	}
	if now.resident > grownAllowed*before.resident {
		t.Errorf("%d KiB resident, before %d", now.resident, before.resident)
	}
	t.Logf("%+v, before %+v", now, before)
}

// wantNoErrors fails when holdfast logged an error: none of this is its fault.
func wantNoErrors(t *testing.T, hf *pgtest.Proxy) {
	t.Helper()
	for line := range strings.Lines(hf.Log()) {
		if strings.Contains(line, `"level":"error"`) {
			t.Errorf("logged: %.300s", line)
		}
	}
}

// heard is what a client saw: a word for each message, with what a program would
// look at. Fields that name places in the server's source are left out.
func heard(m pgtest.Message) string {
	switch m.Type {
	case 'E':
		f := m.Fields()
		return fmt.Sprintf("E(%s %s %s)", f['S'], f['C'], f['M'])
	case 'C':
		return "C(" + m.Tag() + ")"
	case 'D':
		return fmt.Sprintf("D%q", m.Row())
	case 'Z':
		return "Z" + string(m.Body)
	}
	return string(m.Type)
}

// hear reads to the end of the connection.
func hear(t *testing.T, c *pgtest.Client) string {
	t.Helper()
	var words []string
	for {
		m, err := c.TryRead(long)
		if err != nil {
			if os.IsTimeout(err) {
				words = append(words, "hangs")
			}
			return strings.Join(words, " ")
		}
		words = append(words, heard(m))
	}
}
