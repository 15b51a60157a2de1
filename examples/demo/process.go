package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// stopLimit is how long a process may take to end after a signal before a
// stronger one: both servers are idle by then.
const stopLimit = 5 * time.Second

// process is a server of ours.
type process struct {
	name   string
	log    string // file with its output
	cmd    *exec.Cmd
	exited chan struct{} // closed when it has ended
}

// launch starts cmd with its output in a file. It gets a process group of its
// own, so that a Ctrl-C on the terminal reaches the demo alone, which ends its
// processes in order.
func launch(name, log string, cmd *exec.Cmd) (*process, error) {
	out, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
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

// apart gives cmd a process group of its own.
func apart(cmd *exec.Cmd) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
	endWithParent(cmd.SysProcAttr)
}

// stop sends the signals one after the other until the process has ended.
func (p *process) stop(signals ...syscall.Signal) error {
	for _, sig := range append(signals, syscall.SIGKILL) {
		p.cmd.Process.Signal(sig) // an error means that it has ended
		select {
		case <-p.exited:
			return nil
		case <-time.After(stopLimit):
		}
	}
	return fmt.Errorf("%s (pid %d) did not end", p.name, p.cmd.Process.Pid)
}

// lastLines is the end of the process's log.
func (p *process) lastLines(n int) []string {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return []string{err.Error()}
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return lines[max(0, len(lines)-n):]
}
