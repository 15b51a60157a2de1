package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// PostgreSQL's programs for upkeep ask nobody, but for those that destroy.
func TestPrograms(t *testing.T) {
	v := pgtest.NewestWith(t, "vacuumdb")
	s := newScene(t, pgtest.Shared(t, v), nil)
	command := func(name string, args ...string) (string, []string) {
		return filepath.Join(v.Bin, name), append([]string{"-h", s.hf.Host, "-p", s.hf.Listen[len(s.hf.Host)+1:], "-U", "postgres"}, args...)
	}
	for _, args := range [][]string{
		{"pg_isready"}, {"vacuumdb", "--analyze", "--table=events", s.db}, {"vacuumdb", "--full", "--table=events", s.db},
		{"reindexdb", "--table=events", s.db}, {"clusterdb", s.db}, {"pg_amcheck", "--install-missing", "--table=events", s.db},
		{"vacuumlo", "--dry-run", s.db},
	} {
		program, args := command(args[0], args[1:]...)
		cmd := exec.Command(program, args...)
		cmd.Env = append(os.Environ(), "LC_ALL=C")
		mustRun(t, cmd)
	}
	if held := s.hf.AllHolds(t); len(held) > 0 {
		t.Errorf("%d statements were held, as %q", len(held), held[0].SQL)
	}

	s.srv.Exec(t, s.db, "SELECT lo_create(920001)")
	s.srv.Exec(t, "postgres", "CREATE DATABASE doomed_by_dropdb")
	s.srv.Exec(t, "postgres", "CREATE ROLE doomed_by_dropuser")
	for _, held := range []struct {
		args []string
		sql  string
	}{
		{[]string{"vacuumlo", s.db}, "FunctionCall"}, // of lo_unlink,
		{[]string{"dropdb", "--if-exists", "doomed_by_dropdb"}, "DROP DATABASE"},
		{[]string{"dropuser", "doomed_by_dropuser"}, "DROP ROLE"},
	} {
		t.Run(held.args[0], func(t *testing.T) {
			program, args := command(held.args[0], held.args[1:]...)
			ended := beside(t, program, args...)
			s.deny(t, held.sql)
			if out := <-ended; !strings.Contains(out.Stderr, "holdfast: denied by") {
				t.Errorf("exit %d: %s%s", out.Exit, out.Stdout, out.Stderr)
			}
			ended = beside(t, program, args...)
			if out, asked := answerUntil(t, s.hf, "approve", ended); out.Exit != 0 || asked == 0 {
				t.Errorf("exit %d after %d approvals: %s%s", out.Exit, asked, out.Stdout, out.Stderr)
			}
		})
	}
	left := s.value(t, "SELECT (SELECT count(*) FROM pg_largeobject_metadata) + (SELECT count(*) FROM pg_database WHERE datname LIKE 'doomed%') + (SELECT count(*) FROM pg_roles WHERE rolname LIKE 'doomed%')")
	if left != "0" {
		t.Errorf("%s of 3 things are left", left)
	}
}
