package main_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	yaml "github.com/goccy/go-yaml"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// The examples for CI are run for real: their own lines, in a repository of git.

// ciRepository is one with a branch main, as origin has it, and a change that adds
// files. git says what it does wrong.
type ciRepository struct {
	t    *testing.T
	dir  string
	path string // with a built holdfast on it
	base string // commit of main
}

func newCIRepository(t *testing.T) ciRepository {
	t.Helper()
	needs(t, "git")
	needs(t, "bash")
	binary := pgtest.Binary(t, "./cmd/holdfast")
	r := ciRepository{t: t, dir: t.TempDir(), path: filepath.Dir(binary) + ":" + os.Getenv("PATH")}
	r.git("init", "-q", "-b", "main")
	r.write("old.sql", "DROP TABLE customers;")
	r.commit()
	r.base = strings.TrimSpace(r.git("rev-parse", "HEAD"))
	r.git("update-ref", "refs/remotes/origin/main", "HEAD")
	return r
}

func (r ciRepository) run(env []string, name string, args ...string) (string, int) {
	r.t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = r.dir
	cmd.Env = append(os.Environ(), "PATH="+r.path, "HOME="+r.dir, "GIT_CONFIG_NOSYSTEM=1", "GIT_AUTHOR_NAME=ana", "GIT_AUTHOR_EMAIL=ana@example.com",
		"GIT_COMMITTER_NAME=ana", "GIT_COMMITTER_EMAIL=ana@example.com", "GORACE=atexit_sleep_ms=0")
	cmd.Env = append(cmd.Env, env...)
	out, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState == nil {
		r.t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

func (r ciRepository) git(args ...string) string {
	r.t.Helper()
	out, code := r.run(nil, "git", args...)
	if code != 0 {
		r.t.Fatalf("git %q: %s", args, out)
	}
	return out
}

func (r ciRepository) write(name, text string) {
	r.t.Helper()
	path := filepath.Join(r.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text+"\n"), 0o600); err != nil {
		r.t.Fatal(err)
	}
}

func (r ciRepository) commit() {
	r.t.Helper()
	r.git("add", "-A")
	r.git("commit", "-q", "-m", "change")
}

// ciExample decodes one of examples/ci.
func ciExample(t *testing.T, name string, into any) {
	t.Helper()
	root, err := pgtest.Root()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(root, "examples", "ci", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(text, into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// githubLines are the shell lines of the workflow's step.
func githubLines(t *testing.T) string {
	t.Helper()
	var workflow struct {
		Permissions map[string]string
		Jobs        map[string]struct {
			Steps []struct {
				Name, Run, Uses string
				With            map[string]any
			}
		}
	}
	ciExample(t, "github.yaml", &workflow)
	steps := workflow.Jobs["check"].Steps
	last, run := steps[len(steps)-1], steps[len(steps)-2]
	if !strings.HasPrefix(last.Uses, "github/codeql-action/upload-sarif@") || last.With["sarif_file"] != "holdfast.sarif" || workflow.Permissions["security-events"] != "write" {
		t.Errorf("the workflow does not upload what it makes: %+v", last)
	}
	return run.Run
}

func gitlabLines(t *testing.T) string {
	t.Helper()
	var jobs map[string]struct{ Script []string }
	ciExample(t, "gitlab.yaml", &jobs)
	return strings.Join(jobs["sql"].Script, "\n")
}

func TestExamplesForCI(t *testing.T) {
	github, gitlab := githubLines(t), gitlabLines(t)
	for _, c := range []struct {
		name  string
		files map[string]string
		stops bool
		says  string
	}{
		{"nothing", map[string]string{"a.txt": "DROP TABLE t;"}, false, ""},
		{"fine", map[string]string{"m/1.sql": "CREATE TABLE t (a int);"}, false, "1 statement: it passes"},
		{"held", map[string]string{"m/1 one.sql": "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'DELETE FROM t';", "m/2.sql": "SELECT f();"}, true,
			"m/2.sql:1:1: would be held: DELETE t without WHERE"},
		{"a name like a flag", map[string]string{"-x.sql": "DROP TABLE t;"}, true, "-x.sql:1:1: would be held"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newCIRepository(t)
			for name, text := range c.files {
				r.write(name, text)
			}
			r.commit()
			out, code := r.run([]string{"GITHUB_BASE_REF=main"}, "bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", github)
			if (code != 0) != c.stops || !strings.Contains(out, c.says) || strings.Contains(out, "old.sql") {
				t.Errorf("github: %d, %s", code, out)
			}
			r.wantSARIF(c.stops)
			out, code = r.run([]string{"CI_MERGE_REQUEST_DIFF_BASE_SHA=" + r.base}, "sh", "-e", "-c", gitlab)
			if (code != 0) != c.stops || !strings.Contains(out, c.says) || strings.Contains(out, "old.sql") {
				t.Errorf("gitlab: %d, %s", code, out)
			}
		})
	}
}

// wantSARIF fails unless the workflow left results for what stops.
func (r ciRepository) wantSARIF(stops bool) {
	r.t.Helper()
	text, err := os.ReadFile(filepath.Join(r.dir, "holdfast.sarif"))
	if err != nil {
		if stops {
			r.t.Error(err)
		}
		return
	}
	if !json.Valid(text) || bytes.Contains(text, []byte(`"level": "error"`)) != stops {
		r.t.Errorf("the results are %s", text)
	}
}

// The migrations of the example get the verdicts that stand beside them.
func TestExampleMigrations(t *testing.T) {
	root, err := pgtest.Root()
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(root, "examples", "ci")
	want, err := os.ReadFile(filepath.Join(folder, "migrations", "expected.txt"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(pgtest.Binary(t, "./cmd/holdfast"), "check", "--json", "migrations")
	cmd.Dir = folder
	out := pgtest.Run(cmd)
	if out.Exit != 3 {
		t.Fatalf("exit %d: %s", out.Exit, out.Stderr)
	}
	var got strings.Builder
	for line := range strings.Lines(out.Stdout) {
		var v struct {
			File, Verdict, Rule string
			Line, Column        int
		}
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatal(err)
		}
		got.WriteString(strings.TrimSpace(fmt.Sprintf("%s:%d:%d %s %s", v.File, v.Line, v.Column, v.Verdict, v.Rule)) + "\n")
	}
	if got.String() != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got.String(), want)
	}
}
