package house

import (
	"go/ast"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// root is the folder of go.mod, seen from this package.
const root = "../.."

var (
	inBackticks = regexp.MustCompile("`([^`\n]+)`")
	linkTarget  = regexp.MustCompile(`\]\(([^)#\s]+)`)
	pathLike    = regexp.MustCompile(`^(\./)?[\w.@-]+(/[\w.@-]+)*/?$`)
)

func documents(t *testing.T) []string {
	t.Helper()
	var found []string
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md", "examples/*.md", "examples/*/*.md", "examples/*/*/*.md"} {
		files, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatalf("looking for %s: %v", pattern, err)
		}
		found = append(found, files...)
	}
	if len(found) == 0 {
		t.Fatal("no document found")
	}
	return found
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// namesAFile reports whether a word of a document claims to be a file or folder
// of this repository: it lies under one of the folders at the top, or ends as
// our sources do.
func namesAFile(word string) bool {
	if !pathLike.MatchString(word) {
		return false
	}
	word = strings.TrimPrefix(word, "./")
	first, _, nested := strings.Cut(word, "/")
	if nested && first != "bin" && exists(filepath.Join(root, first)) {
		return true
	}
	return strings.HasSuffix(word, ".go") || strings.HasSuffix(word, ".md")
}

// Documents rot where they name files: whoever renames one finds the document.
func TestDocumentsNameOnlyFilesThatExist(t *testing.T) {
	for _, document := range documents(t) {
		text, err := os.ReadFile(document)
		if err != nil {
			t.Fatalf("reading a document: %v", err)
		}
		for _, quoted := range inBackticks.FindAllStringSubmatch(string(text), -1) {
			for word := range strings.FieldsSeq(quoted[1]) {
				if namesAFile(word) && !exists(filepath.Join(root, word)) && !exists(filepath.Join(filepath.Dir(document), word)) {
					t.Errorf("%s names %q, which does not exist", document, word)
				}
			}
		}
		for _, link := range linkTarget.FindAllStringSubmatch(string(text), -1) {
			if !strings.Contains(link[1], ":") && !exists(filepath.Join(filepath.Dir(document), link[1])) {
				t.Errorf("%s links to %q, which does not exist", document, link[1])
			}
		}
	}
}

// aTest is the name of a test in a document.
var aTest = regexp.MustCompile("`((?:Test|Fuzz)[A-Z][A-Za-z0-9_]*)`")

// A test that a document points to is there.
func TestDocumentsNameOnlyTestsThatExist(t *testing.T) {
	known := make(map[string]bool)
	for _, file := range sources(t) {
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil {
				known[f.Name.Name] = true
			}
		}
	}
	for _, document := range documents(t) {
		text, err := os.ReadFile(document)
		if err != nil {
			t.Fatalf("reading a document: %v", err)
		}
		for _, name := range aTest.FindAllStringSubmatch(string(text), -1) {
			if !known[name[1]] {
				t.Errorf("%s names %s, which does not exist", document, name[1])
			}
		}
	}
}

// atTheTop is what may lie beside go.mod; everything else has a room inside.
var atTheTop = map[string]bool{
	"cmd": true, "rules": true, "proxy": true, "internal": true, "examples": true, "docs": true,
	".ci": true, ".git": true, ".gitignore": true, ".gitattributes": true, ".editorconfig": true, ".github": true,
	"go.mod": true, "go.sum": true, "Makefile": true, "LICENSE": true,
	"README.md": true, "CONTRIBUTING.md": true, "CHANGELOG.md": true,
	"bin": true, "holdfast": true, // built, and ignored by git
}

func TestTopLevelEntries(t *testing.T) {
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatalf("listing the repository: %v", err)
	}
	for _, entry := range entries {
		if !atTheTop[entry.Name()] {
			t.Errorf("%s at the top: find it a room, or add it to atTheTop", entry.Name())
		}
	}
}
