package pgtest

import (
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

// Pooler is a running pgbouncer.
type Pooler struct {
	Listen string // address and port it listens on
	cmd    *exec.Cmd
	folder string
	exited chan struct{} // closed when the process has ended
}

// poolerSettings let everybody in as whom they say they are, who is postgres: a
// test that wants passwords sets auth_type and writes its own userlist.
const poolerSettings = `[databases]
* = host=%s port=%s
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %d
unix_socket_dir =
auth_type = trust
auth_file = %s
admin_users = postgres
`

// Pgbouncer runs pgbouncer, as .ci/setup unpacked it or as it is installed, in
// front of the server or proxy at addr, and ends it with the test. settings are
// lines of its section [pgbouncer] ("pool_mode = transaction"). The one user it
// knows is postgres, with password, which may be empty.
func Pgbouncer(t testing.TB, addr, password string, settings ...string) *Pooler {
	t.Helper()
	folder, err := newFolder()
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	p := &Pooler{folder: folder}
	for range startTries {
		if err = p.start(t, addr, password, settings); err == nil || !strings.Contains(p.Log(), "ddress already in use") {
			break
		}
	}
	if err != nil {
		t.Fatalf("pgtest: running pgbouncer: %v\n%s", err, lastLines(p.Log(), logLines))
	}
	t.Cleanup(func() {
		p.stop()
		if t.Failed() {
			t.Logf("log of pgbouncer:\n%s", lastLines(p.Log(), logLines))
		}
	})
	return p
}

func (p *Pooler) start(t testing.TB, addr, password string, settings []string) error {
	t.Helper()
	port := FreePort(t)
	p.Listen = net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	p.cmd = pgbouncerCommand(t, filepath.Join(p.folder, "pgbouncer.ini"))
	if err := p.configure(addr, password, port, settings); err != nil {
		return err
	}
	if err := asServer(p.cmd); err != nil {
		return err
	}
	log, err := os.Create(p.logFile())
	if err != nil {
		return fmt.Errorf("creating the log: %w", err)
	}
	defer log.Close()
	p.cmd.Stdout, p.cmd.Stderr = log, log
	if err := p.cmd.Start(); err != nil {
		return err
	}
	exited := make(chan struct{})
	p.exited = exited
	go func(cmd *exec.Cmd) {
		cmd.Wait() // its exit says nothing that the log does not
		close(exited)
	}(p.cmd)
	return p.awaitReady()
}

// pgbouncerCommand skips the test where there is no pgbouncer; with CI=true it
// fails.
func pgbouncerCommand(t testing.TB, configuration string) *exec.Cmd {
	t.Helper()
	unpacked := filepath.Join(CacheFolder(), "pgbouncer", "usr")
	if _, err := os.Stat(filepath.Join(unpacked, "sbin", "pgbouncer")); err == nil {
		cmd := exec.Command(filepath.Join(unpacked, "sbin", "pgbouncer"), configuration)
		libraries, _ := filepath.Glob(filepath.Join(unpacked, "lib", "*-linux-gnu"))
		cmd.Env = append(os.Environ(), "LD_LIBRARY_PATH="+strings.Join(libraries, ":"))
		return cmd
	}
	path, err := exec.LookPath("pgbouncer")
	switch {
	case err == nil:
		return exec.Command(path, configuration)
	case os.Getenv("CI") == "true":
		t.Fatal("pgtest: pgbouncer is missing, and CI=true: run .ci/setup test")
	default:
		t.Skip("pgtest: pgbouncer is not installed: run .ci/setup test")
	}
	return nil
}

func (p *Pooler) configure(addr, password string, port int, settings []string) error {
	host, serverPort, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("reading the address of what pgbouncer stands in front of: %w", err)
	}
	users := filepath.Join(p.folder, "userlist.txt")
	text := fmt.Sprintf(poolerSettings, host, serverPort, port, users) + strings.Join(settings, "\n") + "\n"
	for name, content := range map[string]string{
		users: fmt.Sprintf("%q %q\n", "postgres", password), filepath.Join(p.folder, "pgbouncer.ini"): text,
	} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			return fmt.Errorf("configuring pgbouncer: %w", err)
		}
		if err := giveToServer(name); err != nil {
			return err
		}
	}
	return nil
}

func (p *Pooler) awaitReady() error {
	for deadline := time.Now().Add(startLimit); time.Now().Before(deadline); {
		conn, err := net.Dial("tcp", p.Listen)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-p.exited:
			return fmt.Errorf("it ended at once: %s", p.cmd.ProcessState)
		case <-time.After(poll):
		}
	}
	p.stop()
	return fmt.Errorf("it was not ready within %s", startLimit)
}

// stop ends pgbouncer at once, whoever is connected.
func (p *Pooler) stop() {
	p.cmd.Process.Signal(syscall.SIGTERM) // an error means that it has ended
	select {
	case <-p.exited:
		return
	case <-time.After(stopLimit):
	}
	p.cmd.Process.Kill()
	<-p.exited
}

func (p *Pooler) logFile() string { return filepath.Join(p.folder, "log") }

// Log is what pgbouncer has logged so far.
func (p *Pooler) Log() string {
	log, _ := os.ReadFile(p.logFile())
	return string(log)
}

// URL is the libpq URL of a database through pgbouncer, as the role postgres.
func (p *Pooler) URL(database string) string {
	return databaseURL(p.Listen, database, url.Values{"sslmode": {"disable"}})
}
