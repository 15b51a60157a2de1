package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	startLimit = 30 * time.Second // until a proxy or server must accept
	stopLimit  = 5 * time.Second  // between a signal and a stronger one
)

// process is a server or proxy of ours.
type process struct {
	name   string
	log    string
	cmd    *exec.Cmd
	exited chan struct{} // closed when it has ended
}

// launch starts cmd with its output in the file log.
func launch(name, log string, cmd *exec.Cmd) (*process, error) {
	out, err := os.Create(log)
	if err != nil {
		return nil, fmt.Errorf("creating the log of %s: %w", name, err)
	}
	defer out.Close()
	cmd.Stdout, cmd.Stderr = out, out
	apart(cmd)
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", name, err)
	}
	p := &process{name: name, log: log, cmd: cmd, exited: make(chan struct{})}
	go func() {
		cmd.Wait() // why it ended is in its log
		close(p.exited)
	}()
	return p, nil
}

// apart keeps a Ctrl-C on the terminal from the children: we end them in order.
func apart(cmd *exec.Cmd) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
	endWithParent(cmd.SysProcAttr)
}

func (p *process) pid() int { return p.cmd.Process.Pid }

// stop ends the process, at first politely.
func (p *process) stop() {
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT, syscall.SIGKILL} {
		p.cmd.Process.Signal(sig) // an error means that it has ended
		select {
		case <-p.exited:
			return
		case <-time.After(stopLimit):
		}
	}
}

// awaitPort returns once somebody listens on the port, or p has ended.
func (p *process) awaitPort(ctx context.Context, port int) error {
	deadline := time.Now().Add(startLimit)
	for time.Now().Before(deadline) {
		c, err := net.Dial("tcp", localAddress(port))
		if err == nil {
			return c.Close()
		}
		select {
		case <-p.exited:
			return fmt.Errorf("%s ended at its start:\n%s", p.name, p.lastLines(10))
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
	return fmt.Errorf("%s did not listen within %s:\n%s", p.name, startLimit, p.lastLines(10))
}

func (p *process) lastLines(n int) string {
	text, _ := os.ReadFile(p.log)
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

func localAddress(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// account is the user to run PostgreSQL and pgbouncer as, which both refuse
// root; nil when we are somebody else ourselves.
func account() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL does not run as root: %w", err)
	}
	uid, _ := strconv.ParseUint(u.Uid, 10, 32)
	gid, _ := strconv.ParseUint(u.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

// asAccount makes cmd run as that user.
func asAccount(cmd *exec.Cmd) error {
	credential, err := account()
	if err != nil {
		return err
	}
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: credential}
	return nil
}

// freePort asks the kernel for one, below those it hands to clients, so that no
// connection takes it before its owner does.
func freePort() (int, error) {
	for port := 10000 + os.Getpid()%10000; port < 32768; port++ {
		l, err := net.Listen("tcp", localAddress(port))
		if err != nil || taken[port] {
			continue
		}
		taken[port] = true
		return port, l.Close()
	}
	return 0, fmt.Errorf("no free port below 32768")
}

// taken are the ports given out, whose owners may not listen yet.
var taken = make(map[int]bool)
