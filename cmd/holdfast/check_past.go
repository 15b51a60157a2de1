package main

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/holdfast-db/holdfast/internal/check"
	"github.com/holdfast-db/holdfast/internal/history"
	"github.com/holdfast-db/holdfast/internal/wording"
	"github.com/holdfast-db/holdfast/rules"
)

// checkPast judges what a server ran, by its logs or by pg_stat_statements, and says
// in its exit code whether something would have stopped.
func (a *app) checkPast(c checking, o opinion) error {
	judge := &check.Judge{Reader: rules.NewReader(rules.ReaderOptions{}), Policy: o.policy, Origin: o.origin}
	p := pastReport{a: a, opinion: o, past: check.NewPast(judge, o.at), statStatements: c.statStatements}
	for _, name := range c.files {
		if err := p.input(name, c.logLinePrefix); err != nil {
			return err
		}
	}
	total := p.past.Total()
	if c.json {
		if err := a.printJSON(p.object(total)); err != nil {
			return err
		}
	} else {
		p.print(total)
	}
	if stopped(total) > 0 {
		return errWouldStop
	}
	return nil
}

// pastReport tells what a policy would have said of what a server ran.
type pastReport struct {
	a *app
	opinion
	past           *check.Past
	statStatements bool
	seen           history.Seen
}

// input reads one file, or standard input.
func (p *pastReport) input(name, prefix string) error {
	in, err := p.a.openInput(name)
	if err != nil {
		return err
	}
	defer in.Close()
	add := func(st history.Statement) { p.past.Add(name, st) }
	text, err := unpacked(in)
	if err != nil {
		return failed(fmt.Sprintf("not checked: %s: %s", inputName(name), escape(err.Error())))
	}
	seen, err := p.read(text, prefix, add)
	p.seen = p.seen.Plus(seen)
	switch {
	case errors.Is(err, history.ErrPrefix):
		return failed(fmt.Sprintf("not checked: %s: %s of log_line_prefix", inputName(name), err),
			"Ask the server with SHOW log_line_prefix, and give its answer: --log-line-prefix '%t [%p] '")
	case err != nil && p.statStatements:
		return failed(fmt.Sprintf("not checked: %s: %s", inputName(name), escape(err.Error())), statStatementsHint)
	case err != nil:
		return failed(fmt.Sprintf("not checked to the end: %s: %s", inputName(name), escape(err.Error())))
	}
	return nil
}

// unpacked is an input, or what is inside where it is packed by gzip, as rotated logs
// are.
func unpacked(in io.Reader) (io.Reader, error) {
	b := bufio.NewReader(in)
	if magic, err := b.Peek(2); err == nil && magic[0] == 0x1f && magic[1] == 0x8b { // RFC 1952
		return gzip.NewReader(b)
	}
	return b, nil // a reading error comes back when it is read
}

const statStatementsHint = `In psql: \copy (SELECT r.rolname, d.datname, s.calls, s.query FROM pg_stat_statements s JOIN pg_roles r ON r.oid = s.userid JOIN pg_database d ON d.oid = s.dbid) TO 'statements.csv' CSV HEADER`

func (p *pastReport) read(in io.Reader, prefix string, add func(history.Statement)) (history.Seen, error) {
	if p.statStatements {
		return history.ReadStatements(in, add)
	}
	return history.ReadLog(in, prefix, add)
}

// stopped is how often something would have been held or refused.
func stopped(t check.Total) uint64 { return t.Times[rules.Hold] + t.Times[rules.Refuse] }

// print tells it to people.
func (p *pastReport) print(t check.Total) {
	s := p.a.out
	fmt.Fprintf(s, "This policy %s%s.\n", pastWords(t), between(t.From, t.To))
	fmt.Fprintf(s, "%s read, each as often as it ran.\n", count64(t.Statements, "statement"))
	for _, r := range t.Rules {
		p.rule(r)
	}
	for i, text := range p.unseen() {
		if i == 0 {
			fmt.Fprintln(s)
		}
		for j, line := range fold(text, s.width-2) {
			fmt.Fprintln(s, []string{"- ", "  "}[min(j, 1)]+line)
		}
	}
}

// pastWords says how often it would have asked and refused.
func pastWords(t check.Total) string {
	held, refused := t.Times[rules.Hold], t.Times[rules.Refuse]
	switch {
	case held+refused == 0:
		return "would not have asked about anything"
	case refused == 0:
		return "would have asked " + count64(held, "time")
	case held == 0:
		return "would have refused " + count64(refused, "time") + " and asked about nothing else"
	}
	return "would have asked " + count64(held, "time") + " and refused " + count64(refused, "time")
}

func count64(n uint64, noun string) string {
	return wording.Number(n) + " " + plural64(n, noun)
}

func plural64(n uint64, noun string) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}

func between(from, to time.Time) string {
	if from.IsZero() {
		return ""
	}
	return " between " + moment(from) + " and " + moment(to)
}

// moment is a time of the past in UTC: a log may be from anywhere.
func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

// rule tells what one rule would have stopped.
func (p *pastReport) rule(r check.Sum) {
	s := p.a.out
	word := "asked"
	if r.Action == rules.Refuse {
		word = "refused"
	}
	distinct := wording.Number(uint64(r.Distinct))
	if r.More {
		distinct = "at least " + distinct
	}
	fmt.Fprintf(s, "\n%s: %s %s, %s different %s%s\n", s.paint(checkStyle(r.Action), escape(r.Rule)), word, count64(r.Times, "time"),
		distinct, plural64(uint64(r.Distinct), "statement"), usersText(r))
	report := checkReport{a: p.a}
	if !r.First.IsZero() {
		report.pair("when", moment(r.First)+" to "+moment(r.Last))
	}
	e := r.Example
	report.pair("such", fmt.Sprintf("%s:%d: %s%s", inputName(e.Input), e.Line, e.Reason, senderText(e.Origin)))
	if e.SQL != "" {
		report.pair("    ", e.SQL)
	}
	report.pair("rule", p.source(r.Rule))
}

func usersText(r check.Sum) string {
	if len(r.Users) == 0 {
		return ""
	}
	names := r.Users
	if more := len(names) - shownUsers; more > 0 {
		names = append(names[:shownUsers:shownUsers], wording.Count(more, "other"))
	}
	text := " of " + wording.List(names, "and")
	if r.MoreUsers {
		text += " and more"
	}
	return escape(text)
}

// shownUsers is how many users a line names.
const shownUsers = 5

func senderText(o rules.Origin) string {
	text := ""
	if o.User != "" {
		text += " by " + o.User
	}
	if o.Application != "" {
		text += ", " + o.Application
	}
	if o.Client != "" {
		text += ", from " + o.Client
	}
	if o.Database != "" {
		text += ", in " + o.Database
	}
	return text
}
