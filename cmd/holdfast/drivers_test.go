package main_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// driverLimit bounds one session of examples/drivers.
const driverLimit = 2 * time.Minute

// driver runs a program of examples/drivers and answers its holds as the names
// of its tables say, until it ends. It fails unless the program exits with 0 and
// each of its steps says ok.
func driver(t *testing.T, s scene, steps int, cmd *exec.Cmd) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), driverLimit)
	defer cancel()
	answered := make(chan struct{})
	ended := make(chan pgtest.Output, 1)
	go func() {
		defer close(answered)
		answerHolds(ctx, s.hf)
	}()
	go func() { ended <- pgtest.Run(cmd) }()

	var out pgtest.Output
	select {
	case out = <-ended:
	case <-ctx.Done():
		cmd.Process.Kill()
		out = <-ended
		t.Errorf("the session did not end within %s", driverLimit)
	}
	cancel()
	<-answered
	if ok := strings.Count("\n"+out.Stdout, "\nok "); out.Exit != 0 || ok != steps {
		t.Errorf("exit %d, %d steps of %d ok:\n%s%s", out.Exit, ok, steps, out.Stdout, out.Stderr)
	}
	if kept := s.value(t, "SELECT to_regclass('deny_me')"); kept != "deny_me" {
		t.Error("deny_me is gone")
	}
}

// answerHolds approves holds on approve_me, denies those on deny_me and leaves
// those on withdraw_me to their requester, until ctx ends.
func answerHolds(ctx context.Context, hf *pgtest.Proxy) {
	answers := map[string]string{"approve_me": "approve", "deny_me": "deny", "EXECUTE purge": "deny"}
	for ; ctx.Err() == nil; time.Sleep(20 * time.Millisecond) {
		waiting, _ := hf.Waiting() // an error shows as a session that does not end
		for _, hold := range waiting {
			for table, verb := range answers {
				if strings.Contains(hold.SQL, table) {
					hf.Answer(hold.ID, verb) // as does a refused answer
				}
			}
		}
	}
}

func example(t *testing.T, name string) string {
	t.Helper()
	root, err := pgtest.Root()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(root, "examples", "drivers", name)
}

func TestDriverPgx(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		driver(t, s, 13, exec.Command(pgtest.Binary(t, "./examples/drivers/go/pgx"), s.hf.URL(s.db)))
	})
}

func TestDriverPq(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		driver(t, s, 7, exec.Command(pgtest.Binary(t, "./examples/drivers/go/pq"), s.hf.URLWith(s.db, "sslmode", "disable")))
	})
}

func TestDriverPsycopg(t *testing.T) {
	python := pythonWith(t, "psycopg")
	each(t, nil, func(t *testing.T, s scene) {
		driver(t, s, 12, exec.Command(python, example(t, "python/session.py"), s.hf.URL(s.db)))
	})
}

func TestDriverNode(t *testing.T) {
	node := needs(t, "node")
	modules := filepath.Join(pgtest.CacheFolder(), "node", "node_modules")
	if _, err := os.Stat(filepath.Join(modules, "pg")); err != nil {
		missing(t, "node-postgres")
	}
	each(t, nil, func(t *testing.T, s scene) {
		cmd := exec.Command(node, example(t, "node/session.js"), s.hf.URL(s.db))
		cmd.Env = append(os.Environ(), "NODE_PATH="+modules)
		driver(t, s, 9, cmd)
	})
}

// The psql session checks nothing by itself: its output is looked at here.
func TestDriverPsql(t *testing.T) {
	needs(t, "psql")
	each(t, nil, func(t *testing.T, s scene) {
		ctx, cancel := context.WithTimeout(t.Context(), driverLimit)
		defer cancel()
		answered := make(chan struct{})
		go func() {
			defer close(answered)
			answerHolds(ctx, s.hf)
		}()
		cmd := exec.CommandContext(ctx, "psql", "-X", "-A", "-t", "-d", s.hf.URL(s.db), "-f", example(t, "psql/session.sql"))
		out := pgtest.Run(cmd)
		cancel()
		<-answered
		wantAll(t, out.Stdout,
			"== allowed traffic\n", "INSERT 0 2\n", "DELETE 1\n",
			"== approved\n", "DROP TABLE\n",
			"== denied\n", "ZH002\n", "0\n",
			"== denied in a transaction\n", "ZH002\n", "25P02\n", "ROLLBACK\n", "0\n",
			"== COPY and large objects\n", "COPY 1\n", "1\n3\n", "lo_import ", "t\n",
			"== prepared\n", "PREPARE\n", "ZH002\n")
	})
}

// pythonWith finds a python3 that has the module: one of somebody's own may come
// first on PATH, while the module belongs to the system's.
func pythonWith(t *testing.T, module string) string {
	t.Helper()
	for _, python := range []string{"python3", "/usr/bin/python3"} {
		if exec.Command(python, "-c", "import "+module).Run() == nil {
			return python
		}
	}
	missing(t, module)
	return ""
}

// missing skips a test for what is not installed; with CI=true it fails.
func missing(t *testing.T, what string) {
	t.Helper()
	text := fmt.Sprintf("%s is not installed: run .ci/setup test", what)
	if os.Getenv("CI") == "true" {
		t.Fatal(text)
	}
	t.Skip(text)
}
