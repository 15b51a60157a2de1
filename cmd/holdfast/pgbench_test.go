package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// One run of pgbench: so many clients, each so many transactions.
const (
	benchClients      = 4
	benchTransactions = 20
)

// pgbench loads of every kind run through holdfast without a failure or a hold.
func TestPgbench(t *testing.T) {
	pipeline := example(t, "pgbench/pipeline.sql")
	onNewest(t, nil, func(t *testing.T, s scene) {
		runPgbench(t, "-i", "-q", "-s", "2", s.srv.URL(s.db))
		for _, load := range []struct {
			name   string
			args   []string
			writes bool
		}{
			{"TPC-B, simple", []string{"-M", "simple"}, true},
			{"TPC-B, extended", []string{"-M", "extended"}, true},
			{"TPC-B, prepared", []string{"-M", "prepared"}, true},
			{"TPC-B, pipeline", []string{"-M", "extended", "-f", pipeline}, true},
			{"TPC-B, prepared pipeline", []string{"-M", "prepared", "-f", pipeline}, true},
			{"TPC-B, reconnecting", []string{"-M", "prepared", "-C"}, true},
			{"-S, simple", []string{"-S", "-M", "simple"}, false},
			{"-S, extended", []string{"-S", "-M", "extended"}, false},
			{"-S, prepared", []string{"-S", "-M", "prepared"}, false},
			{"-S, reconnecting", []string{"-S", "-C"}, false},
		} {
			t.Run(load.name, func(t *testing.T) {
				s.srv.Exec(t, s.db, "TRUNCATE pgbench_history")
				balance := s.value(t, "SELECT sum(bbalance) FROM pgbench_branches")
				all := benchClients * benchTransactions
				args := append([]string{"-n", "-c", fmt.Sprint(benchClients), "-j", "2", "-t", fmt.Sprint(benchTransactions)}, load.args...)
				out := runPgbench(t, append(args, s.hf.URL(s.db))...)
				wantAll(t, out, fmt.Sprintf("transactions actually processed: %d/%d\n", all, all), "failed transactions: 0 ")
				if load.writes {
					s.wantBooks(t, balance, all)
				}
			})
		}
		if held := s.hf.AllHolds(t); len(held) > 0 {
			t.Errorf("pgbench was held: %+v", held)
		}
	})
}

// wantBooks fails unless the balances of TPC-B agree, with what the branches had
// before and so many lines of history since.
func (s scene) wantBooks(t *testing.T, before string, history int) {
	t.Helper()
	got := s.value(t, `SELECT format('%s %s %s %s',
		(SELECT sum(abalance) FROM pgbench_accounts) - b, (SELECT sum(tbalance) FROM pgbench_tellers) - b,
		(SELECT sum(delta) FROM pgbench_history) + `+before+` - b, (SELECT count(*) FROM pgbench_history))
		FROM (SELECT sum(bbalance) AS b FROM pgbench_branches) AS branches`)
	if want := fmt.Sprintf("0 0 0 %d", history); got != want {
		t.Errorf("accounts, tellers and history differ from branches by, and lines of history are, %s; want %s", got, want)
	}
}

// pgbench -i drops and empties its tables, and a run without -n empties
// pgbench_history: held, and approved they run.
func TestPgbenchInitialising(t *testing.T) {
	onNewest(t, nil, func(t *testing.T, s scene) {
		for again := range 2 {
			initialise := startPgbench(t, "-i", "-q", "-s", "1", s.hf.URL(s.db))
			if again > 0 { // at first there is nothing to drop, and nobody to ask
				s.approve(t, "drop table if exists pgbench_accounts, pgbench_branches, pgbench_history, pgbench_tellers")
			}
			s.approve(t, "truncate table pgbench_accounts, pgbench_branches, pgbench_history, pgbench_tellers")
			if out := <-initialise; out.Exit != 0 {
				t.Fatalf("pgbench -i exits with %d: %s", out.Exit, out.Stderr)
			}
		}
		if rows := s.value(t, "SELECT count(*) FROM pgbench_accounts"); rows != "100000" {
			t.Errorf("pgbench_accounts has %s rows, want 100000", rows)
		}

		s.srv.Exec(t, s.db, "INSERT INTO pgbench_history VALUES (1, 1, 1, 1, now(), 'kept')")
		run := startPgbench(t, "-t", "3", s.hf.URL(s.db))
		s.approve(t, "truncate pgbench_history")
		if out := <-run; out.Exit != 0 {
			t.Errorf("pgbench exits with %d: %s", out.Exit, out.Stderr)
		}
		if rows := s.value(t, "SELECT count(*) FROM pgbench_history"); rows != "3" {
			t.Errorf("pgbench_history has %s rows, want 3", rows)
		}
	})
}

// What is denied to pgbench -i is an error to it, and everything stays.
func TestPgbenchInitialisingDenied(t *testing.T) {
	onNewest(t, nil, func(t *testing.T, s scene) {
		s.srv.Exec(t, s.db, "CREATE TABLE pgbench_accounts (id int); INSERT INTO pgbench_accounts VALUES (1)")
		initialise := startPgbench(t, "-i", "-q", s.hf.URL(s.db))
		s.deny(t, "drop table if exists")
		out := <-initialise
		if out.Exit == 0 || !strings.Contains(out.Stderr, "ERROR:  holdfast: denied by") {
			t.Errorf("pgbench -i exits with %d after its drop was denied: %s", out.Exit, out.Stderr)
		}
		if rows := s.value(t, "SELECT count(*) FROM pgbench_accounts"); rows != "1" {
			t.Errorf("pgbench_accounts has %s rows, want 1", rows)
		}
	})
}

// runPgbench runs pgbench to its end and returns what it printed.
func runPgbench(t *testing.T, args ...string) string {
	t.Helper()
	out := pgtest.Run(exec.Command(pgtest.Program(t, "pgbench"), args...))
	if out.Exit != 0 || strings.Contains(out.Stderr, "ERROR") {
		t.Errorf("pgbench %s exits with %d:\n%s%s", strings.Join(args, " "), out.Exit, out.Stdout, out.Stderr)
	}
	return out.Stdout
}

// startPgbench runs pgbench beside the test.
func startPgbench(t *testing.T, args ...string) <-chan pgtest.Output {
	t.Helper()
	return beside(t, pgtest.Program(t, "pgbench"), args...)
}

// beside runs a program beside the test, which reads its output from the channel
// once; what still runs at the test's end is killed.
func beside(t *testing.T, program string, args ...string) <-chan pgtest.Output {
	t.Helper()
	ended := make(chan pgtest.Output, 1)
	stopped := make(chan struct{})
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	go func() {
		defer close(stopped)
		ended <- pgtest.Run(cmd)
	}()
	t.Cleanup(func() { <-stopped })
	return ended
}
