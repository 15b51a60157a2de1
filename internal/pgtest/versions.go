package pgtest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// The major versions of PostgreSQL that holdfast is tested on.
const (
	oldestMajor = 15
	newestMajor = 18
)

// Version is an installed PostgreSQL server.
type Version struct {
	Major int    // 15
	Full  string // "15.18 (Debian 15.18-0+deb12u1)"
	Bin   string // folder with initdb and postgres
}

// String is the major version, the name of a subtest.
func (v Version) String() string { return strconv.Itoa(v.Major) }

// Versions are the servers that were found, oldest first. A version of 15 to 18
// that is missing is logged, and with CI=true it fails the test; without any
// server the test is skipped. HOLDFAST_TEST_PG ("15,18") restricts the list.
func Versions(t testing.TB) []Version {
	t.Helper()
	var chosen []Version
	for major := oldestMajor; major <= newestMajor; major++ {
		if !wanted(major) {
			continue
		}
		if v, found := installed()[major]; found {
			chosen = append(chosen, v)
			continue
		}
		if os.Getenv("CI") == "true" {
			t.Fatalf("pgtest: PostgreSQL %d is missing, and CI=true: run .ci/setup test", major)
		}
		t.Logf("pgtest: skipping PostgreSQL %d, not installed: run .ci/setup test", major)
	}
	if len(chosen) == 0 {
		t.Skip("pgtest: no PostgreSQL server installed: run .ci/setup test")
	}
	return chosen
}

// Newest is the newest of Versions, for tests that one server is enough for.
func Newest(t testing.TB) Version {
	t.Helper()
	versions := Versions(t)
	return versions[len(versions)-1]
}

// Each runs test once for each of Versions, as a subtest named after it, on the
// server the package shares for that version.
func Each(t *testing.T, test func(t *testing.T, srv *Server)) {
	t.Helper()
	for _, v := range Versions(t) {
		t.Run(v.String(), func(t *testing.T) { test(t, Shared(t, v)) })
	}
}

func wanted(major int) bool {
	list := os.Getenv("HOLDFAST_TEST_PG")
	return list == "" || slices.Contains(strings.Split(list, ","), strconv.Itoa(major))
}

// CacheFolder is where .ci/setup keeps what it fetched; the script decides the
// same way.
func CacheFolder() string {
	if folder := os.Getenv("HOLDFAST_TEST_CACHE"); folder != "" {
		return folder
	}
	if os.Getuid() == 0 {
		return "/var/cache/holdfast"
	}
	if folder := os.Getenv("XDG_CACHE_HOME"); folder != "" {
		return filepath.Join(folder, "holdfast")
	}
	home, _ := os.UserHomeDir()
	return filepath.Join(home, ".cache", "holdfast")
}

// installed looks for servers once per process: what .ci/setup fetched, then
// Debian's folders, then PATH.
var installed = sync.OnceValue(func() map[int]Version {
	found := make(map[int]Version)
	for _, bin := range binFolders() {
		v, err := inspect(bin)
		if err != nil {
			continue // no server there, or one that cannot run on this machine
		}
		if _, known := found[v.Major]; !known {
			found[v.Major] = v
		}
	}
	return found
})

func binFolders() []string {
	var folders []string
	for major := oldestMajor; major <= newestMajor; major++ {
		folders = append(folders,
			filepath.Join(CacheFolder(), "postgres", strconv.Itoa(major), "bin"),
			filepath.Join("/usr/lib/postgresql", strconv.Itoa(major), "bin"))
	}
	if postgres, err := exec.LookPath("postgres"); err == nil {
		folders = append(folders, filepath.Dir(postgres))
	}
	return folders
}

func inspect(bin string) (Version, error) {
	if _, err := os.Stat(filepath.Join(bin, "initdb")); err != nil {
		return Version{}, fmt.Errorf("looking for initdb: %w", err)
	}
	out, err := exec.Command(filepath.Join(bin, "postgres"), "--version").Output()
	if err != nil {
		return Version{}, fmt.Errorf("asking %q for its version: %w", bin, err)
	}
	full := strings.TrimSpace(strings.TrimPrefix(string(out), "postgres (PostgreSQL) "))
	digits, _, _ := strings.Cut(full, ".")
	major, err := strconv.Atoi(digits)
	if err != nil {
		return Version{}, fmt.Errorf("reading version %q: %w", full, err)
	}
	return Version{Major: major, Full: full, Bin: bin}, nil
}

// NewestWith is the newest of Versions that comes with a program, as pg_dump,
// which has to be as new as its server. npm's servers come without programs.
func NewestWith(t testing.TB, program string) Version {
	t.Helper()
	versions := Versions(t)
	for i := len(versions) - 1; i >= 0; i-- {
		if _, err := os.Stat(filepath.Join(versions[i].Bin, program)); err == nil {
			return versions[i]
		}
	}
	if os.Getenv("CI") == "true" && os.Getenv("HOLDFAST_TEST_PG") == "" {
		t.Fatalf("pgtest: no server comes with %s, and CI=true: run .ci/setup test", program)
	}
	t.Skipf("pgtest: no server comes with %s: run .ci/setup test", program)
	return Version{}
}

// Program is the path of one of PostgreSQL's programs, of whichever version has
// it: for those that talk to servers of every version, as pgbench.
func Program(t testing.TB, name string) string {
	t.Helper()
	for major := newestMajor; major >= oldestMajor; major-- {
		path := filepath.Join(installed()[major].Bin, name)
		if _, err := os.Stat(path); err == nil && filepath.IsAbs(path) {
			return path
		}
	}
	path, err := exec.LookPath(name)
	switch {
	case err == nil:
	case os.Getenv("CI") == "true":
		t.Fatalf("pgtest: %s is missing, and CI=true: run .ci/setup test", name)
	default:
		t.Skipf("pgtest: %s is not installed: run .ci/setup test", name)
	}
	return path
}
