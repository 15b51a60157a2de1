package session

import (
	"bytes"
	"slices"

	"github.com/holdfast-db/holdfast/proxy/internal/wire"
	"github.com/holdfast-db/holdfast/rules"
)

// settings are those under which the server reads text, as far as they are known.
// ParameterStatus comes only with ReadyForQuery: after a statement that may have
// changed them they are unknown until then, or until they were asked for.
type settings struct {
	reported   rules.Settings
	asked      *rules.Settings // what the server has answered since; nil if it was not asked
	changing   int             // messages judged or in flight, or done but not reported, that may change them
	unreported int             // of these the done ones

	path      string // search_path, as the server has told it last: 18 reports it, others are asked
	pathKnown bool
	pathTold  bool // the server reports it

	// undoable is true when a transaction that may be open has, or may have, changed
	// them: its end undoes SET LOCAL, and a rollback every SET.
	undoable bool
}

// reportedAll notes that the server has reported every change so far, of those that
// were undone in the meantime nothing; idle says that no transaction is open.
func (s *settings) reportedAll(idle bool) {
	s.changing -= s.unreported
	s.unreported = 0
	s.asked = nil
	s.undoable = s.undoable && (!idle || s.changing > 0)
}

// settingsNow are the settings for text that the server reads after everything
// judged so far; the zero value when that may have changed them.
func (c *Core) settingsNow() rules.Settings {
	if c.settings.changing > 0 {
		return rules.Settings{}
	}
	return c.settings.known()
}

// known are the settings as far as the server has told them.
func (s *settings) known() rules.Settings {
	if s.asked != nil {
		return *s.asked
	}
	return s.reported
}

// willChange counts a message that may change settings, by itself or because it may
// end a transaction that has changed them.
func (c *Core) willChange(m *message) {
	if m.unread {
		return
	}
	ends := m.endsBatch() || m.typ == wire.Execute && !staysInTransaction(m.facts)
	if m.changes = m.changes || c.settings.undoable && ends; m.changes {
		c.settings.changing++
		c.settings.undoable = true
	}
}

// mustWait says that text cannot be judged yet, since how the server will read it
// is still to be told, and arranges for that. Observe mode never waits.
func (c *Core) mustWait(text []byte, query bool) bool {
	if c.settings.changing == 0 || c.cfg.Mode != Enforce || !c.cfg.Reader.NeedsSettings(text) {
		return false
	}
	if len(c.found) > 0 {
		c.state = asking // first what was found, then the rest
		return true
	}
	switch {
	case slices.ContainsFunc(c.msgs, func(m message) bool { return m.endsBatch() }), c.queue.settles() && !c.copying.open && !c.skipping:
		// What is in flight may also fail the transaction, and then the server
		// answers no question.
		c.state = draining
		return true
	case query || c.status == 'E' || c.copying.open:
		// A Query in an unfinished batch is not to be mixed with a question of
		// ours, and in a failed transaction the server answers none: the text
		// is read as of unknown settings.
		return false
	}
	c.suspect = 0
	c.state = probing
	return true
}

// askName is the statement and portal of our own questions.
const askName = "_holdfast_ask"

// askSettings is qualified throughout, since the search_path is the client's.
const askSettings = `/* holdfast */ SELECT pg_catalog.concat(pg_catalog.current_setting('standard_conforming_strings'), ' ', pg_catalog.current_setting('client_encoding'))`

// probe asks the server how it reads text at this place of the batch.
func (c *Core) probe() {
	c.toServer(wire.AppendAsk(nil, askName, askSettings))
	c.queue.push(reply{kind: expectAnswer})
	c.dirty = true // it begins a transaction if there is none
}

// answerParts is the number of replies to our question: CloseComplete twice,
// ParseComplete, BindComplete, DataRow, CommandComplete and CloseComplete twice.
const answerParts = 8

// answerPart takes one reply to our question.
func (c *Core) answerPart(typ byte, body []byte) {
	h := c.queue.head()
	if typ == wire.DataRow {
		v, _ := wire.FirstValue(body)
		scs, encoding, _ := bytes.Cut(v, []byte(" "))
		c.settings.asked = &rules.Settings{
			StandardConformingStrings: string(scs), ClientEncoding: string(encoding),
		}
	}
	if h.step++; h.step < answerParts {
		return
	}
	c.settings.changing, c.settings.unreported = 0, 0
	c.queue.pop()
	c.wake = c.state == probing
}

// maxSetting bounds what is noted of a setting's value: the names of encodings and
// applications have at most 63 bytes.
const maxSetting = 256

// parameterStatus takes a setting that the server reports.
func (c *Core) parameterStatus(body []byte) {
	name, value, ok := wire.ReadParameterStatus(body)
	if !ok {
		return
	}
	if string(name) == "search_path" {
		c.settings.reportedPath(string(value[:min(len(value), maxPath)]))
		return
	}
	value = value[:min(len(value), maxSetting)]
	switch string(name) {
	case "client_encoding":
		c.settings.reported.ClientEncoding = string(value)
	case "standard_conforming_strings":
		c.settings.reported.StandardConformingStrings = string(value)
	case "application_name":
		c.cfg.Origin.Application = string(value)
		c.forgetWho()
	}
}

// maxPath bounds what is kept of a search_path that the server reports. A longer one
// is not known.
const maxPath = 4 << 10

// reportedPath takes the search_path that the server reports.
func (s *settings) reportedPath(path string) {
	s.path, s.pathTold, s.pathKnown = path, true, len(path) < maxPath
}

// searchPath is where the server looks for names when it comes to the batch that
// waits, if that is known: an answer is good for the batch that it was asked for, and
// a report for what follows when nothing is under way.
func (c *Core) searchPath() (path string, known bool) {
	s := &c.settings
	path, known = s.path, s.pathKnown
	s.pathKnown = s.pathKnown && s.pathTold
	return path, known && c.queue.len() == 0 && !c.dirty
}
