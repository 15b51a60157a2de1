package house

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/holdfast-db/holdfast"

// mayImport says for each package which others of this module it may import
// outside of its tests. Dependencies point one way; a package that is not listed
// has no room in the house yet. A name ending in /... covers what lies below it;
// "..." covers everything.
var mayImport = map[string][]string{
	"cmd/holdfast":           {"..."},
	"rules":                  {},
	"proxy":                  {"proxy/internal/wire", "proxy/internal/session", "rules", "internal/hold", "internal/catalog", "internal/event", "internal/peer", "internal/tally", "internal/trace"},
	"proxy/internal/wire":    {},
	"proxy/internal/session": {"proxy/internal/wire", "rules", "internal/hold", "internal/event"},

	// For tests only: see TestOnlyTestsUseTheirPackages.
	"internal/volume/simulate": {"internal/volume"},
	"proxy/internal/simulate":  {"proxy/internal/wire", "proxy/internal/session", "rules", "internal/hold", "internal/event", "internal/trace"},
	"internal/pgtest":          {"internal/trace"},
	"internal/slack/fakeslack": {},
	"internal/house":           {},

	"internal/hold":    {"rules", "internal/event"},
	"internal/script":  {"rules"},
	"internal/check":   {"rules", "internal/script", "internal/history"},
	"internal/history": {"rules"},
	"internal/sarif":   {},
	"internal/suggest": {"rules", "internal/event"},
	"internal/event":   {"rules", "internal/gather"},
	"internal/gather":  {},
	"internal/tally":   {"rules", "internal/event", "internal/gather"},
	"internal/trace":   {},
	"internal/audit":   {"internal/event", "internal/hold"},
	"internal/catalog": {"rules"},
	"internal/volume":  {"internal/event", "internal/wording"},
	"internal/gaps":    {},
	"internal/monitor": {"rules", "internal/event"},
	"internal/slack":   {"rules", "internal/hold", "internal/alert", "internal/chart", "internal/outbox", "internal/wording"},
	"internal/outbox":  {},
	"internal/webhook": {"rules", "internal/hold", "internal/alert", "internal/outbox", "internal/wording"},
	"internal/console": {"internal/hold", "internal/alert", "internal/volume", "internal/peer", "internal/wording"},
	"internal/web":     {"internal/hold", "internal/alert", "internal/volume", "internal/chart", "internal/console", "internal/passkey", "internal/wording"},
	"internal/metrics": {"internal/alert", "internal/console"},
	"internal/passkey": {"internal/event"},
	"internal/peer":    {},
	"internal/wording": {"internal/hold"},
	"internal/chart":   {"internal/wording"},
	"internal/alert":   {"rules", "internal/event", "internal/hold", "internal/volume", "internal/chart", "internal/wording"},
	"internal/store":   {"internal/hold", "internal/passkey", "internal/volume", "internal/alert"},
	"internal/config":  {"rules", "internal/hold", "internal/volume"},
	"examples/...":     {},
}

// mayNotImport are the packages from elsewhere that only some may import, as
// path prefixes.
var mayNotImport = []struct {
	who, what string
	except    []string
}{
	{"...", "github.com/jackc/pgproto3", []string{"proxy/internal/wire"}},
	{"...", "github.com/jackc/pgx", []string{"internal/pgtest", "internal/store", "internal/catalog", "internal/gaps", "internal/monitor", "examples/..."}},
	{"...", "github.com/pganalyze/pg_query_go", []string{"rules"}},
	{"rules", "github.com/rs/zerolog", nil},
	{"proxy/internal/wire", "github.com/rs/zerolog", nil},
	{"internal/event", "github.com/rs/zerolog", nil},
	{"internal/trace", "github.com", nil}, // the standard library alone
	{"internal/trace", "golang.org", nil},
	{"internal/trace", "net", nil},
	{"rules", "net", nil},
	{"rules", "os", nil},
	{"rules", "log", nil},
	{"proxy/internal/session", "net", nil},
	{"proxy/internal/session", "os", nil},
	{"proxy/internal/session", "github.com/rs/zerolog", nil},
	{"internal/script", "os", nil},
	{"internal/script", "net", nil},
	{"internal/check", "os", nil},
	{"internal/check", "net", nil},
	{"internal/hold", "net", nil},
	{"...", "github.com/go-webauthn", []string{"internal/passkey"}},
	{"...", "github.com/prometheus", []string{"internal/metrics"}},
	{"...", "github.com/slack-go", []string{"internal/slack"}},
	{"...", "github.com/gorilla/websocket", []string{"internal/slack", "internal/slack/fakeslack"}},
}

