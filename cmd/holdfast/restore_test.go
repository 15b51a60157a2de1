package main_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// pg_restore --clean drops first: each is held, and approved they run as they do
// without holdfast. (Some fail on any server: the key of a partition cannot be
// dropped by itself.)
func TestRestoreClean(t *testing.T) {
	a := newArchive(t)
	file := filepath.Join(t.TempDir(), "dump")
	a.run("pg_dump", "--format=custom", "--file="+file, a.hf.URL(a.db))
	restored := func() string {
		target := a.srv.Database(t)
		a.run("pg_restore", "--dbname="+a.srv.URL(target), file)
		a.srv.Exec(t, target, "INSERT INTO events VALUES (99999, '2026-05-05', 'to be dropped')")
		return target
	}
	clean := func(url string) []string { return []string{"--clean", "--dbname=" + url, file} }

	t.Run("denied", func(t *testing.T) {
		a.t = t
		target := restored()
		before := a.text(target)
		restore := beside(t, filepath.Join(a.bin, "pg_restore"), append(clean(a.hf.URL(target)), "--exit-on-error")...)
		a.deny(t, "DROP ")
		out := <-restore
		if out.Exit == 0 || !strings.Contains(out.Stderr, "ERROR:  holdfast: denied by") {
			t.Errorf("pg_restore exits with %d after a denial: %s", out.Exit, out.Stderr)
		}
		if a.text(target) != before {
			t.Error("the database has changed")
		}
	})
	t.Run("approved", func(t *testing.T) {
		a.t = t
		target := restored()
		direct := pgtest.Run(a.program("pg_restore", clean(a.srv.URL(restored()))...))
		through, held := answerUntil(t, a.hf, "approve", beside(t, filepath.Join(a.bin, "pg_restore"), clean(a.hf.URL(target))...))
		if errors := withoutNotices(through.Stderr); through.Exit != direct.Exit || errors != direct.Stderr {
			t.Errorf("pg_restore exits with %d: %s\ndirect with %d: %s", through.Exit, errors, direct.Exit, direct.Stderr)
		}
		if held < 10 {
			t.Errorf("%d statements were held, want those of 10 kinds of things", held)
		}
		a.wantSame(target)
	})
}

// pg_restore with several connections empties each table that it has created: it
// is held. With the tables made by a run before, it asks nobody.
func TestRestoreParallel(t *testing.T) {
	a := newArchive(t)
	folder := filepath.Join(t.TempDir(), "dump")
	a.run("pg_dump", "--format=directory", "--jobs=2", "--file="+folder, a.hf.URL(a.db))

	t.Run("in three sections", func(t *testing.T) {
		a.t = t
		target := a.srv.Database(t)
		for _, section := range []string{"pre-data", "data", "post-data"} {
			a.run("pg_restore", "--jobs=2", "--section="+section, "--exit-on-error", "--dbname="+a.hf.URL(target), folder)
		}
		a.wantSame(target)
		a.wantNothingHeld()
	})
	t.Run("in one run", func(t *testing.T) {
		a.t = t
		target := a.srv.Database(t)
		restore := beside(t, filepath.Join(a.bin, "pg_restore"), "--jobs=2", "--exit-on-error", "--dbname="+a.hf.URL(target), folder)
		out, held := answerUntil(t, a.hf, "approve", restore)
		if out.Exit != 0 || held == 0 {
			t.Errorf("pg_restore exits with %d after %d holds: %s", out.Exit, held, out.Stderr)
		}
		a.wantSame(target)
	})
}

// withoutNotices leaves out what holdfast tells a client whose statement waits.
func withoutNotices(stderr string) string {
	var kept strings.Builder
	ours := false
	for line := range strings.Lines(stderr) {
		continued := strings.HasPrefix(line, "DETAIL: ") || strings.HasPrefix(line, "HINT: ")
		ours = strings.Contains(line, "NOTICE:  holdfast: ") || ours && continued
		if !ours {
			kept.WriteString(line)
		}
	}
	return kept.String()
}

// answerUntil answers whatever is held, by approve or deny, until a program has
// ended, and returns its output and how many holds there were.
func answerUntil(t *testing.T, hf *pgtest.Proxy, verb string, ended <-chan pgtest.Output) (out pgtest.Output, held int) {
	t.Helper()
	seen := make(map[string]bool)
	pgtest.Await(t, driverLimit, func() string { return "the program did not end" }, func() bool {
		for _, hold := range hf.Holds(t) {
			hf.Answer(hold.ID, verb) // it may have been answered since
			seen[hold.ID] = true
		}
		select {
		case out = <-ended:
			return true
		default:
			return false
		}
	})
	return out, len(seen)
}
