package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdfast-db/holdfast/internal/config"
)

// A job that is declared for another host or database says nothing of this one.
func TestReplayTellsHostsOfJobsApart(t *testing.T) {
	history := write(t, "history.jsonl", `{"t":"2026-07-01T02:00:00Z","host":"shop-prod","database":"shop","table":"orders","user":"batch","application":"purge","deleted":4000}`)
	for job, want := range map[string]int{
		`{table: orders, actor: batch/purge, cron: "0 2 1 * *"}`:                                 0,
		`{host: "shop-*", database: shop, table: orders, actor: batch/purge, cron: "0 2 1 * *"}`: 0,
		`{host: shop-staging, table: orders, actor: batch/purge, cron: "0 2 1 * *"}`:             1,
		`{host: shop-prod, database: crm, table: orders, actor: batch/purge, cron: "0 2 1 * *"}`: 1,
	} {
		var out, err bytes.Buffer
		a := &app{out: &screen{Writer: &out, width: maxWidth}, err: &screen{Writer: &err, width: maxWidth}, in: config.Here()}
		exit := run([]string{"volume", "replay", "--expected", write(t, "jobs.yaml", "expected: ["+job+"]"), history}, a)
		if got := strings.Count(out.String(), "\n"); got != want || exit != exitFine {
			t.Errorf("%s: %d alerts, want %d; exit %d, %s%s", job, got, want, exit, out.String(), err.String())
		}
	}
}

// write makes a file of that name in a folder of its own.
func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
