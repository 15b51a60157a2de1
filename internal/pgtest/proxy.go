package pgtest

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

const holdfastCommand = "./cmd/holdfast"

const (
	// drainLimit is how long holdfast may take to end after SIGTERM before the
	// test fails and it is killed.
	drainLimit = 30 * time.Second

	// raceOptions keep a program built with -race from sleeping for a second at
	// its end, as it does by default; a report makes it exit with 66.
	raceOptions = "GORACE=atexit_sleep_ms=0 exitcode=66"
)

// ProxyOptions says how to run holdfast. The zero value of everything but Server
// is right for most tests.
type ProxyOptions struct {
	// Server is what it stands in front of; required unless Upstream is set.
	Server *Server

	// Upstream is the server's URL in place of Server's own.
	Upstream string

	// Args are further arguments of serve, as in "--wait", "2s".
	Args []string

	// Env are further variables, NAME=value.
	Env []string

	// Plain runs a holdfast that is built without the race detector, for tests with
	// thousands of sessions.
	Plain bool

	// Config, when set, gives the text of a configuration file, and serve runs
	// with --config alone and Args.
	Config func(Paths) string
}

// Paths are what a configuration file for a test has to name.
type Paths struct {
	Listen  string // address and port the tests connect to
	Server  string // URL of the server
	Control string // URL of the control store
	Socket  string // control socket
	Audit   string // audit file
	Folder  string // for further files
}

// Proxy is a running holdfast. Its methods may be called from several
// goroutines, but those that can fail a test only from the test's own.
type Proxy struct {
	Paths
	Host string // "127.0.0.1"
	Port int

	binary string
	cmd    *exec.Cmd
	exited chan struct{} // closed when the process has ended
	opts   ProxyOptions
}

// Holdfast runs `holdfast serve` in front of a server and waits until it is
// ready. At the test's end it is stopped with SIGTERM, and the test fails when
// it does not end, exits with an error, panicked or reported a data race.
func Holdfast(t testing.TB, opts ProxyOptions) *Proxy {
	t.Helper()
	folder, err := newFolder()
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	p := &Proxy{Host: "127.0.0.1", opts: opts}
	if opts.Plain {
		p.binary = plainHoldfast(t)
	} else {
		p.binary = Binary(t, holdfastCommand)
	}
	p.Paths = Paths{
		Folder: folder, Server: opts.Upstream,
		Control: "sqlite://" + filepath.Join(folder, "holdfast.db"),
		Socket:  filepath.Join(folder, "holdfast.sock"),
		Audit:   filepath.Join(folder, "audit.jsonl"),
	}
	if p.Server == "" {
		p.Server = opts.Server.URL("postgres") + "?sslmode=disable"
	}
	p.Start(t)
	t.Cleanup(func() { p.finish(t) })
	return p
}

// Start runs holdfast again after Stop or Kill, on the same address if that is
// still free, with the same files.
func (p *Proxy) Start(t testing.TB) {
	t.Helper()
	var err error
	for range startTries {
		if p.Port == 0 {
			p.Port = FreePort(t)
			p.Listen = net.JoinHostPort(p.Host, strconv.Itoa(p.Port))
		}
		if err = p.run(); err == nil {
			return
		}
		if !strings.Contains(p.Log(), "address already in use") {
			break
		}
		p.Port = 0
	}
	t.Fatalf("pgtest: running holdfast: %v\n%s", err, lastLines(p.Log(), logLines))
}

