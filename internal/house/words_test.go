package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The names of messages and parameters are the protocol's own.
var protocolNames = strings.NewReplacer("backendkeydata", "", "pg_backend_pid", "")

// unclear are words that say nothing about what is inside, or that name the two
// sides as Postgres's sources do: we say client and server.
var unclear = []string{"frontend", "backend"}

var unclearPackages = []string{
	"util", "utils", "common", "helpers", "helper", "types", "misc", "shared", "manager", "handler", "service",
}

func sources(t *testing.T) map[string]*ast.File {
	t.Helper()
	files := make(map[string]*ast.File)
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && entry.Name() == ".git" {
			return fs.SkipDir
		}
		if filepath.Ext(name) != ".go" || entry.IsDir() {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		files[name] = file
		return err
	})
	if err != nil {
		t.Fatalf("reading the sources: %v", err)
	}
	if len(files) == 0 {
		t.Fatal("no source found")
	}
	return files
}

// declared lists the identifiers that a file brings into the world; those it
// takes from elsewhere are not its fault.
func declared(file *ast.File) []string {
	var names []string
	add := func(idents ...*ast.Ident) {
		for _, ident := range idents {
			names = append(names, ident.Name)
		}
	}
	ast.Inspect(file, func(node ast.Node) bool {
		switch n := node.(type) {
		case *ast.FuncDecl:
			add(n.Name)
		case *ast.TypeSpec:
			add(n.Name)
		case *ast.ValueSpec:
			add(n.Names...)
		case *ast.Field:
			add(n.Names...)
		case *ast.AssignStmt:
			if n.Tok == token.DEFINE {
				add(assigned(n)...)
			}
		}
		return true
	})
	return names
}

func assigned(n *ast.AssignStmt) []*ast.Ident {
	var idents []*ast.Ident
	for _, left := range n.Lhs {
		if ident, ok := left.(*ast.Ident); ok {
			idents = append(idents, ident)
		}
	}
	return idents
}

func TestIdentifiersSayClientAndServer(t *testing.T) {
	for name, file := range sources(t) {
		for _, ident := range declared(file) {
			plain := protocolNames.Replace(strings.ToLower(ident))
			for _, word := range unclear {
				if strings.Contains(plain, word) {
					t.Errorf("%s declares %s: say client or server", name, ident)
				}
			}
		}
	}
}

func TestPackagesAreNamedForWhatTheyDo(t *testing.T) {
	for name, file := range sources(t) {
		if slices.Contains(unclearPackages, file.Name.Name) {
			t.Errorf("%s is in package %s: name it for what it does", name, file.Name.Name)
		}
	}
}

// A getter is called by the thing it returns.
func TestGettersAreNotCalledGet(t *testing.T) {
	for name, file := range sources(t) {
		for _, declaration := range file.Decls {
			function, ok := declaration.(*ast.FuncDecl)
			if !ok {
				continue
			}
			rest, getter := strings.CutPrefix(function.Name.Name, "Get")
			if getter && rest != "" && rest[0] >= 'A' && rest[0] <= 'Z' {
				t.Errorf("%s declares %s: call it %s", name, function.Name.Name, rest)
			}
		}
	}
}
