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
	driven(t, s, steps, cmd, answerHolds)
}

// driven is driver with answers of one's own.
func driven(t *testing.T, s scene, steps int, cmd *exec.Cmd, answer func(context.Context, *pgtest.Proxy)) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), driverLimit)
	defer cancel()
	done := make(chan struct{})
	ended := make(chan pgtest.Output, 1)
	go func() {
		defer close(done)
		answer(ctx, s.hf)
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
	<-done
	if ok := strings.Count("\n"+out.Stdout, "\nok "); out.Exit != 0 || ok != steps {
		t.Errorf("exit %d, %d steps of %d ok:\n%s%s", out.Exit, ok, steps, out.Stdout, out.Stderr)
	}
	if kept := s.value(t, "SELECT to_regclass('deny_me')"); kept != "deny_me" {
		t.Error("deny_me is gone")
	}
}

// answerHolds approves holds on approve_me, denies those on deny_me and of
// functions called outside of a statement (lo_unlink), and leaves those on
// withdraw_me to their requester, until ctx ends.
func answerHolds(ctx context.Context, hf *pgtest.Proxy) {
	answers := map[string]string{"approve_me": "approve", "deny_me": "deny", "EXECUTE purge": "deny", "FunctionCall": "deny"}
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

// A driver runs on every server version, as long as it takes no more than a few
// seconds on each.

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

// Programs get no banner unless the file says so; then no driver minds.
func TestDriversTakeTheBanner(t *testing.T) {
	for name, session := range map[string]func(t *testing.T, s scene) (int, *exec.Cmd){
		"pgx": func(t *testing.T, s scene) (int, *exec.Cmd) {
			return 14, exec.Command(pgtest.Binary(t, "./examples/drivers/go/pgx"), s.hf.URL(s.db))
		},
		"pq": func(t *testing.T, s scene) (int, *exec.Cmd) {
			return 10, exec.Command(pgtest.Binary(t, "./examples/drivers/go/pq"), s.hf.URLWith(s.db, "sslmode", "disable"))
		},
		"node-postgres": func(t *testing.T, s scene) (int, *exec.Cmd) {
			cmd := exec.Command(needs(t, "node"), example(t, "node/pg/session.js"), s.hf.URL(s.db))
			cmd.Env = append(os.Environ(), "NODE_PATH="+nodeModules(t, "pg", "pg-cursor", "pg-query-stream", "pg-copy-streams"))
			return 13, cmd
		},
		"asyncpg": func(t *testing.T, s scene) (int, *exec.Cmd) {
			python3 := runtimeWith(t, "python3", "asyncpg", "-c", "import asyncpg")
			return 12, exec.Command(python3, example(t, "python/asyncpg/session.py"), s.hf.URL(s.db))
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newConfigured(t, "banner: program\n").scene
			wantOpening(t, s.hf.Listen, "", 1)
			steps, cmd := session(t, s)
			driver(t, s, steps, cmd)
		})
	}
}

// runtimeWith finds an interpreter for which the probe exits with 0: one of
// somebody's own may come first on PATH, while the module belongs to the system's.
func runtimeWith(t *testing.T, program, module string, probe ...string) string {
	t.Helper()
	for _, candidate := range []string{program, filepath.Join("/usr/bin", program)} {
		if exec.Command(candidate, probe...).Run() == nil {
			return candidate
		}
	}
	missing(t, module+" for "+program)
	return ""
}

// build runs a compiler before a driver's test.
func build(t *testing.T, program string, args ...string) {
	t.Helper()
	if out := pgtest.Run(exec.Command(program, args...)); out.Exit != 0 {
		t.Fatalf("%s exited with %d:\n%s%s", program, out.Exit, out.Stdout, out.Stderr)
	}
}

// sources are the files of a driver's session that a compiler is given.
func sources(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(example(t, pattern))
	if err != nil || len(files) == 0 {
		t.Fatalf("no sources are called %q: %v", pattern, err)
	}
	return files
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
