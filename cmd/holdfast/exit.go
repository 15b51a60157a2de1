package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// The exit codes of every subcommand; DESIGN.md section 9.
const (
	exitFine   = 0
	exitFailed = 1 // unknown id, not allowed, already decided, not ready
	exitUsage  = 2 // usage or configuration
	exitStops  = 3 // check: something would be held or refused
)

// errWouldStop ends check when something would be held or refused. Its report has
// said all there is to say.
var errWouldStop = errors.New("something would be held or refused")

// problem is an error that carries an exit code and is printed as it is: what
// happened and why, then, indented, what to do now.
type problem struct {
	code int
	what string
	now  []string
}

func (p *problem) Error() string { return strings.Join(append([]string{p.what}, p.now...), "\n  ") }

// failed is a problem of exit code 1.
func failed(what string, now ...string) error { return &problem{exitFailed, what, now} }

// misused is a problem of exit code 2.
func misused(what string, now ...string) error { return &problem{exitUsage, what, now} }

// report prints an error and returns the exit code it carries.
func report(w io.Writer, err error) int {
	switch {
	case err == nil:
		return exitFine
	case errors.Is(err, errWouldStop):
		return exitStops
	}
	fmt.Fprintf(w, "holdfast: %v\n", err)
	if p := (*problem)(nil); errors.As(err, &p) {
		return p.code
	}
	return exitFailed
}
