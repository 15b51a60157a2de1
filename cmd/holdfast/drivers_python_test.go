package main_test

import (
	"os/exec"
	"testing"
)

func TestDriverPsycopg(t *testing.T)  { python(t, "psycopg", 14) }
func TestDriverPsycopg2(t *testing.T) { python(t, "psycopg2", 11) }
func TestDriverAsyncpg(t *testing.T)  { python(t, "asyncpg", 12) }

// python runs the session of a module, whose folder is called by its name.
func python(t *testing.T, module string, steps int) {
	t.Helper()
	python3 := runtimeWith(t, "python3", module, "-c", "import "+module)
	each(t, nil, func(t *testing.T, s scene) {
		driver(t, s, steps, exec.Command(python3, example(t, "python/"+module+"/session.py"), s.hf.URL(s.db)))
	})
}
