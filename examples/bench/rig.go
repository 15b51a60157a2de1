package main

import (
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

// way is one way to reach the server.
type way struct {
	name  string
	port  int
	proxy *process // nil: direct
}

// The names of the ways, as the tables show them.
const (
	direct    = "direct"
	holdfast  = "holdfast"
	haproxy   = "HAProxy"
	pgbouncer = "pgbouncer"
)

// rig is one PostgreSQL server and the ways to it.
type rig struct {
	settings
	folder string // everything we write
	server *process
	port   int // of the server
	ways   []way
}

// raise sets up a server with pgbench's tables and a proxy of each kind. What it
// could not set up of others' proxies is told and left out.
func raise(ctx context.Context, s settings) (r *rig, err error) {
	r = &rig{settings: s}
	defer func() {
		if err != nil {
			r.lower()
		}
	}()
	if err := r.makeFolder(); err != nil {
		return r, err
	}
	if err := r.startServer(ctx); err != nil {
		return r, err
	}
	r.ways = []way{{name: direct, port: r.port}}
	for _, name := range []string{holdfast, haproxy, pgbouncer} {
		w, err := r.startProxy(ctx, name, r.port, "loaded")
		if errors.Is(err, exec.ErrNotFound) && name != holdfast {
			progress("%s is left out: %v", name, err)
			continue
		}
		if err != nil {
			return r, err
		}
		r.ways = append(r.ways, w)
	}
	return r, nil
}

// lower ends everything and removes what was written.
func (r *rig) lower() {
	for _, w := range r.ways {
		if w.proxy != nil {
			w.proxy.stop()
		}
	}
	if r.server != nil {
		r.server.stop()
	}
	os.RemoveAll(r.folder)
}

func (r *rig) makeFolder() (err error) {
	if r.folder, err = os.MkdirTemp("", "hfbench"); err != nil {
		return err
	}
	credential, err := account()
	if err != nil {
		return err
	}
	if err := os.Chmod(r.folder, 0o711); err != nil {
		return err
	}
	data := filepath.Join(r.folder, "server")
	if err := os.Mkdir(data, 0o700); err != nil || credential == nil {
		return err
	}
	return os.Chown(data, int(credential.Uid), int(credential.Gid))
}

// startServer makes the cluster and fills it. It does not wait for the disk, so
// that the proxies show and not the disk; all ways profit alike.
func (r *rig) startServer(ctx context.Context) (err error) {
	if r.port, err = freePort(); err != nil {
		return err
	}
	data := filepath.Join(r.folder, "server", "data")
	initdb := exec.CommandContext(ctx, filepath.Join(r.postgres, "initdb"), "-D", data, "-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8", "--locale=C")
	if err := run(initdb); err != nil {
		return err
	}
	cmd := exec.Command(filepath.Join(r.postgres, "postgres"), "-D", data, "-p", strconv.Itoa(r.port), "-k", filepath.Dir(data),
		"-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "autovacuum=off",
		"-c", "shared_buffers=512MB", "-c", "max_wal_size=8GB", "-c", "max_connections=300", "-c", "listen_addresses=127.0.0.1")
	if err := asAccount(cmd); err != nil {
		return err
	}
	if r.server, err = launch("PostgreSQL", filepath.Join(r.folder, "server.log"), cmd); err != nil {
		return err
	}
	if err := r.server.awaitPort(ctx, r.port); err != nil {
		return err
	}
	if err := r.awaitLogin(ctx); err != nil {
		return err
	}
	progress("filling pgbench's tables, scale %d", r.scale)
	return run(r.pgbench(ctx, r.port, "-i", "-q", "-s", strconv.Itoa(r.scale)))
}

// awaitLogin returns once the server lets somebody in: it listens before that.
func (r *rig) awaitLogin(ctx context.Context) error {
	for deadline := time.Now().Add(startLimit); ; {
		c, err := dialRaw(r.port, readSize)
		if err == nil {
			return c.Close()
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("waiting for PostgreSQL: %w", err)
		}
		if err := pause(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
}

// run runs cmd as the server's user to its end.
func run(cmd *exec.Cmd) error {
	if err := asAccount(cmd); err != nil {
		return err
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("running %s: %w\n%s", filepath.Base(cmd.Path), err, out)
	}
	return nil
}

func (r *rig) pgbench(ctx context.Context, port int, args ...string) *exec.Cmd {
	args = append(args, "-h", "127.0.0.1", "-p", strconv.Itoa(port), "-U", "postgres", "postgres")
	cmd := exec.CommandContext(ctx, filepath.Join(r.postgres, "pgbench"), args...)
	cmd.Env = append(os.Environ(), "PGSSLMODE=disable", "PGGSSENCMODE=disable")
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	return cmd
}

// versions says who took part.
func (r *rig) versions() string {
	out, _ := exec.Command(filepath.Join(r.postgres, "postgres"), "--version").Output()
	said := []string{strings.TrimPrefix(strings.TrimSpace(string(out)), "postgres ")}
	for _, w := range r.ways {
		if w.name != haproxy && w.name != pgbouncer {
			continue
		}
		flag := map[string]string{haproxy: "-v", pgbouncer: "-V"}[w.name]
		cmd := exec.Command(w.proxy.cmd.Path, flag)
		cmd.Env = w.proxy.cmd.Env
		out, _ := cmd.Output()
		first, _, _ := strings.Cut(string(out), "\n")
		said = append(said, strings.Join(strings.Fields(first)[:min(3, len(strings.Fields(first)))], " "))
	}
	return strings.Join(said, ", ")
}
