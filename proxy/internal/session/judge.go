package session

import (
	"github.com/holdfast-db/holdfast/rules"
)

// finding is a message that must not go on unasked.
type finding struct {
	msg     int // index in msgs
	verdict rules.Verdict
	facts   *rules.Facts
	text    string // of the statement; empty where it is not known
	standIn standIn
	types   string // declared parameter types, as in Parse
	rest    string // formats and values, as in Bind
	source  uint64 // serial of the message that defined what a Bind binds

	violation string // what the server says of a malformed message; the rest is empty then
}

// stops says that a verdict keeps a message from going on.
func stops(a rules.Action) bool {
	return a != rules.Allow && a != rules.Warn && a != rules.Measure
}

// read is where both protocols meet: the facts of a text under the settings that
// the server will read it with, as far as they are known.
func (c *Core) read(text []byte) *rules.Facts {
	return c.cfg.Reader.Read(text, c.settingsNow())
}

// judge gives the verdict on facts. What is only measured has no reason, which nothing
// reads: see Output.Uncounted.
func (c *Core) judge(f *rules.Facts) rules.Verdict {
	return c.cfg.Policy().JudgeTerse(c.cfg.Origin, f, &c.statements)
}

// weigh acts on a verdict. text is the statement's, where f has none that was kept;
// rest is of a Bind.
func (c *Core) weigh(f *finding, text, rest []byte) {
	switch f.verdict.Action {
	case rules.Allow:
		return
	case rules.Warn:
		f.keep(text)
		c.report(Warned, f.verdict, f.text)
		return
	case rules.Measure:
		if c.msgs[f.msg].endsBatch() {
			c.uncounted(f.verdict.Effects) // a Bind is noted when it is executed
		}
		return
	}
	f.keep(text)
	if c.cfg.Mode != Enforce {
		c.report(WouldHold, f.verdict, f.text)
		return
	}
	f.rest = keptValues(rest)
	c.found = append(c.found, *f)
}

// keep keeps the statement's text. All findings of one prepared statement share it: a
// client can bind thousands of times in one chunk.
func (f *finding) keep(text []byte) {
	if f.text == "" {
		f.text, f.standIn = keptText(text)
	}
}

// uncounted notes that the message that was scanned last goes on uncounted.
func (c *Core) uncounted(effects []rules.Effect) {
	if c.scanned > c.again {
		c.noteUncounted(effects)
	}
}

// noteUncounted is uncounted for what cannot have been noted before.
func (c *Core) noteUncounted(effects []rules.Effect) {
	e := &unknownEffect
	if len(effects) > 0 {
		e = &effects[0]
	}
	c.out.Uncounted = append(c.out.Uncounted, e)
}

// unknownEffect is that of statements of which it is not known what they do.
var unknownEffect rules.Effect

// report records a verdict of the message that was scanned last, or of one refused.
func (c *Core) report(kind ReportKind, v rules.Verdict, text string) {
	if kind != Refused && c.scanned <= c.again {
		return
	}
	c.note(kind, v, text)
}

// note is report for what cannot have been reported before.
func (c *Core) note(kind ReportKind, v rules.Verdict, text string) {
	r := Report{Kind: kind, Verdict: v, text: text}
	if last := len(c.out.Reports) - 1; last >= 0 && c.out.Reports[last].text == text {
		r.SQL = c.out.Reports[last].SQL // a prepared statement bound many times
	} else if text != "" {
		r.SQL, _ = c.shown(text)
	}
	c.out.Reports = append(c.out.Reports, r)
}

// worst is the verdict of everything found.
func (c *Core) worst() rules.Verdict {
	v := c.found[0].verdict
	for _, f := range c.found[1:] {
		v = rules.Worse(v, f.verdict)
	}
	return v
}

// RunsPrepared says that a text runs prepared statements by their names.
func RunsPrepared(f *rules.Facts) bool { return runsPrepared(f) }

// runsPrepared says that the facts depend on what names stand for when it runs.
func runsPrepared(f *rules.Facts) bool {
	for i := range f.Statements {
		if len(f.Statements[i].Executes) > 0 {
			return true
		}
	}
	return false
}

// noteUncertain notes that a text runs prepared statements whose definition is in
// flight.
func (c *Core) noteUncertain(f *rules.Facts) {
	for i := range f.Statements {
		for _, name := range f.Statements[i].Executes {
			c.unsure = c.unsure || c.statements.uncertain(name)
		}
	}
}
