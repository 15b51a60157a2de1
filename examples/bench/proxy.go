package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// The configurations, with PORT to listen on, SERVER's port and FOLDER to fill in.
// All of them take plain TCP without TLS and ask for no password.
const (
	holdfastConfiguration = `control: sqlite://FOLDER/holdfast.db
socket: FOLDER/holdfast.sock
audit: FOLDER/audit.jsonl
hosts:
  - name: bench
    listen: "127.0.0.1:PORT"
    server: "postgres://127.0.0.1:SERVER?sslmode=disable"
    mode: enforce
`
	haproxyConfiguration = `global
  maxconn 9000
  nbthread 2
defaults
  mode tcp
  timeout connect 10s
  timeout client 1h
  timeout server 1h
listen postgres
  bind 127.0.0.1:PORT
  server one 127.0.0.1:SERVER
`
	pgbouncerConfiguration = `[databases]
* = host=127.0.0.1 port=SERVER user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = PORT
unix_socket_dir =
auth_type = any
pool_mode = session
max_client_conn = 9000
default_pool_size = 9000
ignore_startup_parameters = extra_float_digits
log_connections = 0
log_disconnections = 0
`
)

// startProxy starts the proxy of that name in front of the server's port; label
// tells two of a kind apart. An error that is exec.ErrNotFound says that it is
// not installed.
func (r *rig) startProxy(ctx context.Context, name string, server int, label string) (w way, err error) {
	w.name = name
	if w.port, err = freePort(); err != nil {
		return w, err
	}
	folder := filepath.Join(r.folder, name+"-"+label)
	if err := os.Mkdir(folder, 0o755); err != nil {
		return w, err
	}
	cmd, err := r.proxyCommand(name, w.port, server, folder)
	if err != nil {
		return w, err
	}
	if w.proxy, err = launch(name, filepath.Join(folder, "log"), cmd); err != nil {
		return w, err
	}
	if err := w.proxy.awaitPort(ctx, w.port); err != nil {
		w.proxy.stop()
		return w, err
	}
	return w, nil
}

func (r *rig) proxyCommand(name string, port, server int, folder string) (*exec.Cmd, error) {
	configuration := filepath.Join(folder, "configuration.yaml")
	write := func(text string) error {
		fill := strings.NewReplacer("PORT", strconv.Itoa(port), "SERVER", strconv.Itoa(server), "FOLDER", folder)
		return os.WriteFile(configuration, []byte(fill.Replace(text)), 0o644)
	}
	switch name {
	case holdfast:
		return exec.Command(r.holdfast, "serve", "--config", configuration), write(holdfastConfiguration)
	case haproxy:
		cmd, err := r.tool("haproxy", "-db", "-f", configuration)
		if err != nil {
			return nil, err
		}
		return cmd, write(haproxyConfiguration)
	default:
		cmd, err := r.tool("pgbouncer", "-q", configuration)
		if err != nil {
			return nil, err
		}
		if err := asAccount(cmd); err != nil {
			return nil, err
		}
		return cmd, write(pgbouncerConfiguration)
	}
}

// tool is a program of somebody else's: unpacked in the folder of the flag, with
// the libraries it needs beside it, or installed.
func (r *rig) tool(name string, args ...string) (*exec.Cmd, error) {
	file := filepath.Join(r.tools, "usr/sbin", name)
	if _, err := os.Stat(file); r.tools == "" || err != nil {
		path, err := exec.LookPath(name)
		return exec.Command(path, args...), err
	}
	cmd := exec.Command(file, args...)
	libraries, _ := filepath.Glob(filepath.Join(r.tools, "usr/lib/*-linux-gnu"))
	if len(libraries) > 0 {
		cmd.Env = append(os.Environ(), "LD_LIBRARY_PATH="+libraries[0])
	}
	return cmd, nil
}
