package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// scenes are the story, in order.
var scenes = []scene{
	{"Ordinary work passes", ordinary},
	{"A DROP in the wrong terminal", wrongTerminal},
	{"A DROP that is meant", meant},
	{"The same in a browser", inABrowser},
	{"Nobody approves their own", theirOwn},
}

// scene is one of them. act returns what was found to be as it should, or why
// something is not.
type scene struct {
	title string
	act   func(ctx context.Context, t *telling) (found string, err error)
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

// inABrowser: ben answers in the web console.
func inABrowser(ctx context.Context, t *telling) (string, error) {
	id, err := t.anaIsHeld(ctx, "DELETE FROM sessions;")
	if err != nil {
		return "", err
	}
	ben, err := openConsole(ctx, t.holdfast)
	if err != nil {
		return "", err
	}
	t.types("ben", "opens the link of: holdfast console login")
	t.types("", "opens /holds/"+id+", presses Approve")
	page, err := ben.answer(ctx, id, "approve", url.Values{"note": {"all of them are old"}})
	if err != nil {
		return "", err
	}
	if !strings.Contains(page, "approved it") {
		return "", errors.New("the page does not say that it is approved")
	}
	answer, err := t.ana.answer(ctx)
	t.hears("ana", answer)
	if err := oneOf(answer, err, "DELETE 3310"); err != nil {
		return "", err
	}
	if err := t.expect(ctx, "0", "SELECT count(*) FROM sessions"); err != nil {
		return "", err
	}
	return "the sessions are gone; the record says: ben, by console", nil
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
