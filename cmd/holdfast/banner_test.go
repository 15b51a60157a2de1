package main_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

const productionBanner = "NOTICE:  holdfast: this is production (shop); what destroys data is held here for a reviewer\n"

// withoutBanner leaves out with what psql opens.
func withoutBanner(text string) string {
	if line, rest, _ := strings.Cut(text, "\n"); strings.HasPrefix(line, "NOTICE:  holdfast: this is ") {
		return rest
	}
	return text
}

// psql says where it is before its first prompt; programs, and whoever asks for no
// notices, get not one byte more.
func TestBanner(t *testing.T) {
	pgtest.Each(t, func(t *testing.T, srv *pgtest.Server) {
		hf := pgtest.Holdfast(t, pgtest.ProxyOptions{Server: srv, Config: func(p pgtest.Paths) string { return oneHost(p, "") }})
		out := pgtest.Run(exec.Command("psql", "-X", "-A", "-t", "-d", hf.URLWith("postgres", "application_name", "psql"), "-c", "SELECT 41 + 1"))
		if out.Exit != 0 || out.Stdout != "42\n" || out.Stderr != productionBanner {
			t.Errorf("psql exits with %d and prints %q and %q", out.Exit, out.Stdout, out.Stderr)
		}
		quiet := exec.Command("psql", "-X", "-A", "-t", "-d", hf.URLWith("postgres", "application_name", "psql"), "-c", "SELECT 41 + 1")
		quiet.Env = append(os.Environ(), "PGOPTIONS=-c client_min_messages=warning")
		if out := pgtest.Run(quiet); out.Exit != 0 || out.Stdout != "42\n" || out.Stderr != "" {
			t.Errorf("psql without notices exits with %d and prints %q and %q", out.Exit, out.Stdout, out.Stderr)
		}
		wantOpening(t, hf.Listen, "claude-code", 1)
		wantOpening(t, hf.Listen, "checkout", 0)
		wantOpening(t, hf.Listen, "", 0)
	})
}

// On a terminal the notice stands above the prompt.
func TestBannerOnTerminal(t *testing.T) {
	onNewest(t, nil, func(t *testing.T, s scene) {
		ana := psqlOnTerminal(t, s.hf.URL(s.db))
		opening := ana.Await("=# ")
		t.Logf("%s", opening)
		banner, prompt := strings.Index(opening, "NOTICE:  holdfast: this is host default; what destroys data"), strings.Index(opening, s.db+"=# ")
		if banner < 0 || prompt < banner {
			t.Errorf("psql opens with %q", opening)
		}
	})
}

// wantOpening counts the banners with which a session opens.
func wantOpening(t *testing.T, addr, application string, want int) {
	t.Helper()
	c := pgtest.Dial(t, addr)
	defer c.Close()
	got := 0
	for _, m := range c.Startup("user", "postgres", "database", "postgres", "application_name", application) {
		if m.Type == 'N' && strings.HasPrefix(m.Fields()['M'], "holdfast: this is ") {
			got++
		} else if m.Type == 'N' {
			t.Errorf("a session of %q opens with another notice: %v", application, m.Fields())
		}
	}
	if got != want {
		t.Errorf("a session of %q opens with %d banners, want %d", application, got, want)
	}
}

// A host says who gets it, and a reload changes that for the next session.
func TestBannerIsConfigured(t *testing.T) {
	s := newConfigured(t, "banner: [program]\n")
	wantOpening(t, s.hf.Listen, "checkout", 1)
	wantOpening(t, s.hf.Listen, "psql", 0)
	s.write(t, s.text("    banner: off\n", "banner: [program]\n"))
	pgtest.Await(t, long, func() string { return "the file was not read again" }, func() bool {
		return strings.Contains(s.hf.Log(), "policy loaded")
	})
	wantOpening(t, s.hf.Listen, "checkout", 0)
	wantOpening(t, s.hf.Listen, "psql", 0)
}
