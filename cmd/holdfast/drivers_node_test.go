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
	program := needs(t, "node")
	modules := filepath.Join(pgtest.CacheFolder(), "node", "node_modules")
	for _, name := range packages {
		if _, err := os.Stat(filepath.Join(modules, name)); err != nil {
			missing(t, name+" for node")
		}
	}
	each(t, nil, func(t *testing.T, s scene) {
		cmd := exec.Command(program, example(t, "node/"+folder+"/session.js"), s.hf.URL(s.db))
		cmd.Env = append(os.Environ(), "NODE_PATH="+modules)
		driver(t, s, steps, cmd)
	})
}