func (p *Proxy) run() error {
	args, err := p.serveArgs()
	if err != nil {
		return err
	}
	log, err := os.OpenFile(p.logFile(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("creating the log: %w", err)
	}
	defer log.Close()
	p.cmd = exec.Command(p.binary, args...)
	p.cmd.Stdout, p.cmd.Stderr = log, log
	p.cmd.Env = append(os.Environ(), raceOptions)
	p.cmd.Env = append(p.cmd.Env, p.opts.Env...)
	p.cmd.SysProcAttr = &syscall.SysProcAttr{}
	endWithTests(p.cmd.SysProcAttr, syscall.SIGKILL)
	if err := p.cmd.Start(); err != nil {
		return fmt.Errorf("running %q: %w", p.binary, err)
	}
	exited := make(chan struct{})
	p.exited = exited
	go func(cmd *exec.Cmd) {
		cmd.Wait() // its exit code is looked at in finish
		close(exited)
	}(p.cmd)
	return p.awaitReady()
}

func (p *Proxy) serveArgs() ([]string, error) {
	if p.opts.Config == nil {
		args := []string{"serve", "--listen", p.Listen, "--server", p.Server, "--control", p.Control,
			"--audit", p.Audit, "--socket", p.Socket}
		return append(args, p.opts.Args...), nil
	}
	file := filepath.Join(p.Folder, "holdfast.yaml")
	if err := os.WriteFile(file, []byte(p.opts.Config(p.Paths)), 0o600); err != nil {
		return nil, fmt.Errorf("writing the configuration: %w", err)
	}
	return append([]string{"serve", "--config", file}, p.opts.Args...), nil
}

// awaitReady waits until `holdfast status` exits with 0.
func (p *Proxy) awaitReady() error {
	for deadline := time.Now().Add(startLimit); time.Now().Before(deadline); {
		if p.CLI("status").Exit == 0 {
			return nil
		}
		select {
		case <-p.exited:
			return fmt.Errorf("it ended at once: %s", p.cmd.ProcessState)
		case <-time.After(poll):
		}
	}
	p.kill()
	return fmt.Errorf("it was not ready within %s", startLimit)
}

func (p *Proxy) logFile() string { return filepath.Join(p.Folder, "log") }

// Log is what holdfast has written so far to standard output and error.
func (p *Proxy) Log() string {
	log, _ := os.ReadFile(p.logFile())
	return string(log)
}

// URL is the libpq URL of a database through holdfast, as the role postgres.
func (p *Proxy) URL(database string) string { return databaseURL(p.Listen, database, nil) }

// URLWith is URL with further parameters ("sslmode", "require").
func (p *Proxy) URLWith(database string, pairs ...string) string {
	query := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		query.Set(pairs[i], pairs[i+1])
	}
	return databaseURL(p.Listen, database, query)
}

// Terminate sends SIGTERM and does not wait.
func (p *Proxy) Terminate(t testing.TB) {
	t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Fatalf("pgtest: stopping holdfast: %v", err)
	}
}

// Stop sends SIGTERM and waits for the end.
func (p *Proxy) Stop(t testing.TB) {
	t.Helper()
	p.Terminate(t)
	select {
	case <-p.exited:
	case <-time.After(drainLimit):
		p.kill()
		t.Errorf("pgtest: holdfast did not end within %s of SIGTERM", drainLimit)
	}
}

// Kill ends holdfast as a crash does (SIGKILL).
func (p *Proxy) Kill() { p.kill() }

func (p *Proxy) kill() {
	p.cmd.Process.Kill() // an error means that it has ended already
	<-p.exited
}

// PID is the process of holdfast.
func (p *Proxy) PID() int { return p.cmd.Process.Pid }

// Running is false once holdfast has ended.
func (p *Proxy) Running() bool {
	select {
	case <-p.exited:
		return false
	default:
		return true
	}
}

// faults are what no log of holdfast may contain.
var faults = []string{"WARNING: DATA RACE", "panic:", "fatal error:", "SIGSEGV", "found unexpected goroutines"}

func (p *Proxy) finish(t testing.TB) {
	t.Helper()
	p.Stop(t)
	for _, fault := range faults {
		if strings.Contains(p.Log(), fault) {
			t.Errorf("pgtest: the log of holdfast contains %q", fault)
		}
	}
	status := p.cmd.ProcessState
	killed := status.Sys().(syscall.WaitStatus).Signaled()
	if code := status.ExitCode(); code != 0 && !killed {
		t.Errorf("pgtest: holdfast exited with %d", code)
	}
	if t.Failed() {
		t.Logf("log of holdfast:\n%s", p.Log())
	}
}
