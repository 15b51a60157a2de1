package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// scenes are the story, in order.
var scenes = []scene{
	{"Ordinary work passes", ordinary},
	{"A DROP in the wrong terminal", wrongTerminal},
	{"A DROP that is meant", meant},
	{"Nobody approves their own", theirOwn},
}

// scene is one of them. act returns what was found to be as it should, or why
// something is not.
type scene struct {
	title string
	act   func(ctx context.Context, t *telling) (found string, err error)
}

// telling is a story while it is told.
type telling struct {
	*stage
	*page
	ana *session // her psql, open through the whole story
}

// play plays the scenes up to the first that goes wrong, and returns how many
// went as they should.
func play(ctx context.Context, s *stage, p *page) (int, error) {
	p.line("")
	p.line("holdfast demo: one shop, %d scenes. PostgreSQL %s on %s, holdfast on %s as shop-prod (production). Reviewer: ben, who is OS user %s.",
		len(scenes), s.pg.version, localAddress(s.pg.port), localAddress(s.holdfast.port), whoAmI())
	ana, err := connect(s.pg.psql, s.holdfast.port, s.ana)
	if err != nil {
		return 0, err
	}
	defer ana.close()
	t := &telling{stage: s, page: p, ana: ana}
	for i, scene := range scenes {
		p.title(i+1, scene.title)
		found, err := scene.act(ctx, t)
		switch {
		case ctx.Err() != nil:
			return i, context.Cause(ctx)
		case err != nil:
			p.check(err.Error(), false)
			return i, fmt.Errorf("%d of %d as they should be, then it failed", i, len(scenes))
		}
		p.check(found, true)
	}
	p.line("")
	return len(scenes), nil
}

// ordinary: what destroys nothing by its text is not even delayed.
func ordinary(ctx context.Context, t *telling) (string, error) {
	for _, sql := range []string{
		"SELECT count(*) FROM events;",
		"UPDATE customers SET last_seen_at = now() WHERE id = 7;",
	} {
		if _, err := t.anaRuns(ctx, sql); err != nil {
			return "", err
		}
	}
	holds, err := t.holdfast.command(ctx, "holds", "--all", "--json")
	if err != nil {
		return "", err
	}
	if len(trim(holds)) > 0 {
		return "", fmt.Errorf("something was held: %s", holds)
	}
	return "both passed, nothing was held", nil
}

// wrongTerminal: a DROP is held, shown, denied; the table and the session stay.
func wrongTerminal(ctx context.Context, t *telling) (string, error) {
	id, err := t.anaIsHeld(ctx, "DROP TABLE events;")
	if err != nil {
		return "", err
	}
	if _, err := t.benAnswers(ctx, "holds"); err != nil {
		return "", err
	}
	if err := t.expect(ctx, "30000", "SELECT count(*) FROM events"); err != nil {
		return "", err
	}
	if _, err := t.benAnswers(ctx, "deny", id, "--note", "this is production"); err != nil {
		return "", err
	}
	answer, err := t.ana.answer(ctx)
	t.hears("ana", answer)
	if err := oneOf(answer, err, "ERROR:  holdfast: denied by ben: this is production"); err != nil {
		return "", err
	}
	if answer, err = t.anaRuns(ctx, "SELECT count(*) FROM events;"); err != nil {
		return "", err
	}
	if err := oneOf(answer, nil, " 30000"); err != nil {
		return "", err
	}
	return "events has 30,000 rows, as before; ana's session goes on", nil
}

// meant: the same, but somebody else says yes.
func meant(ctx context.Context, t *telling) (string, error) {
	id, err := t.anaIsHeld(ctx, "DROP TABLE orders_2023;")
	if err != nil {
		return "", err
	}
	if _, err := t.benAnswers(ctx, "approve", id, "--note", "it is in the archive"); err != nil {
		return "", err
	}
	answer, err := t.ana.answer(ctx)
	t.hears("ana", answer)
	if err := oneOf(answer, err, "DROP TABLE"); err != nil {
		return "", err
	}
	if err := t.expect(ctx, "f", "SELECT to_regclass('orders_2023') IS NOT NULL"); err != nil {
		return "", err
	}
	if _, err := t.benAnswers(ctx, "audit", "verify", t.holdfast.audit()); err != nil {
		return "", err
	}
	return "orders_2023 is gone; the record says who, when and why", nil
}

// theirOwn: whoever asked cannot answer, but can take it back.
func theirOwn(ctx context.Context, t *telling) (string, error) {
	ben, err := connect(t.pg.psql, t.holdfast.port, t.ben)
	if err != nil {
		return "", err
	}
	defer ben.close()
	id, err := t.isHeld(ctx, "ben", ben, "TRUNCATE customers CASCADE;")
	if err != nil {
		return "", err
	}
	if _, err := t.benAnswers(ctx, "approve", id); err == nil {
		return "", errors.New("ben approved what ben asked")
	}
	t.types("ben", "Ctrl-C in psql")
	if err := ben.interrupt(); err != nil {
		return "", fmt.Errorf("interrupting psql: %w", err)
	}
	answer, err := ben.answer(ctx)
	t.prints(answer)
	if err := oneOf(answer, err, "ERROR:  canceling statement due to user request"); err != nil {
		return "", err
	}
	if err := t.expect(ctx, "1240 30000", "SELECT (SELECT count(*) FROM customers) || ' ' || (SELECT count(*) FROM events)"); err != nil {
		return "", err
	}
	return "customers has 1,240 rows and events 30,000, as before", nil
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
