package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// inMode is the configuration of one host in a mode.
func inMode(mode string) func(pgtest.Paths) string {
	return func(p pgtest.Paths) string {
		return strings.Replace(oneHost(p, ""), "mode: enforce", "mode: "+mode, 1)
	}
}

// unprotected runs a test behind a host in each mode that protects nothing.
func unprotected(t *testing.T, srv *pgtest.Server, test func(t *testing.T, hf *pgtest.Proxy)) {
	t.Helper()
	for _, mode := range []string{"off", "observe"} {
		t.Run(mode, func(t *testing.T) {
			test(t, pgtest.Holdfast(t, pgtest.ProxyOptions{Server: srv, Config: inMode(mode)}))
		})
	}
}

// A subscriber reads through a host that is not protected: the first copy, and
// what follows.
func TestLogicalReplication(t *testing.T) {
	v := pgtest.Newest(t)
	publisher, subscriber := pgtest.Start(t, v, pgtest.Setting("wal_level", "logical")), pgtest.Shared(t, v)
	unprotected(t, publisher, func(t *testing.T, hf *pgtest.Proxy) {
		source := publisher.Database(t, shop, "CREATE PUBLICATION all_events FOR TABLE events")
		copied := subscriber.Database(t, "CREATE TABLE events (id int PRIMARY KEY, note text)")
		subscription := "from_" + source + strings.ReplaceAll(t.Name(), "/", "_")
		subscriber.Exec(t, copied, "CREATE SUBSCRIPTION "+subscription+" CONNECTION '"+hf.URL(source)+"' PUBLICATION all_events")
		// A database with a subscription cannot be dropped, nor one with a slot.
		t.Cleanup(func() { subscriber.Exec(t, copied, "DROP SUBSCRIPTION "+subscription) })

		subscriber.AwaitValue(t, long, copied, "SELECT count(*) FROM events", "3")
		publisher.Exec(t, source, "INSERT INTO events VALUES (4, repeat('large ', 200000))")
		publisher.Exec(t, source, "BEGIN; DELETE FROM events WHERE id < 3; UPDATE events SET note = 'changed' WHERE id = 3; COMMIT")
		const sum = "SELECT string_agg(format('%s %s', id, length(note)), ', ' ORDER BY id) FROM events"
		subscriber.AwaitValue(t, long, copied, sum, "3 7, 4 1200000")
		publisher.AwaitValue(t, long, source,
			"SELECT confirmed_flush_lsn >= pg_current_wal_lsn() FROM pg_replication_slots WHERE slot_name = '"+strings.ToLower(subscription)+"'", "t")
	})
}

// On a protected host a subscription is refused, and its owner reads why and what
// to do.
func TestLogicalReplicationIsRefusedOnAProtectedHost(t *testing.T) {
	onNewest(t, nil, func(t *testing.T, s scene) {
		ana := psql(t, s.srv.URL(s.db))
		got := ana.Do(`CREATE SUBSCRIPTION refused CONNECTION '` + s.hf.URL(s.db) + `' PUBLICATION all_events;`)
		wantAll(t, got, "ERROR:", "holdfast: refused: replication connections on a protected host",
			"Connect to the server itself for replication.")
	})
}

