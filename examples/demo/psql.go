package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// answerLimit bounds what psql and holdfast may take for one answer: they take
// milliseconds, and a story that hangs tells nothing.
const answerLimit = 30 * time.Second

// marker is what psql prints when everything before it has been answered.
const marker = "-- demo: answered"

// session is one psql that stays connected through the whole story.
type session struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	lines chan string // what it prints; closed at its end
}

// connect starts psql as that account, on a port of this machine.
func connect(psql string, port int, who account) (*session, error) {
	cmd := exec.Command(psql, "-X", conninfo(port, "shop", who.name))
	cmd.Env = environment("PGPASSWORD=" + who.password)
	apart(cmd)
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("starting psql: %w", err)
	}
	out, write, err := os.Pipe() // one for both, so that notices and results stay in order
	if err != nil {
		return nil, fmt.Errorf("starting psql: %w", err)
	}
	cmd.Stdout, cmd.Stderr = write, write
	err = cmd.Start()
	write.Close()
	if err != nil {
		out.Close()
		return nil, fmt.Errorf("starting psql: %w", err)
	}
	s := &session{cmd: cmd, in: in, lines: make(chan string, 1000)}
	go s.read(out)
	return s, nil
}

func (s *session) read(out io.ReadCloser) {
	defer out.Close()
	defer close(s.lines)
	for scan := bufio.NewScanner(out); scan.Scan(); {
		s.lines <- scan.Text()
	}
}

// send types a statement and does not wait for its answer.
func (s *session) send(sql string) error {
	if _, err := fmt.Fprintf(s.in, "%s\n\\warn %s\n", sql, marker); err != nil {
		return fmt.Errorf("typing into psql: %w", err)
	}
	return nil
}

// run types a statement and returns what psql printed for it.
func (s *session) run(ctx context.Context, sql string) ([]string, error) {
	if err := s.send(sql); err != nil {
		return nil, err
	}
	return s.answer(ctx)
}

// answer is what psql prints up to the end of the statement that was sent, or of
// psql itself.
func (s *session) answer(ctx context.Context) ([]string, error) {
	return s.until(ctx, func(line string) bool { return line == marker })
}

// notice is what psql prints up to the end of one notice of holdfast.
func (s *session) notice(ctx context.Context) ([]string, error) {
	lines, err := s.until(ctx, func(line string) bool { return strings.HasPrefix(line, "HINT:") || line == marker })
	if err == nil && holdID(lines) == "" {
		err = fmt.Errorf("it was not held; psql printed: %q", lines)
	}
	return lines, err
}

// until collects lines up to the one that ends it. The marker is left out.
func (s *session) until(ctx context.Context, ends func(string) bool) (lines []string, err error) {
	limit := time.NewTimer(answerLimit)
	defer limit.Stop()
	for {
		select {
		case line, open := <-s.lines:
			if open && line != marker {
				lines = append(lines, line)
			}
			if !open || ends(line) {
				return lines, nil
			}
		case <-limit.C:
			return lines, fmt.Errorf("psql did not answer within %s", answerLimit)
		case <-ctx.Done():
			return lines, context.Cause(ctx)
		}
	}
}

// interrupt is Ctrl-C. A psql that reads from a pipe ends after it.
func (s *session) interrupt() error { return s.cmd.Process.Signal(syscall.SIGINT) }

// close ends psql, whatever it waits for.
func (s *session) close() {
	s.in.Close()
	s.cmd.Process.Kill()
	for range s.lines { // until it has nothing to say any more
	}
	s.cmd.Wait()
}

// conninfo says where psql connects to.
func conninfo(port int, database, user string) string {
	return fmt.Sprintf("host=127.0.0.1 port=%d dbname=%s user=%s", port, database, user)
}

// environment is the demo's own with more, but without what would change what
// psql and holdfast do on another machine.
func environment(more ...string) []string {
	var env []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "PG") && !strings.HasPrefix(v, "HOLDFAST_") && !strings.HasPrefix(v, "LC_") {
			env = append(env, v)
		}
	}
	return append(append(env, "LC_ALL=C"), more...)
}

// newPassword is a password nobody has to remember; it fits into a URL.
func newPassword() string { return strings.ToLower(rand.Text()[:16]) }
