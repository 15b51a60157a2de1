package pgtest

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const (
	// startLimit bounds the start of a server: well under a second when idle,
	// many times that while two cores compile C.
	startLimit = 60 * time.Second

	// stopLimit is how long a fast shutdown may take before an immediate one.
	stopLimit = 10 * time.Second

	// poll is how often conditions outside of our process are looked at.
	poll = 10 * time.Millisecond

	startTries = 5 // ports tried when others are taken in the meantime

	// What is shown of a log when a test fails: the last lines, and of each as
	// much as fits, for some tests send statements of a megabyte.
	logLines  = 60
	lineWidth = 400
)

// passwordsOverTCP is the pg_hba.conf of SCRAM.
const passwordsOverTCP = "local all all trust\nhost all all all scram-sha-256\n"

// Server is a running PostgreSQL server. It is safe for concurrent use.
type Server struct {
	Version Version
	Host    string // "127.0.0.1"
	Port    int
	Sockets string // folder of its Unix socket
	CA      string // file with the authority of its certificate; empty without TLS

	// Certificate is what the server shows with TLS, readable by the tests.
	Certificate Certificate

	folder string
	setup  setup
	cmd    *exec.Cmd
	exited chan struct{} // closed when the process has ended
	once   sync.Once     // stop
}

// sharedServer is a server or the reason why there is none, so that the second
// test does not wait for the same failure again.
type sharedServer struct {
	server *Server
	err    error
}

// Start starts a server for one test and stops it at the test's end. When the
// test failed the end of the server's log is shown.
func Start(t testing.TB, v Version, opts ...Option) *Server {
	t.Helper()
	srv, err := start(v, opts)
	if err != nil {
		t.Fatalf("pgtest: starting PostgreSQL %s: %v", v.Full, err)
	}
	t.Cleanup(func() {
		srv.logOnFailure(t)
		srv.stop()
	})
	return srv
}

// Shared is the one server of version v for all tests of the package, which must
// call Main. Use Database for a database of one's own on it, and change nothing
// that other tests can see.
func Shared(t testing.TB, v Version) *Server {
	t.Helper()
	process.mu.Lock()
	defer process.mu.Unlock()
	requireMainLocked(t)
	shared := process.servers[v.Major]
	if shared == nil {
		shared = &sharedServer{}
		shared.server, shared.err = start(v, nil)
		if process.servers == nil {
			process.servers = make(map[int]*sharedServer)
		}
		process.servers[v.Major] = shared
	}
	if shared.err != nil {
		t.Fatalf("pgtest: starting PostgreSQL %s: %v", v.Full, shared.err)
	}
	t.Cleanup(func() { shared.server.logOnFailure(t) })
	return shared.server
}

func start(v Version, opts []Option) (*Server, error) {
	var s setup
	for _, opt := range opts {
		opt(&s)
	}
	folder, err := newFolder()
	if err != nil {
		return nil, err
	}
	srv := &Server{Version: v, Host: "127.0.0.1", folder: folder, Sockets: filepath.Join(folder, "s"), setup: s}
	err = srv.prepare(s)
	if err == nil {
		err = srv.launch(s)
	}
	if err == nil && s.scram {
		err = srv.exec("postgres", "ALTER ROLE postgres PASSWORD '"+Password+"'")
	}
	if err != nil {
		srv.stop()
		return nil, err
	}
	return srv, nil
}

func (srv *Server) data() string    { return filepath.Join(srv.folder, "data") }
func (srv *Server) logFile() string { return filepath.Join(srv.folder, "log") }

func (srv *Server) prepare(s setup) error {
	if err := os.Mkdir(srv.Sockets, 0o755); err != nil {
		return fmt.Errorf("creating a folder for sockets: %w", err)
	}
	if err := giveToServer(srv.folder, srv.Sockets); err != nil {
		return err
	}
	if err := copyTemplate(srv.Version, srv.data()); err != nil {
		return err
	}
	if s.scram {
		if err := os.WriteFile(filepath.Join(srv.data(), "pg_hba.conf"), []byte(passwordsOverTCP), 0o600); err != nil {
			return fmt.Errorf("writing pg_hba.conf: %w", err)
		}
	}
	if s.tls {
		return srv.addCertificate()
	}
	return nil
}

// launch runs the server on a free port, and on another one when that was taken
// between our look and its bind.
func (srv *Server) launch(s setup) error {
	var last error
	for range startTries {
		port, err := freePort()
		if err != nil {
			return err
		}
		srv.Port = port
		if last = srv.run(s.args(srv.data(), srv.Sockets, port)); last == nil {
			return nil
		}
		if !strings.Contains(srv.Log(), "Address already in use") {
			return last
		}
	}
	return last
}

