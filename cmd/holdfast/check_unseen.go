package main

import (
	"fmt"
	"time"

	"github.com/holdfast-db/holdfast/internal/check"
	"github.com/holdfast-db/holdfast/rules"
)

// unseen is what the inputs cannot show, as sentences.
func (p *pastReport) unseen() (list []string) {
	s := p.seen
	say := func(when bool, format string, args ...any) {
		if when {
			list = append(list, fmt.Sprintf(format, args...))
		}
	}
	if p.statStatements {
		say(true, "pg_stat_statements has what ran since its last reset, as far as pg_stat_statements.max let it stay, without times, applications and clients; "+
			"constants stand as $1, so a rule about them cannot be tried.")
		say(s.Nested > 0, "%s ran inside of functions and never came from a client: left out.", count64(s.Nested, "statement"))
	} else {
		say(true, "A log has what log_statement and log_min_duration_statement let into it: none and ddl leave DELETE and UPDATE out, mod leaves reads out.")
		say(s.Statements > 0 && !s.Rows, "There is no SELECT, INSERT, UPDATE or DELETE in it: log_statement looks like ddl, and what changes rows is missing.")
		say(s.Rows && !s.Reads, "There is no SELECT in it: log_statement looks like mod, and functions that a SELECT calls are missing.")
		say(s.Timed > 0, "%s are there with their duration: those that were faster than log_min_duration_statement may be missing.", count64(s.Timed, "statement"))
		say(s.Statements == 0, "There is no statement in it at all: set log_statement to all for a while, or read pg_stat_statements.")
		say(s.Zone != "", "The time zone %s is not known, or means several: its times were taken for UTC. Set log_timezone to UTC.", quote(s.Zone))
	}
	say(true, "Rows are not counted: a filter that took many rows passes here.")
	say(s.Foreign > 0, "%s could not be read.", count64(s.Foreign, p.lineNoun()))
	say(s.Long > 0, "%s longer than 1 MiB left out.", count64(s.Long, "statement"))
	return list
}

func (p *pastReport) lineNoun() string {
	if p.statStatements {
		return "record"
	}
	return "line"
}

// pastObject is what --json prints. docs/configuration.md explains it.
type pastObject struct {
	From       *time.Time        `json:"from,omitempty"`
	To         *time.Time        `json:"to,omitempty"`
	Statements uint64            `json:"statements"`
	Verdicts   map[string]uint64 `json:"verdicts"`
	Rules      []pastRule        `json:"rules"`
	Unread     uint64            `json:"unread"`
	TooLong    uint64            `json:"too_long"`
	Notes      []string          `json:"notes"`
}

type pastRule struct {
	Rule      string      `json:"rule"`
	Verdict   string      `json:"verdict"`
	Count     uint64      `json:"count"`
	Distinct  int         `json:"distinct"`
	AtLeast   bool        `json:"distinct_is_at_least,omitempty"`
	Users     []string    `json:"users"`
	MoreUsers bool        `json:"more_users,omitempty"`
	First     *time.Time  `json:"first,omitempty"`
	Last      *time.Time  `json:"last,omitempty"`
	Example   pastExample `json:"example"`
}

type pastExample struct {
	File        string     `json:"file"`
	Line        int        `json:"line"`
	Time        *time.Time `json:"time,omitempty"`
	User        string     `json:"user,omitempty"`
	Database    string     `json:"database,omitempty"`
	Application string     `json:"application,omitempty"`
	Client      string     `json:"client,omitempty"`
	Reason      string     `json:"reason"`
	SQL         string     `json:"sql,omitempty"`
}

func (p *pastReport) object(t check.Total) pastObject {
	o := pastObject{
		From: timeOf(t.From), To: timeOf(t.To), Statements: t.Statements, Verdicts: map[string]uint64{}, Rules: []pastRule{},
		Unread: p.seen.Foreign, TooLong: p.seen.Long, Notes: p.unseen(),
	}
	for _, action := range rules.Actions() {
		o.Verdicts[action.String()] = t.Times[action]
	}
	for _, r := range t.Rules {
		e := r.Example
		o.Rules = append(o.Rules, pastRule{
			Rule: r.Rule, Verdict: r.Action.String(), Count: r.Times, Distinct: r.Distinct, AtLeast: r.More,
			Users: r.Users, MoreUsers: r.MoreUsers, First: timeOf(r.First), Last: timeOf(r.Last),
			Example: pastExample{
				File: e.Input, Line: e.Line, Time: timeOf(e.At), User: e.Origin.User, Database: e.Origin.Database,
				Application: e.Origin.Application, Client: e.Origin.Client, Reason: e.Reason, SQL: e.SQL,
			},
		})
	}
	return o
}

// timeOf is a time for JSON; nil when it is not known.
func timeOf(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
