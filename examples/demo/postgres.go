package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	// startLimit bounds the start of a server: a second when idle, much longer
	// on a machine that compiles at the same time.
	startLimit = 60 * time.Second

	// startPoll is how often a starting server is asked whether it is ready.
	startPoll = 50 * time.Millisecond

	// startTries is how many ports are tried: another process may take one
	// between our look and the server's.
	startTries = 3
)

// postgres is the throw-away PostgreSQL server. It listens on 127.0.0.1 only and
// wants a password from everybody, since other users of the machine can reach it.
type postgres struct {
	*process
	version string // "15.8"
	port    int
	super   account // the superuser
	psql    string  // file of psql
}

// account is a Postgres user with its password.
type account struct{ name, password string }

// startPostgres makes a cluster below folder and starts it.
func startPostgres(ctx context.Context, folder string) (*postgres, error) {
	bin, err := findServer()
	if err != nil {
		return nil, err
	}
	pg := &postgres{super: account{"postgres", newPassword()}}
	if pg.psql, err = findPsql(bin); err != nil {
		return nil, err
	}
	if pg.version, err = serverVersion(ctx, bin); err != nil {
		return nil, err
	}
	home := filepath.Join(folder, "postgres")
	if err := pg.initdb(ctx, bin, home); err != nil {
		return nil, err
	}
	for range startTries {
		if err = pg.start(ctx, bin, home); err == nil {
			return pg, nil
		}
		if ctx.Err() != nil {
			break
		}
	}
	return nil, err
}

// initdb makes the cluster, as a user that the server accepts.
func (pg *postgres) initdb(ctx context.Context, bin, home string) error {
	password := filepath.Join(home, "password")
	if err := errors.Join(os.Mkdir(home, 0o700), os.WriteFile(password, []byte(pg.super.password+"\n"), 0o600)); err != nil {
		return fmt.Errorf("making a folder for PostgreSQL: %w", err)
	}
	if err := giveToServer(home, password); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), "-D", filepath.Join(home, "data"), "-U", pg.super.name,
		"--auth=scram-sha-256", "--pwfile="+password, "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions")
	if err := asServer(cmd); err != nil {
		return err
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("making a cluster with initdb: %w\n%s", err, bytes.TrimSpace(out))
	}
	return nil
}

// start runs the server on a free port and waits until it takes connections.
func (pg *postgres) start(ctx context.Context, bin, home string) (err error) {
	if pg.port, err = freePort(); err != nil {
		return err
	}
	cmd := exec.Command(filepath.Join(bin, "postgres"), "-D", filepath.Join(home, "data"), "-p", strconv.Itoa(pg.port),
		"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "logging_collector=off")
	if err := asServer(cmd); err != nil {
		return err
	}
	if pg.process, err = launch("PostgreSQL", filepath.Join(filepath.Dir(home), "postgres.log"), cmd); err != nil {
		return err
	}
	if err := pg.awaitReady(ctx); err != nil {
		return errors.Join(err, pg.stop())
	}
	return nil
}

func (pg *postgres) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	for {
		_, err := pg.ask(ctx, "postgres", "SELECT 1")
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return fmt.Errorf("waiting for PostgreSQL: %w", err)
		}
		select {
		case <-pg.exited:
			return fmt.Errorf("PostgreSQL ended at once:\n%s", strings.Join(pg.lastLines(5), "\n"))
		case <-time.After(startPoll):
		}
	}
}

// ask runs statements as the superuser on the server itself, past holdfast, and
// returns the first value.
func (pg *postgres) ask(ctx context.Context, database, sql string) (string, error) {
	cmd := exec.CommandContext(ctx, pg.psql, "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-f", "-",
		conninfo(pg.port, database, pg.super.name))
	cmd.Env = environment("PGPASSWORD=" + pg.super.password)
	cmd.Stdin = strings.NewReader(sql)
	apart(cmd)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("asking PostgreSQL itself: %w: %s", err, bytes.TrimSpace(out))
	}
	return strings.TrimSpace(string(out)), nil
}

// stop is a fast shutdown, then an immediate one.
func (pg *postgres) stop() error { return pg.process.stop(syscall.SIGINT, syscall.SIGQUIT) }