func (srv *Server) run(args []string) error {
	logFile, err := os.OpenFile(srv.logFile(), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("creating the server's log: %w", err)
	}
	defer logFile.Close()
	srv.cmd = exec.Command(filepath.Join(srv.Version.Bin, "postgres"), args...)
	srv.cmd.Stdout, srv.cmd.Stderr = logFile, logFile
	if err := asServer(srv.cmd); err != nil {
		return err
	}
	if err := srv.cmd.Start(); err != nil {
		return fmt.Errorf("running postgres: %w", err)
	}
	srv.exited = make(chan struct{})
	go func() {
		srv.cmd.Wait() // its exit says nothing that the log does not
		close(srv.exited)
	}()
	return srv.awaitReady()
}

// awaitReady waits for the word "ready" on the eighth line of postmaster.pid,
// which is what pg_ctl -w does.
func (srv *Server) awaitReady() error {
	for deadline := time.Now().Add(startLimit); time.Now().Before(deadline); {
		pid, err := os.ReadFile(filepath.Join(srv.data(), "postmaster.pid"))
		lines := strings.Split(string(pid), "\n")
		if err == nil && len(lines) >= 8 && strings.TrimSpace(lines[7]) == "ready" {
			return nil
		}
		select {
		case <-srv.exited:
			return fmt.Errorf("the server ended at once: %s", srv.Log())
		case <-time.After(poll):
		}
	}
	srv.signal(syscall.SIGQUIT)
	<-srv.exited
	return fmt.Errorf("the server was not ready within %s: %s", startLimit, srv.Log())
}

// Stop shuts the server down as `pg_ctl stop -m fast` does: clients get 57P01.
func (srv *Server) Stop() { srv.end(syscall.SIGINT) }

// Crash shuts the server down as `pg_ctl stop -m immediate` does: clients lose
// their connections.
func (srv *Server) Crash() { srv.end(syscall.SIGQUIT) }

// Restart starts the server again after Stop or Crash, on the same port and with the
// same settings.
func (srv *Server) Restart(t testing.TB) {
	t.Helper()
	if err := srv.run(srv.setup.args(srv.data(), srv.Sockets, srv.Port)); err != nil {
		t.Fatalf("pgtest: starting PostgreSQL %s again: %v", srv.Version.Full, err)
	}
}

// stop throws the server away, so it need not shut down in good order.
func (srv *Server) stop() {
	srv.once.Do(func() {
		srv.end(syscall.SIGQUIT)
		os.RemoveAll(srv.folder)
	})
}

func (srv *Server) end(sig syscall.Signal) {
	if srv.exited == nil {
		return // never ran
	}
	srv.signal(sig)
	select {
	case <-srv.exited:
		return
	case <-time.After(stopLimit):
	}
	srv.signal(syscall.SIGQUIT)
	<-srv.exited
}

// signal ignores that the process may be gone already.
func (srv *Server) signal(sig syscall.Signal) {
	if err := srv.cmd.Process.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
		panic(fmt.Sprintf("pgtest: signalling the server: %v", err))
	}
}

// Log is what the server has logged so far.
func (srv *Server) Log() string {
	log, _ := os.ReadFile(srv.logFile())
	return string(log)
}

// CollectedLog is the path of a log of a server started with Logging: server.log,
// server.csv or server.json.
func (srv *Server) CollectedLog(name string) string {
	return filepath.Join(srv.data(), collected, name)
}

func (srv *Server) logOnFailure(t testing.TB) {
	if t.Failed() {
		t.Logf("log of PostgreSQL %s:\n%s", srv.Version, lastLines(srv.Log(), logLines))
	}
}

func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	lines = lines[max(0, len(lines)-n):]
	for i, line := range lines {
		if len(line) > lineWidth {
			lines[i] = fmt.Sprintf("%s... %d bytes", line[:lineWidth], len(line))
		}
	}
	return strings.Join(lines, "\n")
}

// Addr is the server's TCP address, host and port.
func (srv *Server) Addr() string { return srv.Host + ":" + strconv.Itoa(srv.Port) }

// Socket is the path of the server's Unix socket.
func (srv *Server) Socket() string {
	return filepath.Join(srv.Sockets, ".s.PGSQL."+strconv.Itoa(srv.Port))
}

// URL is the libpq URL of a database over TCP, as the superuser postgres.
func (srv *Server) URL(database string) string {
	return databaseURL(srv.Addr(), database, nil)
}

// SocketURL is the libpq URL of a database over the Unix socket, where no
// password is ever asked for.
func (srv *Server) SocketURL(database string) string {
	return databaseURL("", database, url.Values{"host": {srv.Sockets}, "port": {strconv.Itoa(srv.Port)}})
}

func databaseURL(addr, database string, query url.Values) string {
	u := url.URL{Scheme: "postgres", User: url.User("postgres"), Host: addr, Path: "/" + database, RawQuery: query.Encode()}
	return u.String()
}
