// Command demo plays a short story with a real PostgreSQL server, a real psql
// and a real holdfast: what passes, what is held, who may approve it.
//
// It starts a throw-away server and holdfast, checks every scene on the server
// itself, and ends and removes everything. On a terminal it stays up afterwards,
// so that the reader can go on by hand. Run it with `make demo`.
//
// Where things are: story.go has the scenes, stage.go what they are played on
// (postgres.go, holdfast.go, process.go), psql.go a session, browser.go one in the
// web console, page.go the looks.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/term"
)

func main() {
	binary := flag.String("holdfast", "", "`FILE` of holdfast; without it, it is built first")
	flag.Parse()
	if err := run(*binary); err != nil {
		fmt.Fprintf(os.Stderr, "demo: %v\n", err)
		os.Exit(1)
	}
}

// run plays the story. Whatever happens, what was started is ended on return.
func run(binary string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go watchParent(ctx, cancel)

	p := newPage(os.Stdout)
	s, err := build(ctx, binary, p)
	if err == nil {
		err = perform(ctx, s, p)
	}
	if err != nil && ctx.Err() != nil {
		err = errors.New("stopped before the end")
	}
	if err = errors.Join(err, s.close()); err == nil {
		p.yourOwn()
	}
	return err
}

// perform plays the story on a stage that is set, and keeps it up for a reader.
func perform(ctx context.Context, s *stage, p *page) error {
	played, err := play(ctx, s, p)
	if err != nil {
		if ctx.Err() == nil {
			s.showLogs(os.Stderr)
		}
		return err
	}
	p.line("%d of %d as they should be, in %d s.", played, len(scenes), int(time.Since(s.began).Round(time.Second).Seconds()))
	if p.terminal && term.IsTerminal(int(os.Stdin.Fd())) {
		return s.stayUp(ctx, p)
	}
	return nil
}

// parentPoll is how often the parent is looked at: soon enough for a person.
const parentPoll = 200 * time.Millisecond

// watchParent ends the demo when its parent has ended: `go run`, when it is
// terminated, does not pass the signal on.
func watchParent(ctx context.Context, cancel context.CancelCauseFunc) {
	parent := os.Getppid()
	tick := time.NewTicker(parentPoll)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if os.Getppid() != parent {
				cancel(errors.New("the parent process ended"))
				return
			}
		}
	}
}
