package main_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// migrations runs a session of examples/migrations. All that is asked about is
// approved but what concerns deny_me. asked are words of the statements that must be
// asked about, in order, and of no others; sent is how many statements the framework
// sends at least, so that a session that did nothing is noticed.
func migrations(t *testing.T, s scene, steps, sent int, cmd *exec.Cmd, asked ...string) {
	t.Helper()
	cmd.Env = append(cmd.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	answered(t, s, steps, cmd, approveButDenyMe)
	held := s.hf.AllHolds(t)
	slices.SortFunc(held, func(a, b pgtest.Hold) int { return a.Asked.Compare(b.Asked) })
	for i, hold := range held {
		if i >= len(asked) || !strings.Contains(hold.SQL, asked[i]) {
			t.Errorf("hold %d of %d is of %q, by rule %s", i+1, len(held), hold.SQL, hold.Rule)
		}
	}
	if len(held) < len(asked) {
		t.Errorf("%d statements were held, want %q", len(held), asked)
	}
	var status struct{ Hosts []struct{ Statements int } }
	if err := json.Unmarshal([]byte(s.hf.MustCLI(t, "status", "--json")), &status); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d statements were sent, and %d of them asked", status.Hosts[0].Statements, len(held))
	if status.Hosts[0].Statements < sent {
		t.Errorf("%d statements were sent, want %d and more", status.Hosts[0].Statements, sent)
	}
}

func approveButDenyMe(ctx context.Context, hf *pgtest.Proxy) {
	for ; ctx.Err() == nil; time.Sleep(20 * time.Millisecond) {
		waiting, _ := hf.Waiting() // an error shows as a session that does not end
		for _, hold := range waiting {
			verb := "approve"
			if strings.Contains(hold.SQL, "deny_me") {
				verb = "deny"
			}
			hf.Answer(hold.ID, verb) // as does a refused answer
		}
	}
}

func migration(t *testing.T, name string) string {
	t.Helper()
	return filepath.Join(filepath.Dir(example(t, "")), "migrations", name)
}

func TestMigrationsDjango(t *testing.T) {
	python3 := runtimeWith(t, "python3", "Django", "-c", "import django, psycopg2")
	onNewest(t, nil, func(t *testing.T, s scene) {
		migrations(t, s, 7, 100, exec.Command(python3, migration(t, "django/session.py"), s.hf.URL(s.db)),
			"\"django_content_type\" DROP COLUMN \"name\"", "DROP COLUMN \"approve_me\"", "DROP TABLE \"deny_me\"")
	})
}

func TestMigrationsAlembic(t *testing.T) {
	python3 := runtimeWith(t, "python3", "Alembic", "-c", "import alembic, psycopg2, asyncpg")
	onNewest(t, nil, func(t *testing.T, s scene) {
		migrations(t, s, 7, 100, exec.Command(python3, migration(t, "alembic/session.py"), s.hf.URL(s.db)),
			"DROP COLUMN approve_me", "DROP COLUMN approve_me", "DROP TABLE deny_me")
	})
}

func TestMigrationsRails(t *testing.T) {
	ruby := runtimeWith(t, "ruby", "ActiveRecord", "-r", "pg", "-r", "active_record", "-e", "1")
	onNewest(t, nil, func(t *testing.T, s scene) {
		migrations(t, s, 7, 100, exec.Command(ruby, migration(t, "rails/session.rb"), s.hf.URL(s.db)),
			`DROP COLUMN "approve_me"`, `DROP COLUMN "approve_me"`, `DROP TABLE "deny_me"`)
	})
}

// nodeModules is where .ci/setup keeps the packages of node, and fails or skips the
// test for those that are missing.
func nodeModules(t *testing.T, packages ...string) string {
	t.Helper()
	modules := filepath.Join(pgtest.CacheFolder(), "node", "node_modules")
	for _, name := range packages {
		if _, err := os.Stat(filepath.Join(modules, name)); err != nil {
			missing(t, name+" for node")
		}
	}
	return modules
}
