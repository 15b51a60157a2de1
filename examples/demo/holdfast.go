package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"
)

// configuration is a holdfast.yaml. ben is whoever runs the demo: holdfast knows
// who answers by the OS user at its socket, and who asks by the Postgres user.
const configuration = `control: sqlite://%[1]s/holdfast.db
socket: %[1]s/holdfast.sock
audit: %[1]s/audit.jsonl
console: {listen: "127.0.0.1:0"}
people:
  - {name: ana, postgres: [ana]}
  - {name: ben, postgres: [ben], os: %[2]q}
hosts:
  - name: shop-prod
    environment: production
    listen: "127.0.0.1:%[3]d"
    server: "postgres://127.0.0.1:%[4]d?sslmode=disable"
    mode: enforce
`

// holdfast is the proxy in front of the server.
type holdfast struct {
	*process
	binary, folder string
	port           int
}

// buildHoldfast compiles holdfast into the folder and returns the file.
func buildHoldfast(ctx context.Context, folder string) (string, error) {
	file := filepath.Join(folder, "holdfast")
	cmd := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-o", file, "github.com/holdfast-db/holdfast/cmd/holdfast")
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building holdfast: %w\n%s", err, bytes.TrimSpace(out))
	}
	return file, nil
}

// startHoldfast runs holdfast in front of a server and waits until it is ready.
func startHoldfast(ctx context.Context, binary, folder string, server int) (h *holdfast, err error) {
	h = &holdfast{binary: binary, folder: folder}
	for range startTries {
		if err = h.start(ctx, server); err == nil {
			return h, nil
		}
		if ctx.Err() != nil {
			break
		}
	}
	return nil, err
}

func (h *holdfast) start(ctx context.Context, server int) (err error) {
	if h.port, err = freePort(); err != nil {
		return err
	}
	file := filepath.Join(h.folder, "holdfast.yaml")
	text := fmt.Sprintf(configuration, h.folder, whoAmI(), h.port, server)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return fmt.Errorf("writing the configuration: %w", err)
	}
	cmd := exec.Command(h.binary, "serve", "--config", file)
	cmd.Env = environment()
	if h.process, err = launch("holdfast", filepath.Join(h.folder, "holdfast.log"), cmd); err != nil {
		return err
	}
	if err := h.awaitReady(ctx); err != nil {
		return errors.Join(err, h.stop())
	}
	return nil
}

func (h *holdfast) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	for {
		if _, err := h.command(ctx, "status"); err == nil {
			return nil
		}
		select {
		case <-h.exited:
			return fmt.Errorf("holdfast ended at once:\n%s", strings.Join(h.lastLines(10), "\n"))
		case <-ctx.Done():
			return fmt.Errorf("waiting for holdfast: %w", context.Cause(ctx))
		case <-time.After(startPoll):
		}
	}
}

// command runs a subcommand and returns what it printed; its error is an exit
// code other than 0.
func (h *holdfast) command(ctx context.Context, args ...string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, answerLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, h.binary, args...)
	cmd.Env = environment("HOLDFAST_SOCKET=" + h.socket())
	apart(cmd)
	out, err := cmd.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("holdfast %s: %w", strings.Join(args, " "), err)
	}
	return strings.Split(strings.TrimRight(string(out), "\n"), "\n"), err
}

func (h *holdfast) socket() string { return filepath.Join(h.folder, "holdfast.sock") }
func (h *holdfast) audit() string  { return filepath.Join(h.folder, "audit.jsonl") }

// stop lets holdfast end its sessions.
func (h *holdfast) stop() error { return h.process.stop(syscall.SIGTERM) }

var heldAs = regexp.MustCompile(`held as ([0-9a-z]+):`)

// holdID is the id in holdfast's notice, or empty.
func holdID(lines []string) string {
	if m := heldAs.FindStringSubmatch(strings.Join(lines, "\n")); m != nil {
		return m[1]
	}
	return ""
}
