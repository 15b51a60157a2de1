package alert

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/holdfast-db/holdfast/internal/volume"
	"github.com/holdfast-db/holdfast/internal/wording"
)

// Who is the actor for people: the application and its user, or everybody. What is in
// it came from clients.
func (a Alert) Who() string {
	if a.Kind == Behind {
		return "not known"
	}
	return Who(a.Actor)
}

// Who is an actor for people.
func Who(a volume.Actor) string {
	switch {
	case a == (volume.Actor{}):
		return "everybody together"
	case a.Application == "":
		return a.User
	case a.User == "":
		return a.Application
	}
	return a.Application + " (user " + a.User + ")"
}

// TableName is a table for people. Deletes from tables that the texts do not name, as of
// a function's, are counted together.
func TableName(table string) string {
	if table == "" {
		return "tables that the texts do not name"
	}
	return table
}

// TableName is the alert's table for people.
func (a Alert) TableName() string { return TableName(a.Table) }

// Headline is what happened, in one line: who, how much, of what.
func (a Alert) Headline() string {
	if a.Kind == Behind {
		return fmt.Sprintf("%s of %s went without passing holdfast", wording.Count(int(a.Deleted), "row"), a.TableName())
	}
	return fmt.Sprintf("%s deleted %s from %s", a.Who(), wording.Count(int(a.Deleted), "row"), a.TableName())
}

// UsualText is what is usual for the same span.
func (a Alert) UsualText() string {
	if a.Kind == Behind {
		return "holdfast counts only what passes it"
	}
	if most := Rows(a.Usual); most != "" && most != "0" {
		return "usual is up to " + most
	}
	return "none is usual so far"
}

// Rows is a number of rows that was reckoned and not counted; empty where it is not
// known.
func Rows(n float64) string {
	if math.IsNaN(n) || math.IsInf(n, 0) {
		return ""
	}
	return wording.Number(uint64(max(math.Ceil(n), 0)))
}

// Share is how much of the table went, as 3.3 %; empty where its size is not known.
func (a Alert) Share() string { return Share(a.Deleted, a.Rows) }

// Share is rows deleted as a part of a table's, which has lost them already or will be
// counted again soon: never more than all. Empty where the size is not known.
func Share(deleted, rows int64) string {
	if rows <= 0 || deleted < 0 {
		return ""
	}
	percent := min(100*float64(deleted)/float64(rows), 100)
	digits := 1
	if percent < 0.1 && percent > 0 {
		digits = 2
	}
	return strconv.FormatFloat(percent, 'f', digits, 64) + " %"
}

// KindText is the kind in a few words.
func (a Alert) KindText() string {
	switch a.Kind {
	case volume.Limit:
		return "hard limit"
	case volume.Bulk:
		return "far more at once than ever"
	case volume.Leak:
		return "slow leak"
	case volume.NewActor:
		return "never deleted here before"
	case volume.ShareDay:
		return "much of the table in a day"
	case volume.ShareWeek:
		return "much of the table in a week"
	case Behind:
		return "not through holdfast"
	}
	return string(a.Kind)
}

// Word is the state for people.
func (a Alert) Word() string {
	switch a.State {
	case Resolved:
		return "over"
	case Accepted:
		if a.LastAnswer(Job) != nil {
			return "a job"
		}
		return "as usual"
	}
	return string(a.State)
}

// Lasts says that it is not over.
func (a Alert) Lasts() bool { return a.State == Open || a.State == Acknowledged }

// Braked says that its brake is on.
func (a Alert) Braked() bool { return a.Brake != nil && a.Brake.Released.IsZero() }

// Advice is what to do about it now, a sentence each.
func (a Alert) Advice() []string {
	var all []string
	switch {
	case a.Kind == Behind:
		all = append(all, "Find who reaches the server without holdfast: its log and pg_stat_activity have addresses that are not holdfast's.")
	case !a.ofOne():
		all = append(all, "Ask whoever runs the first of those below whether this is meant.")
	default:
		all = append(all, "Ask whoever runs "+a.Who()+" whether this is meant.")
	}
	switch {
	case a.Braked():
		all = append(all, "The brake holds its further deletes from "+a.TableName()+" for a second person; release it when this is settled.")
	case a.ofOne() && a.Table != "":
		all = append(all, "If it is not, stop that program, or take DELETE on "+a.Table+" away from user "+a.Actor.User+".")
	}
	return append(all, a.ifMeant())
}

// ifMeant is what to do if nothing is wrong: what the desk takes, see Fits.
func (a Alert) ifMeant() string {
	switch {
	case a.Kind == Behind:
		return "If it is meant, have it come through holdfast; until it does, silence this for a time."
	case !a.mayBeJob():
		return "If it is meant, accept it as usual."
	}
	return "If it is meant, accept it as usual; if it is a job that will run again, say so, and later runs of its size are not told."
}

// ofOne says that it is about one actor: not about everybody, and not about those who
// found no place of their own.
func (a Alert) ofOne() bool { return a.Actor.User != "" && a.Actor.User != others }

// LastAnswer is the newest answer of that verb, or nil.
func (a Alert) LastAnswer(v Verb) *Answer {
	for i := len(a.Answers) - 1; i >= 0; i-- {
		if a.Answers[i].Verb == v {
			return &a.Answers[i]
		}
	}
	return nil
}

// Did is what an answer did, after the name of who gave it.
func (a Answer) Did() string {
	switch a.Verb {
	case Acknowledge:
		return "acknowledged it"
	case Silence:
		return "silenced it until " + strings.TrimSpace(a.Until.UTC().Format("2 Jan 15:04 UTC"))
	case Accept:
		return "accepted it as usual"
	case Job:
		return "said that it is a job"
	case Release:
		return "released the brake"
	case Lift:
		return "took back the silences and jobs of answers to it"
	}
	return string(a.Verb)
}
