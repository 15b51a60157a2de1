package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// archive is a database of every kind of thing, behind holdfast, with the
// programs of its server's own version.
type archive struct {
	scene
	t   *testing.T
	bin string
}

func newArchive(t *testing.T) archive {
	t.Helper()
	v := pgtest.NewestWith(t, "pg_dump")
	a := archive{scene: newScene(t, pgtest.Shared(t, v), nil), t: t, bin: v.Bin}
	a.db = a.srv.Database(t)
	library, err := os.ReadFile(example(t, "pgdump/library.sql"))
	if err != nil {
		t.Fatal(err)
	}
	a.srv.Exec(t, a.db, string(library))
	return a
}

// program is a command of the server's own version, with its folder on PATH.
func (a archive) program(name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(a.t.Context(), name, args...)
	if !filepath.IsAbs(name) {
		cmd = exec.CommandContext(a.t.Context(), filepath.Join(a.bin, name), args...)
	}
	cmd.Env = append(os.Environ(), "PATH="+a.bin+":"+os.Getenv("PATH"), "LC_ALL=C")
	return cmd
}

// run runs a command and fails the test unless it succeeds without a warning.
func (a archive) run(name string, args ...string) string {
	a.t.Helper()
	out := pgtest.Run(a.program(name, args...))
	if out.Exit != 0 || out.Stderr != "" {
		a.t.Fatalf("%s %s exits with %d:\n%s%s", name, strings.Join(args, " "), out.Exit, out.Stdout, out.Stderr)
	}
	return out.Stdout
}

// text is the plain dump of a database, read without holdfast.
func (a archive) text(database string) string {
	a.t.Helper()
	return withoutGuard(a.run("pg_dump", a.srv.URL(database)))
}

// wantSame fails unless the dumps of the database and of a restored one are
// equal.
func (a archive) wantSame(database string) {
	a.t.Helper()
	before, after := a.text(a.db), a.text(database)
	if !strings.Contains(before, "lo_create('910001')") || !strings.Contains(before, "COPY public.events_rest") {
		a.t.Fatal("the dump lacks large objects or partitions")
	}
	if before != after {
		wantEqualTraces(a.t, before, after)
		a.t.Error("the dumps differ")
	}
}

func (a archive) wantNothingHeld() {
	a.t.Helper()
	if held := a.hf.AllHolds(a.t); len(held) > 0 {
		a.t.Errorf("%d statements were held, as %q", len(held), held[0].SQL)
	}
}

// A dump and a restore through an enforced holdfast lose nothing and ask nobody,
// in every format; the script of examples/drivers does both.
func TestDumpAndRestore(t *testing.T) {
	a := newArchive(t)
	for _, format := range []string{"plain", "custom", "directory"} {
		t.Run(format, func(t *testing.T) {
			a.t = t
			target := a.srv.Database(t)
			out := a.run(example(t, "pgdump/roundtrip.sh"), format, a.hf.URL(a.db), a.hf.URL(target))
			wantAll(t, out, "ok "+format+"\n")
			a.wantSame(target)
			a.wantNothingHeld()
		})
	}
}

// A dump read through holdfast is the server's own, and so are the archives of
// pg_dumpall.
func TestDumpIsTheServersOwn(t *testing.T) {
	a := newArchive(t)
	for _, args := range [][]string{
		{"pg_dump", "--inserts", "--rows-per-insert=10", "--clean", "--if-exists", "--create"},
		{"pg_dump", "--section=pre-data"},
		{"pg_dump", "--serializable-deferrable", "--column-inserts"},
		{"pg_dumpall", "--globals-only"},
	} {
		direct := a.run(args[0], append(args[1:len(args):len(args)], "-d", a.srv.URL(a.db))...)
		through := a.run(args[0], append(args[1:len(args):len(args)], "-d", a.hf.URL(a.db))...)
		if withoutGuard(direct) != withoutGuard(through) {
			t.Errorf("%q differs through holdfast", args)
		}
	}
	a.wantNothingHeld()
}

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
		through, held := approveUntil(t, a.hf, beside(t, filepath.Join(a.bin, "pg_restore"), clean(a.hf.URL(target))...))
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
		out, held := approveUntil(t, a.hf, restore)
		if out.Exit != 0 || held == 0 {
			t.Errorf("pg_restore exits with %d after %d holds: %s", out.Exit, held, out.Stderr)
		}
		a.wantSame(target)
	})
}

// withoutGuard leaves out psql's guard against planted dumps, which is another
// word in each dump.
func withoutGuard(dump string) string {
	var kept strings.Builder
	for line := range strings.Lines(dump) {
		if !strings.HasPrefix(line, `\restrict `) && !strings.HasPrefix(line, `\unrestrict `) {
			kept.WriteString(line)
		}
	}
	return kept.String()
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

// approveUntil approves whatever is held until a program has ended, and returns
// its output and how many holds there were.
func approveUntil(t *testing.T, hf *pgtest.Proxy, ended <-chan pgtest.Output) (out pgtest.Output, held int) {
	t.Helper()
	seen := make(map[string]bool)
	pgtest.Await(t, driverLimit, func() string { return "the program did not end" }, func() bool {
		for _, hold := range hf.Holds(t) {
			hf.Answer(hold.ID, "approve") // it may have been answered since
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
