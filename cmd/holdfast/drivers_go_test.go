package main_test

import (
	"os/exec"
	"testing"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

func TestDriverPgx(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		driver(t, s, 14, exec.Command(pgtest.Binary(t, "./examples/drivers/go/pgx"), s.hf.URL(s.db)))
	})
}

func TestDriverPq(t *testing.T) {
	each(t, nil, func(t *testing.T, s scene) {
		driver(t, s, 10, exec.Command(pgtest.Binary(t, "./examples/drivers/go/pq"), s.hf.URLWith(s.db, "sslmode", "disable")))
	})
}
