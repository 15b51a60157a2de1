package main_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// PostgreSQL's programs that work with servers newer than themselves, on each version:
// none asks anybody, and what they make is there.
func TestProgramsOnEveryVersion(t *testing.T) {
	bin := pgtest.NewestWith(t, "createdb").Bin
	eachAtOnce(t, func(t *testing.T, s scene) {
		s.srv.Exec(t, s.db, "CREATE INDEX by_note ON events (note); CLUSTER events USING events_pkey; CREATE MATERIALIZED VIEW kept AS TABLE events")
		at := []string{"-h", s.hf.Host, "-p", strings.TrimPrefix(s.hf.Listen, s.hf.Host+":"), "-U", "postgres"}
		run := func(name string, args ...string) string {
			cmd := exec.Command(filepath.Join(bin, name), append(at[:len(at):len(at)], args...)...)
			cmd.Env = append(cmd.Environ(), "LC_ALL=C")
			return mustRun(t, cmd)
		}
		database, role := s.db+"_made", s.db+"_user"
		t.Cleanup(func() {
			s.srv.Exec(t, "postgres", "DROP DATABASE IF EXISTS "+database)
			s.srv.Exec(t, "postgres", "DROP ROLE IF EXISTS "+role)
		})
		wantAll(t, run("pg_isready"), "accepting connections")
		run("createuser", "--createdb", "--connection-limit=3", "--role=pg_monitor", role)
		run("createdb", "--owner="+role, "--template=template0", database, "drop database "+database)
		run("vacuumdb", "--analyze-in-stages", "--table=events", s.db)
		run("vacuumdb", "--freeze", "--analyze", "--jobs=2", "--skip-locked", "--table=events", "--table=kept", s.db)
		run("vacuumdb", "--full", "--table=events (id)", "--analyze", s.db)
		run("reindexdb", "--index=by_note", "--concurrently", s.db)
		run("reindexdb", "--schema=public", "--jobs=2", s.db)
		run("reindexdb", "--table=pg_catalog.pg_class", s.db)
		run("clusterdb", s.db)
		if made := s.value(t, "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = '"+database+"'"); made != role {
			t.Errorf("createdb made a database of %q, want %q", made, role)
		}
		if held := s.hf.AllHolds(t); len(held) > 0 {
			t.Errorf("%d statements were held, as %q", len(held), held[0].SQL)
		}
		if _, n := counts(t, s); n > 0 {
			t.Errorf("%d statements are recorded as not counted", n)
		}
	})
}
