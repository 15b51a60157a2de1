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

// migrating is a session of examples/migrations: what must come of it.
type migrating struct {
	steps int // that say ok
	sent  int // statements that the framework sends at least, so that one that did nothing is noticed

	// asked are words of the statements that must be asked about, in order, and of no
	// others but those that have words of needless.
	asked []string

	// needless is what destroys nothing and is held in this version all the same, and
	// why. docs/transparency.md names it.
	needless map[string]string
}

// run runs the session. All that is asked about is approved but what concerns deny_me.
func (m migrating) run(t *testing.T, s scene, cmd *exec.Cmd) {
	t.Helper()
	driven(t, s, m.steps, cmd, approveButDenyMe)
	held := s.hf.AllHolds(t)
	slices.SortFunc(held, func(a, b pgtest.Hold) int { return a.Asked.Compare(b.Asked) })
	asked := m.asked
	for _, hold := range held {
		switch needless := m.needlessly(hold.SQL); {
		case len(asked) > 0 && strings.Contains(hold.SQL, asked[0]):
			asked = asked[1:]
		case needless != "":
			t.Logf("held needlessly, since %s: %q", needless, hold.SQL)
		default:
			t.Errorf("rule %s held %q, want %q", hold.Rule, hold.SQL, asked)
		}
	}
	if len(asked) > 0 {
		t.Errorf("nobody was asked about %q", asked)
	}
	var status struct{ Hosts []struct{ Statements int } }
	if err := json.Unmarshal([]byte(s.hf.MustCLI(t, "status", "--json")), &status); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d statements were sent, and %d of them asked", status.Hosts[0].Statements, len(held))
	if status.Hosts[0].Statements < m.sent {
		t.Errorf("%d statements were sent, want %d and more", status.Hosts[0].Statements, m.sent)
	}
}

// needlessly is why a harmless statement is held in this version, "" if it is not
// known to be one.
func (m migrating) needlessly(sql string) string {
	for words, why := range m.needless {
		if strings.Contains(sql, words) {
			return why
		}
	}
	return ""
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
		// The first is Django's own, of its first migrations of each database.
		m := migrating{steps: 7, sent: 300, asked: []string{`"django_content_type" DROP COLUMN "name"`, `DROP COLUMN "approve_me"`, `DROP TABLE "deny_me"`}}
		cmd := exec.Command(python3, migration(t, "django/session.py"), s.hf.URL(s.db))
		cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
		m.run(t, s, cmd)
	})
}

func TestMigrationsAlembic(t *testing.T) {
	python3 := runtimeWith(t, "python3", "Alembic", "-c", "import alembic, psycopg2, asyncpg")
	onNewest(t, nil, func(t *testing.T, s scene) {
		m := migrating{steps: 7, sent: 150, asked: []string{"DROP COLUMN approve_me", "DROP COLUMN approve_me", "DROP TABLE deny_me"}}
		cmd := exec.Command(python3, migration(t, "alembic/session.py"), s.hf.URL(s.db))
		cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
		m.run(t, s, cmd)
	})
}

func TestMigrationsRails(t *testing.T) {
	ruby := runtimeWith(t, "ruby", "ActiveRecord", "-r", "pg", "-r", "active_record", "-e", "1")
	onNewest(t, nil, func(t *testing.T, s scene) {
		m := migrating{steps: 7, sent: 200, asked: []string{`DROP COLUMN "approve_me"`, `DROP COLUMN "approve_me"`, `DROP TABLE "deny_me"`}}
		m.run(t, s, exec.Command(ruby, migration(t, "rails/session.rb"), s.hf.URL(s.db)))
	})
}

func TestMigrationsKnex(t *testing.T) {
	inNode(t, "knex", []string{"knex", "pg"}, migrating{
		steps: 5, sent: 90, asked: []string{`drop column "approve_me"`, `drop column "approve_me"`, `drop table if exists "deny_me"`},
		needless: map[string]string{`update "knex_migrations_lock" set "is_locked" = $1`: "nobody knows that the table has one row"},
	})
}

func TestMigrationsSequelize(t *testing.T) {
	inNode(t, "sequelize", []string{"sequelize", "pg"}, migrating{
		steps: 4, sent: 40, asked: []string{`DROP COLUMN "approve_me"`, `DROP TABLE IF EXISTS "deny_me"`},
		needless: map[string]string{"DO 'BEGIN CREATE TYPE": "every DO is held"},
	})
}

func TestMigrationsTypeORM(t *testing.T) {
	inNode(t, "typeorm", []string{"typeorm", "pg", "reflect-metadata"}, migrating{
		steps: 6, sent: 120, asked: []string{`DROP COLUMN "approve_me"`, `DROP COLUMN "approve_me"`, `DROP TABLE "deny_me"`},
	})
}

// inNode runs the session of a framework for node.
func inNode(t *testing.T, folder string, packages []string, m migrating) {
	t.Helper()
	program, modules := needs(t, "node"), nodeModules(t, packages...)
	onNewest(t, nil, func(t *testing.T, s scene) {
		cmd := exec.Command(program, migration(t, folder+"/session.js"), s.hf.URL(s.db))
		cmd.Env = append(os.Environ(), "NODE_PATH="+modules)
		m.run(t, s, cmd)
	})
}
