package hold

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/holdfast-db/holdfast/internal/event"
)

const (
	// recordStatements bounds the summaries of one record: a batch may hold
	// thousands of statements, and the hash covers all of them.
	recordStatements = 20

	// recordText bounds each text of a record, in bytes. Postgres's names have
	// 63; application names and messages are free text.
	recordText = 512
)

// changed is the event of h's change. It carries no text of the statement.
func changed(h Hold, from State, at time.Time) event.HoldChanged {
	e := event.HoldChanged{
		At: at, Hold: h.ID, From: string(from), State: string(h.State),
		Origin: event.Origin{
			Host: clip(h.Host), Environment: clip(h.Environment), Database: clip(h.Database),
			User: clip(h.User), Application: clip(h.Application), Client: clip(h.Client),
		},
		RequesterUnknown: h.Unknown,
		Statements:       clipAll(h.Statements), SQLHash: h.SQLHash, Binding: clip(h.Binding),
		Rule: clip(h.Rule), Reason: clip(h.Reason), InTransaction: h.InTransaction,
		Group: clip(h.Reviewers.Group), Count: h.Reviewers.needed(), Also: also(h.Request), TypeName: h.TypeName,
		Asked: h.Asked.UTC(), Expires: h.Expires.UTC(),
		By: clip(h.DecidedBy), Via: clip(h.Via), Identity: h.Identity, Note: h.Note,
		Result: recordResult(h.State, h.Result), Under: h.Under, File: clip(h.File), FileHash: clip(h.FileHash), Submitter: clip(h.Submitter), Items: itemHashes(h.Items), Spent: len(h.Spent), Return: h.Return, GrantedUntil: utc(h.GrantUntil),
	}
	if e.Revoked = !h.Revoked.IsZero() && (h.State == Lapsed || h.State == from); e.Revoked {
		e.By, e.Via, e.Identity, e.Note = clip(h.Revoked.By), clip(h.Revoked.Via), h.Revoked.Identity, h.Revoked.Note
	}
	for _, q := range h.Requesters {
		e.Requesters = append(e.Requesters, event.Requester(q))
	}
	for _, a := range h.Approvals {
		e.Approvals = append(e.Approvals, event.Approval{By: clip(a.By), Via: clip(a.Via), Note: a.Note, Self: a.Self, Scope: string(a.Scope), Groups: named(a.Groups), At: a.At.UTC()})
	}
	if n := len(h.Approvals); n > 0 && !e.Revoked && (h.State == Pending || h.State == from) {
		last := h.Approvals[n-1]
		e.By, e.Via, e.Note = clip(last.By), clip(last.Via), last.Note
	}
	return e
}

// itemHashes are the statements of a file, each by its hash.
func itemHashes(items []Item) (list []string) {
	for _, i := range items {
		list = append(list, i.Hash)
	}
	return list
}

// utc keeps the zero time zero.
func utc(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.UTC()
}

// named are the groups with a name, for the record: a yes counts for anybody anyway.
func named(groups []string) (list []string) {
	for _, g := range groups {
		if g != "" {
			list = append(list, clip(g))
		}
	}
	return list
}

// also are the reviewers who must say yes besides.
func also(r Request) (list []event.Reviewers) {
	for _, a := range r.Also {
		list = append(list, event.Reviewers{Group: clip(a.Group), Count: a.needed()})
	}
	return list
}

// recordResult keeps data out of the record: a server's message quotes values
// ("Key (email)=(ana@example.com) already exists"), so of a failure only the
// SQLSTATE stays.
func recordResult(s State, result string) string {
	if s != Failed && (s != Granted || result == "") || strings.HasPrefix(result, notSent) {
		return clip(result)
	}
	for _, m := range sqlState.FindAllStringSubmatch(result, -1) {
		if code := m[1] + m[2]; strings.ContainsAny(code, "0123456789") {
			return code
		}
	}
	return "error"
}

// sqlState finds a SQLSTATE at the start of a message or named as such: five
// digits and capitals, at least one a digit; the manual's appendix A.
var sqlState = regexp.MustCompile(`^([0-9A-Z]{5})\b|\(SQLSTATE ([0-9A-Z]{5})\)`)

func clipAll(statements []string) []string {
	var out []string
	for i, s := range statements {
		if i == recordStatements {
			return append(out, fmt.Sprintf("and %d more", len(statements)-i))
		}
		out = append(out, clip(s))
	}
	return out
}

// clip shortens s to recordText bytes.
func clip(s string) string {
	if len(s) <= recordText {
		return s
	}
	return cutAt(s, recordText) + "..."
}

// cutAt is the first n bytes of s, or a little less: up to the border of a
// character.
func cutAt(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

func quoted(s string) string { return strconv.Quote(clip(s)) }
