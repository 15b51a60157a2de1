package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// telling is a story while it is told.
type telling struct {
	*stage
	*page
	ana *session // her psql, open through the whole story
}

// anaRuns types a statement into ana's psql and shows the answer.
func (t *telling) anaRuns(ctx context.Context, sql string) ([]string, error) {
	t.types("ana", sql)
	answer, err := t.ana.run(ctx, sql)
	t.prints(answer)
	return answer, t.pause(ctx, err)
}

// anaIsHeld types a statement that is to be held, and returns the hold's id.
func (t *telling) anaIsHeld(ctx context.Context, sql string) (id string, err error) {
	return t.isHeld(ctx, "ana", t.ana, sql)
}

func (t *telling) isHeld(ctx context.Context, who string, s *session, sql string) (id string, err error) {
	t.types(who, sql)
	if err := s.send(sql); err != nil {
		return "", err
	}
	notice, err := s.notice(ctx)
	t.prints(notice)
	return holdID(notice), t.pause(ctx, err)
}

// benAnswers runs a subcommand as ben, who is the OS user of the demo.
func (t *telling) benAnswers(ctx context.Context, args ...string) ([]string, error) {
	t.types("ben", "holdfast "+shown(args))
	out, err := t.holdfast.command(ctx, args...)
	t.prints(out)
	return out, t.pause(ctx, err)
}

// expect compares what the server itself says, past holdfast.
func (t *telling) expect(ctx context.Context, want, sql string) error {
	got, err := t.pg.ask(ctx, "shop", sql)
	if err != nil {
		return err
	}
	if got != want {
		return fmt.Errorf("the server says %q, expected %q, to: %s", got, want, sql)
	}
	return nil
}

// oneOf says whether one of the lines is the wanted one.
func oneOf(lines []string, err error, want string) error {
	if err == nil && !slices.Contains(lines, want) {
		return fmt.Errorf("expected %q, and psql printed %q", want, lines)
	}
	return err
}

// readingTime is how long a reader gets for what was just printed.
const readingTime = 1200 * time.Millisecond

// pause lets a reader at a terminal follow; a log is read later.
func (t *telling) pause(ctx context.Context, err error) error {
	if err != nil || !t.terminal {
		return err
	}
	select {
	case <-time.After(readingTime):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// shown is a command line as a person would type it.
func shown(args []string) string {
	words := slices.Clone(args)
	for i, word := range words {
		if strings.Contains(word, " ") {
			words[i] = `"` + word + `"`
		}
	}
	return strings.Join(words, " ")
}
