package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// stage is everything the story is played on.
type stage struct {
	folder   string    // all of it lies here, and goes with it
	began    time.Time // once holdfast was built
	pg       *postgres
	holdfast *holdfast
	ana, ben account
}

//go:embed shop.sql
var shop string

// build sets the stage up. The stage is never nil and must be closed, also after
// an error.
func build(ctx context.Context, binary string, p *page) (s *stage, err error) {
	s = &stage{ana: account{"ana", newPassword()}, ben: account{"ben", newPassword()}}
	if s.folder, err = newFolder(); err != nil {
		return s, err
	}
	if binary == "" {
		p.line("Building holdfast; the first time this compiles the Postgres parser, which takes minutes.")
		if binary, err = buildHoldfast(ctx, s.folder); err != nil {
			return s, err
		}
	}
	if binary, err = filepath.Abs(binary); err != nil {
		return s, err
	}
	s.began = time.Now()
	p.line("Starting a throw-away PostgreSQL and holdfast.")
	if s.pg, err = startPostgres(ctx, s.folder); err != nil {
		return s, err
	}
	if err = s.fill(ctx); err != nil {
		return s, err
	}
	s.holdfast, err = startHoldfast(ctx, binary, s.folder, s.pg.port)
	return s, err
}

// newFolder is a temporary folder that the server's user may pass through, with a
// path short enough for the control socket.
func newFolder() (string, error) {
	const socketPathLimit = 103 // of macOS; Linux has 107
	parent := os.TempDir()
	if len(filepath.Join(parent, "holdfast-demo-0123456789", "holdfast.sock")) > socketPathLimit {
		parent = "/tmp"
	}
	folder, err := os.MkdirTemp(parent, "holdfast-demo-")
	if err != nil {
		return "", fmt.Errorf("making a temporary folder: %w", err)
	}
	return folder, os.Chmod(folder, 0o711)
}

// fill makes the shop.
func (s *stage) fill(ctx context.Context) error {
	accounts := fmt.Sprintf("CREATE ROLE ana LOGIN PASSWORD '%s'; CREATE ROLE ben LOGIN PASSWORD '%s'; CREATE DATABASE shop;",
		s.ana.password, s.ben.password)
	if _, err := s.pg.ask(ctx, "postgres", accounts); err != nil {
		return fmt.Errorf("making the shop's users: %w", err)
	}
	if _, err := s.pg.ask(ctx, "shop", shop); err != nil {
		return fmt.Errorf("making the shop's tables: %w", err)
	}
	return nil
}

// close ends and removes everything, in the order in which nobody misses anybody.
func (s *stage) close() (err error) {
	if s.holdfast != nil {
		err = errors.Join(err, s.holdfast.stop())
	}
	if s.pg != nil {
		err = errors.Join(err, s.pg.stop())
	}
	if s.folder != "" {
		err = errors.Join(err, os.RemoveAll(s.folder))
	}
	return err
}

// logLines of each log are shown after a failure.
const logLines = 20

// showLogs prints the ends of both logs, which are removed afterwards.
func (s *stage) showLogs(w io.Writer) {
	for _, p := range []*process{s.holdfast.process, s.pg.process} {
		fmt.Fprintf(w, "\nThe log of %s ends with:\n  %s\n", p.name, strings.Join(p.lastLines(logLines), "\n  "))
	}
	fmt.Fprintln(w)
}