// rulesNeeds is all that rules takes from outside the standard library. protobuf
// is how the parser hands over its tree.
var rulesNeeds = []string{
	"google.golang.org/protobuf/",
	"github.com/pganalyze/pg_query_go/", "github.com/hashicorp/golang-lru/", "golang.org/x/text/",
}

// goPackage is what `go list -json` says of a package.
type goPackage struct {
	ImportPath string
	Imports    []string
}

func (p goPackage) name() string {
	return strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
}

func listPackages(t *testing.T) []goPackage {
	t.Helper()
	cmd := exec.Command("go", "list", "-e", "-json=ImportPath,Imports", "./...")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("listing packages: %v", err)
	}
	var packages []goPackage
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p goPackage
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("reading go list: %v", err)
		}
		packages = append(packages, p)
	}
	if len(packages) == 0 {
		t.Fatal("go list found no package")
	}
	return packages
}

// covers reports whether one of the patterns names the package.
func covers(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		below, open := strings.CutSuffix(pattern, "...")
		if open {
			return strings.HasPrefix(name+"/", below)
		}
		return name == pattern
	})
}

func allowedFor(name string) ([]string, bool) {
	for who, allowed := range mayImport {
		if covers([]string{who}, name) {
			return allowed, true
		}
	}
	return nil, false
}

func TestDependenciesPointOneWay(t *testing.T) {
	for _, p := range listPackages(t) {
		allowed, listed := allowedFor(p.name())
		if !listed {
			t.Errorf("%s has no room in the house: add it to the layout of docs/architecture.md and to mayImport", p.name())
			continue
		}
		for _, imported := range p.Imports {
			inside, ours := strings.CutPrefix(imported, module+"/")
			if ours && !covers(allowed, inside) {
				t.Errorf("%s imports %s; it may import only %q", p.name(), inside, allowed)
			}
		}
	}
}

// valuesOnly is of the package net by name alone: it has addresses and no network.
const valuesOnly = "net/netip"

func TestForeignPackagesStayInTheirRooms(t *testing.T) {
	for _, p := range listPackages(t) {
		for _, rule := range mayNotImport {
			if !covers([]string{rule.who}, p.name()) || covers(rule.except, p.name()) {
				continue
			}
			for _, imported := range p.Imports {
				if imported != valuesOnly && (imported == rule.what || strings.HasPrefix(imported, rule.what+"/")) {
					t.Errorf("%s imports %s; only %q may", p.name(), imported, rule.except)
				}
			}
		}
	}
}

func TestRulesNeedsOnlyAParserAndACache(t *testing.T) {
	for _, p := range listPackages(t) {
		if p.name() != "rules" {
			continue
		}
		for _, imported := range p.Imports {
			standard := !strings.Contains(strings.Split(imported, "/")[0], ".")
			known := slices.ContainsFunc(rulesNeeds, func(prefix string) bool { return strings.HasPrefix(imported, prefix) })
			if !standard && !known {
				t.Errorf("rules imports %s", imported)
			}
		}
	}
}

// testsOnly are packages that no binary should carry.
var testsOnly = []string{"internal/volume/simulate", "internal/pgtest", "internal/house", "internal/slack/fakeslack", "proxy/internal/simulate"}

func TestOnlyTestsUseTheirPackages(t *testing.T) {
	for _, p := range listPackages(t) {
		for _, name := range testsOnly {
			if slices.Contains(p.Imports, path.Join(module, name)) {
				t.Errorf("%s imports %s outside of its tests", p.name(), name)
			}
		}
	}
}
