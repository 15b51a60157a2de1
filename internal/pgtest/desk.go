package pgtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
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
	cmd.Env = append(os.Environ(), "HOLDFAST_SOCKET="+p.Socket, raceOptions)
	return cmd
}

// Run runs a command to its end.
func Run(cmd *exec.Cmd) Output {
	var stdout, stderr bytes.Buffer
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

// Holds are the holds that wait, in the order of the CLI.
func (p *Proxy) Holds(t testing.TB) []Hold {
	t.Helper()
	return decodeHolds(t, p.MustCLI(t, "holds", "--json"))
}

// AllHolds are the holds that wait and those that ended.
func (p *Proxy) AllHolds(t testing.TB) []Hold {
	t.Helper()
	return decodeHolds(t, p.MustCLI(t, "holds", "--all", "--json"))
}

// Hold is one hold by its id.
func (p *Proxy) Hold(t testing.TB, id string) Hold {
	t.Helper()
	holds := decodeHolds(t, p.MustCLI(t, "show", id, "--json"))
	if len(holds) != 1 {
		t.Fatalf("pgtest: show %s --json printed %d objects", id, len(holds))
	}
	return holds[0]
}

func decodeHolds(t testing.TB, lines string) []Hold {
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

// Approve approves a hold with the CLI; args follow ("--note", "fine").
func (p *Proxy) Approve(t testing.TB, id string, args ...string) {
	t.Helper()
	p.MustCLI(t, append([]string{"approve", id}, args...)...)
}

// Deny denies a hold with the CLI; args follow ("--note", "not today").
func (p *Proxy) Deny(t testing.TB, id string, args ...string) {
	t.Helper()
	p.MustCLI(t, append([]string{"deny", id}, args...)...)
}
