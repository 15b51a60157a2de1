package pgtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// holdLimit is how long a statement may take to become a hold, or a hold to
// change its state: far longer than it ever should on a busy machine.
const holdLimit = 30 * time.Second

// Hold is what `holdfast holds --json` says of a hold, as far as it is promised.
type Hold struct {
	ID          string          `json:"id"`
	State       string          `json:"state"`
	Host        string          `json:"host"`
	Database    string          `json:"database"`
	User        string          `json:"user"`
	Application string          `json:"application"`
	Client      string          `json:"client"`
	SQL         string          `json:"sql"`
	Statements  json.RawMessage `json:"statements"`
	Rule        string          `json:"rule"`
	Reason      string          `json:"reason"`
	Asked       time.Time       `json:"asked"`
	Expires     time.Time       `json:"expires"`
	DecidedBy   string          `json:"decided_by"`
	Via         string          `json:"via"`
	Note        string          `json:"note"`
}

// Output is what a run of a program left.
type Output struct {
	Stdout, Stderr string
	Exit           int // -1 when it could not be run or was killed
}

// CLI runs a subcommand of holdfast against this proxy's control socket.
func (p *Proxy) CLI(args ...string) Output {
	return Run(p.Command(args...))
}

// Command is the command that CLI runs, for tests that need it otherwise.
func (p *Proxy) Command(args ...string) *exec.Cmd {
	cmd := exec.Command(p.binary, args...)
	cmd.Env = append(os.Environ(), "HOLDFAST_SOCKET="+p.Socket)
	return cmd
}

// Run runs a command to its end.
func Run(cmd *exec.Cmd) Output {
	var stdout, stderr bytes.Buffer
	cmd.Env = append(cmd.Environ(), raceOptions)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	out := Output{Stdout: stdout.String(), Stderr: stderr.String(), Exit: cmd.ProcessState.ExitCode()}
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		out.Stderr += err.Error()
	}
	return out
}

// MustCLI is CLI for what has to exit with 0.
func (p *Proxy) MustCLI(t testing.TB, args ...string) string {
	t.Helper()
	out := p.CLI(args...)
	if out.Exit != 0 {
		t.Fatalf("pgtest: holdfast %s exited with %d: %s%s", strings.Join(args, " "), out.Exit, out.Stdout, out.Stderr)
	}
	return out.Stdout
}

// Holds are the holds that wait, shortest time first. They are asked for at the
// control socket, as the CLI does, but without a process for each look.
func (p *Proxy) Holds(t testing.TB) []Hold {
	t.Helper()
	holds, err := p.Waiting()
	if err != nil {
		t.Fatalf("pgtest: listing holds: %v", err)
	}
	return holds
}

// AllHolds are the holds that wait and those that ended.
func (p *Proxy) AllHolds(t testing.TB) []Hold {
	t.Helper()
	holds, err := p.list("/v1/holds?all=1")
	if err != nil {
		t.Fatalf("pgtest: listing holds: %v", err)
	}
	return holds
}

func (p *Proxy) list(path string) ([]Hold, error) {
	var body struct{ Holds []Hold }
	err := p.call(http.MethodGet, path, nil, &body)
	return body.Holds, err
}

// Hold is one hold by its id.
func (p *Proxy) Hold(t testing.TB, id string) Hold {
	t.Helper()
	var hold Hold
	if err := p.call(http.MethodGet, "/v1/holds/"+id, nil, &hold); err != nil {
		t.Fatalf("pgtest: looking at hold %s: %v", id, err)
	}
	return hold
}

// DecodeHolds reads what `holds --json` and `show --json` print.
func DecodeHolds(t testing.TB, lines string) []Hold {
	t.Helper()
	var holds []Hold
	for line := range strings.Lines(lines) {
		var hold Hold
		if err := json.Unmarshal([]byte(line), &hold); err != nil {
			t.Fatalf("pgtest: reading hold %q: %v", line, err)
		}
		holds = append(holds, hold)
	}
	return holds
}

// AwaitHold waits until a hold is pending whose SQL contains text, and returns
// the first such one.
func (p *Proxy) AwaitHold(t testing.TB, text string) Hold {
	t.Helper()
	var found Hold
	Await(t, holdLimit, func() string { return fmt.Sprintf("no hold whose SQL contains %q", text) }, func() bool {
		for _, hold := range p.Holds(t) {
			if hold.State == "pending" && strings.Contains(hold.SQL, text) {
				found = hold
				return true
			}
		}
		return false
	})
	return found
}

// AwaitState waits until a hold is in a state and returns it.
func (p *Proxy) AwaitState(t testing.TB, id, state string) Hold {
	t.Helper()
	var hold Hold
	what := func() string { return fmt.Sprintf("hold %s is %s, want %s", id, hold.State, state) }
	Await(t, holdLimit, what, func() bool {
		hold = p.Hold(t, id)
		return hold.State == state
	})
	return hold
}

// Approve approves a hold at the control socket, as `holdfast approve` does.
func (p *Proxy) Approve(t testing.TB, id string) {
	t.Helper()
	if err := p.Answer(id, "approve"); err != nil {
		t.Fatalf("pgtest: approving %s: %v", id, err)
	}
}

// Deny denies a hold at the control socket, as `holdfast deny` does.
func (p *Proxy) Deny(t testing.TB, id string) {
	t.Helper()
	if err := p.Answer(id, "deny"); err != nil {
		t.Fatalf("pgtest: denying %s: %v", id, err)
	}
}

// Answer sends an answer, "approve" or "deny", for goroutines that may not fail
// a test.
func (p *Proxy) Answer(id, verb string) error {
	return p.call(http.MethodPost, "/v1/holds/"+id+"/"+verb, struct{}{}, nil)
}

// Waiting is Holds for goroutines that may not fail a test.
func (p *Proxy) Waiting() ([]Hold, error) { return p.list("/v1/holds") }

// call sends one request to the control socket. into may be nil.
func (p *Proxy) call(method, path string, body, into any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("encoding a request: %w", err)
	}
	// One connection a call: the process behind the socket changes in some tests.
	client := http.Client{Timeout: holdLimit, Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", p.Socket)
		},
	}}
	request, err := http.NewRequest(method, "http://holdfast"+path, bytes.NewReader(text))
	if err != nil {
		return fmt.Errorf("making a request: %w", err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("asking the control socket: %w", err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return fmt.Errorf("reading the answer: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", response.Status, answer)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(answer, into)
}
