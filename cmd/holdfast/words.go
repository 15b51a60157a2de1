package main

import (
	"strings"
	"time"

	"github.com/holdfast-db/holdfast/internal/console"
	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/wording"
)

// notCounted is what stands where a count would, and counting is the sentence
// that explains it.
const (
	notCounted = "not counted"
	noPreview  = "Rows not counted: no preview yet."
	counting   = "Rows are not counted before a commit in this version: a DELETE, UPDATE or MERGE with a filter and a call of a function pass uncounted. CALL is held, and so is a DO block that cannot be read to its end."
)

// morePeople is what can be done where nobody may answer.
const morePeople = "Whoever runs holdfast can name more people in its configuration; they count at once, for this hold too."

// stateWord is the state for people.
func stateWord(s string) string {
	if s == string(hold.Pending) {
		return "held"
	}
	return s
}

// clock is a time in the reader's zone, with the day when it is not today.
func clock(now, t time.Time) string {
	now, t = now.Local(), t.Local()
	switch day := t.Format(time.DateOnly); {
	case day == now.Format(time.DateOnly):
		return t.Format(time.TimeOnly)
	case day == now.AddDate(0, 0, -1).Format(time.DateOnly):
		return "yesterday " + t.Format("15:04")
	case t.Year() == now.Year():
		return t.Format("2 Jan 15:04")
	}
	return t.Format("2006-01-02 15:04")
}

// statement is a hold in a few words: DROP TABLE events.
func statement(h console.Hold) string {
	if len(h.Statements) > 0 {
		return strings.Join(h.Statements, "; ")
	}
	return h.Reason
}

// requester is who asked: the person, or the Postgres user where nobody is configured.
func requester(h console.Hold) string {
	return wording.Asked(h.User, h.RequesterUnknown, askers(h))
}

func askers(h console.Hold) (list []hold.Requester) {
	for _, q := range h.Requesters {
		list = append(list, hold.Requester(q))
	}
	return list
}

// kept is the sentence after an end that kept the data.
func kept(h console.Hold) string {
	if h.File != nil && h.File.Left < len(h.File.Items) {
		return "Not all of it was sent."
	}
	return "Nothing was " + wording.Done(h.Statements) + "."
}