// The programs that read the write-ahead log read it through a host that is not
// protected.
func TestPhysicalReplication(t *testing.T) {
	v := pgtest.NewestWith(t, "pg_basebackup")
	// What is committed is in the log at once, so that its end can be asked for.
	srv := pgtest.Start(t, v, pgtest.Setting("wal_level", "logical"), pgtest.Setting("full_page_writes", "on"), pgtest.Setting("synchronous_commit", "on"))
	bin := func(name string) string { return filepath.Join(v.Bin, name) }
	unprotected(t, srv, func(t *testing.T, hf *pgtest.Proxy) {
		db := srv.Database(t, shop)
		folder := t.TempDir()

		t.Run("pg_basebackup", func(t *testing.T) {
			backup := filepath.Join(folder, "backup")
			mustRun(t, exec.Command(bin("pg_basebackup"), "-D", backup, "-X", "stream", "-c", "fast", "--no-sync", "-d", hf.URL("")))
			mustRun(t, exec.Command(bin("pg_verifybackup"), backup))
		})
		t.Run("pg_receivewal", func(t *testing.T) {
			wal := filepath.Join(folder, "wal")
			if err := os.Mkdir(wal, 0o700); err != nil {
				t.Fatal(err)
			}
			srv.Exec(t, db, "SELECT pg_create_physical_replication_slot('received', true)")
			srv.Exec(t, db, "INSERT INTO events VALUES (100, 'in the log')")
			segment := srv.Value(t, db, "SELECT pg_walfile_name(pg_current_wal_lsn())")
			srv.Exec(t, db, "SELECT pg_switch_wal()")
			end := srv.Value(t, db, "SELECT pg_current_wal_lsn()")
			srv.Exec(t, db, "INSERT INTO events VALUES (101, 'behind the end')") // it ends when it gets more than it wants
			recv := []string{"--slot=received", "-d", hf.URL("")}
			mustRun(t, exec.Command(bin("pg_receivewal"), append(recv, "-D", wal, "--endpos="+end, "--no-loop")...))
			text, err := os.ReadFile(filepath.Join(wal, segment))
			if err != nil || !strings.Contains(string(text), "in the log") {
				t.Errorf("the segment of the insert was not received: %d bytes, %v", len(text), err)
			}
			mustRun(t, exec.Command(bin("pg_receivewal"), append(recv, "--drop-slot")...))
		})
		t.Run("pg_recvlogical", func(t *testing.T) {
			recv := func(args ...string) string {
				return mustRun(t, exec.Command(bin("pg_recvlogical"), append(args, "--slot=decoded", "-d", hf.URL(db))...))
			}
			recv("--create-slot", "--plugin=test_decoding")
			srv.Exec(t, db, "INSERT INTO events VALUES (102, 'decoded'); DELETE FROM events WHERE id = 1")
			end := srv.Value(t, db, "SELECT pg_current_wal_lsn()")
			srv.Exec(t, db, "INSERT INTO events VALUES (103, 'behind the end')")
			out := recv("--start", "--endpos="+end, "--no-loop", "-f", "-")
			wantAll(t, out, "table public.events: INSERT: id[integer]:102 note[text]:'decoded'", "table public.events: DELETE: id[integer]:1")
			recv("--drop-slot")
		})
	})
}

// On a protected host the programs end with the reason.
func TestPhysicalReplicationIsRefusedOnAProtectedHost(t *testing.T) {
	v := pgtest.NewestWith(t, "pg_basebackup")
	s := newScene(t, pgtest.Shared(t, v), nil)
	for _, args := range [][]string{
		{"pg_basebackup", "-D", filepath.Join(t.TempDir(), "backup")},
		{"pg_receivewal", "-D", t.TempDir(), "--no-loop"},
	} {
		cmd := exec.Command(filepath.Join(v.Bin, args[0]), append(args[1:], "-d", s.hf.URL(""))...)
		cmd.Env = append(os.Environ(), "LC_ALL=C")
		out := pgtest.Run(cmd)
		if out.Exit == 0 {
			t.Errorf("%s succeeds on a protected host", args[0])
		}
		wantAll(t, out.Stderr, "holdfast: refused: replication connections on a protected host", "Connect to the server itself")
	}
}

// mustRun runs a program that has to exit with 0, and returns its output.
func mustRun(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	out := pgtest.Run(cmd)
	if out.Exit != 0 {
		t.Fatalf("%s exits with %d:\n%s%s", strings.Join(cmd.Args, " "), out.Exit, out.Stdout, out.Stderr)
	}
	return out.Stdout
}
