package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

func TestDriverNodePostgres(t *testing.T) {
	node(t, "pg", 13, "pg", "pg-cursor", "pg-query-stream", "pg-copy-streams")
}

func TestDriverPostgresJS(t *testing.T) { node(t, "postgres", 13, "postgres") }

// node runs the session of examples/drivers/node/FOLDER, which needs packages.
func node(t *testing.T, folder string, steps int, packages ...string) {
	t.Helper()
	program, modules := needs(t, "node"), nodeModules(t, packages...)
	each(t, nil, func(t *testing.T, s scene) {
		cmd := exec.Command(program, example(t, "node/"+folder+"/session.js"), s.hf.URL(s.db))
		cmd.Env = append(os.Environ(), "NODE_PATH="+modules)
		driver(t, s, steps, cmd)
	})
}

// nodeModules is where .ci/setup keeps the packages of node, and fails or skips the
// test for those that are missing.
func nodeModules(t *testing.T, packages ...string) string {
	t.Helper()
	modules := filepath.Join(pgtest.CacheFolder(), "node", "node_modules")
	for _, name := range packages {
		if _, err := os.Stat(filepath.Join(modules, name)); err != nil {
			missing(t, name+" for node")
		}
	}
	return modules
}
