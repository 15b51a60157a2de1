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
