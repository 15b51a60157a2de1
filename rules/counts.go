package rules

import (
	"fmt"
	"strconv"
)

// Counted is what the server counted of one table in one transaction.
type Counted struct {
	Table   Relation // with its schema
	Deleted int64    // rows
	Updated int64    // rows

	// Before is how many rows the table had; 0 is not known, and then no share of
	// it is.
	Before int64

	Dropped, Truncated bool
}

// The limits of the default policy; DESIGN.md section 5.
const (
	defaultLimitRows  = 1000
	defaultLimitShare = 0.25
	defaultShareFrom  = 10
)

func (l Limits) orDefaults() Limits {
	if l.Rows == 0 {
		l.Rows = defaultLimitRows
	}
	if l.Share == 0 {
		l.Share = defaultLimitShare
	}
	if l.ShareFrom == 0 {
		l.ShareFrom = defaultShareFrom
	}
	return l
}

// JudgeCounts gives the verdict on what a transaction of o took, table by table:
// the rules of people from the top, then the limits. The zero Policy holds
// everything that was counted.
func (p *Policy) JudgeCounts(o Origin, counts []Counted) Verdict {
	var t tally
	for i := range counts {
		c := &counts[i]
		effects := c.effects()
		for k := range effects {
			v := p.counted(o, effects[k:k+1:k+1], c)
			t.add(&v)
		}
	}
	return t.verdict()
}

// effects are what was counted, one for each kind.
func (c *Counted) effects() (list []Effect) {
	add := func(there bool, e Effect) {
		if there {
			e.Target = c.Table
			list = append(list, e)
		}
	}
	add(c.Dropped, Effect{Verb: VerbDropTable, Object: "TABLE"})
	add(c.Truncated, Effect{Verb: VerbTruncate})
	add(c.Deleted > 0, Effect{Verb: VerbDelete, Filter: Filtered})
	add(c.Updated > 0, Effect{Verb: VerbUpdate, Filter: Filtered})
	return list
}

// counted judges one counted effect.
func (p *Policy) counted(o Origin, one []Effect, c *Counted) Verdict {
	v := p.limited(one, c)
	m := matching{policy: p, origin: &o, effect: &one[0], usual: v.Action, counted: c}
	if r, _ := m.first(); r != nil {
		v = r.opinion(one, &v)
	}
	if v.Action != Allow {
		v.Reason = c.reason(&one[0])
	}
	return v
}

// limited is the opinion of the limits.
func (p *Policy) limited(one []Effect, c *Counted) (v Verdict) {
	over, why := !p.defaults, ""
	switch one[0].Verb {
	case VerbDropTable, VerbTruncate:
		p.usual(&v, one)
		return v
	case VerbDelete:
		switch {
		case c.Deleted > p.limits.Rows:
			over, why = true, fmt.Sprintf("more than %d rows", p.limits.Rows)
		case c.Deleted >= p.limits.ShareFrom && c.share(c.Deleted) > p.limits.Share:
			over, why = true, fmt.Sprintf("more than %s of the table", percent(p.limits.Share))
		}
	case VerbUpdate:
		if p.limits.UpdatedRows > 0 && c.Updated > p.limits.UpdatedRows {
			over, why = true, fmt.Sprintf("more than %d rows", p.limits.UpdatedRows)
		}
	}
	if !over {
		return Verdict{Action: Allow}
	}
	return Verdict{Action: Hold, Rule: ruleLimits, Why: why, Effects: one}
}

// share is the part of the table that so many rows are; 0 where it is not known.
func (c *Counted) share(rows int64) float64 {
	if c.Before <= 0 {
		return 0
	}
	return float64(rows) / float64(c.Before)
}

// match says whether the bounds of a rule hold for what was counted. A share of a
// table whose size is not known is within every bound that wants more, and within
// none that wants less: rules that hold look for more, and those that allow for less.
func (c *Counted) match(w *When, v Verb) match {
	rows := c.Deleted
	if v == VerbUpdate {
		rows = c.Updated
	}
	if w.Rows != nil && !w.Rows.holds(float64(rows)) {
		return matchNo
	}
	if w.Share == nil {
		return matchYes
	}
	within := !w.Share.less
	if c.Before > 0 {
		within = w.Share.holds(c.share(rows))
	}
	if !within {
		return matchNo
	}
	return matchYes
}

// reason says what was counted: "DELETE of 28 of 33 rows of apps".
func (c *Counted) reason(e *Effect) string {
	rows := c.Deleted
	switch e.Verb {
	case VerbUpdate:
		rows = c.Updated
	case VerbDelete:
	default:
		return e.phrase()
	}
	of := ""
	if c.Before > 0 {
		of = " of " + strconv.FormatInt(c.Before, 10)
	}
	word := " rows of "
	if rows == 1 && of == "" {
		word = " row of "
	}
	verb := "DELETE"
	if e.Verb == VerbUpdate {
		verb = "UPDATE"
	}
	return verb + " of " + strconv.FormatInt(rows, 10) + of + word + c.Table.String()
}

func percent(share float64) string {
	return strconv.FormatFloat(share*100, 'f', -1, 64) + " %"
}
