package check

import (
	"github.com/holdfast-db/holdfast/internal/script"
	"github.com/holdfast-db/holdfast/rules"
)

// Judge is what all sessions share. Without Defined and Earlier it is safe for
// concurrent use.
type Judge struct {
	Reader *rules.Reader
	Policy *rules.Policy
	Origin rules.Origin // who sends what the sessions send

	// Defined remembers the functions, triggers, rules and relations that texts
	// define, for the later texts of every session. Nil remembers none.
	Defined *rules.Definitions

	// Earlier are the definitions of texts that were other sessions', in whatever
	// database: see Session.Remembered. Nil remembers none. Defined is nil then.
	Earlier *rules.Definitions
}

// Session is one connection that is imagined. Not safe for concurrent use.
type Session struct {
	judge    *Judge
	origin   rules.Origin
	settings rules.Settings
	names    names
	making   rules.Making       // as if every statement succeeded
	defined  *rules.Definitions // what its own texts define; nil where nobody remembers
	open     bool               // its beginning is not known, so there may be other names
	apart    bool               // maybe of another database than what was defined
}

// NewSession imagines a connection as drivers and psql make it today.
func (j *Judge) NewSession() *Session {
	defined := j.Defined
	if j.Earlier != nil {
		defined = &rules.Definitions{}
	}
	return &Session{
		judge:    j,
		defined:  defined,
		origin:   j.Origin,
		settings: rules.Settings{ClientEncoding: "UTF8", StandardConformingStrings: "on"},
		names:    names{},
	}
}

// OpenSession imagines one that began before the first text that is known of it: what
// EXECUTE of another name runs nobody can tell from here.
func (j *Judge) OpenSession() *Session {
	s := j.NewSession()
	s.open = true
	return s
}

// Result is the opinion on one text. Facts are never nil.
type Result struct {
	Verdict    rules.Verdict
	Facts      *rules.Facts
	Statements []Described
}

// Text judges one text, as a Query message would carry it, and remembers what it
// does to the session.
func (s *Session) Text(sql []byte) Result {
	return s.judged(s.read(sql))
}

// read gives the facts of a text. Where definitions are remembered it is read as a
// whole: what is harmless by its words may run a trigger.
func (s *Session) read(sql []byte) *rules.Facts {
	if s.defined != nil {
		if f := s.judge.Reader.ReadWhole(sql, s.settings); f.Read {
			return f
		}
	}
	return s.judge.Reader.Read(sql, s.settings)
}

func (s *Session) judged(f *rules.Facts) Result {
	plain := f
	if s.defined != nil {
		f = s.defined.Follow(f)
	}
	if s.judge.Earlier != nil {
		f = s.judge.Earlier.Calls(f)
	}
	r := Result{Facts: f, Verdict: s.verdict(f, s.names)}
	if s.apart && f != plain {
		r.Verdict = worst(r.Verdict, s.verdict(plain, s.names))
	}
	r.Verdict = s.fired(plain, r.Verdict)
	r.Statements = s.describe(f)
	s.names.apply(f)
	s.makes(f)
	s.set(f)
	return r
}

// makes follows what a text makes for the session.
func (s *Session) makes(f *rules.Facts) {
	for i := range f.Statements {
		s.making.Apply(&f.Statements[i])
	}
	if !f.Read {
		s.making = rules.Making{} // whatever it does
	}
	s.making.Sent()
}

// worst is the second opinion where it is worse, else the first.
func worst(first, second rules.Verdict) rules.Verdict {
	if rules.Worse(first, second).Action != first.Action {
		return second
	}
	return first
}

// set follows the settings that decide how later text is read, where it can still
// be read: serve refuses the others, so they never come to be.
func (s *Session) set(f *rules.Facts) {
	for i := range f.Statements {
		for _, v := range f.Statements[i].Settings {
			if v.Known && v.Name == "client_encoding" && rules.SafeSetting(v.Name, v.Value) {
				s.settings.ClientEncoding = v.Value
			}
		}
	}
}

// Found is the opinion on one statement of a script.
type Found struct {
	script.Statement
	Result
}

// Script judges a psql script, as one session or, behind each \connect, a new one.
func (j *Judge) Script(text []byte) (list []Found, notes []script.Note) {
	parts := script.Split(text)
	s := j.NewSession()
	for _, st := range parts.Statements {
		if st.NewSession {
			s = j.NewSession()
			s.apart = true
		}
		list = append(list, Found{st, s.statement(st)})
	}
	return list, parts.Notes
}

// statement judges a statement of a script, of which not all may be known.
func (s *Session) statement(st script.Statement) Result {
	doubt := st.Doubt
	if raw := rawVariable(st.Variables); raw != "" && doubt == "" {
		doubt = "psql puts its variable " + raw + " into the text"
	}
	if doubt == "" {
		return s.quoted(st)
	}
	if len(st.SQL) == 0 || len(st.Variables) > 0 {
		f := &rules.Facts{Unreadable: doubt, Suspect: true, ChangesSettings: true}
		return Result{Facts: f, Verdict: unreadable(doubt), Statements: []Described{}}
	}
	r := s.Text(st.SQL)
	r.Verdict = rules.Worse(r.Verdict, unreadable(doubt))
	return r
}

// ruleUnreadable is the name of the default rule of package rules.
const ruleUnreadable = "unreadable"

// unreadable is the verdict on a text that holdfast cannot know.
func unreadable(why string) rules.Verdict {
	return rules.Verdict{Action: rules.Hold, Rule: ruleUnreadable, Reason: "text that is not known before psql runs", Why: why}
}
