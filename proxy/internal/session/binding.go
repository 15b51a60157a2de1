package session

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"strings"

	"github.com/holdfast-db/holdfast/rules"
)

// Ask is a batch that waits for people: one Query, or what was in hand of an
// extended batch.
type Ask struct {
	Origin     rules.Origin
	Verdict    rules.Verdict // the worst one
	Statements []rules.Verdict
	SQL        string // for people: masked, UTF-8; several texts are separated by a line, each is there once

	// InTransaction is true when the server holds a transaction open for the
	// session, or may do so.
	InTransaction bool

	// Transaction is the number of the transaction of the client in which all of it runs;
	// 0 when that is not certain, or when it ends it. See InTransaction.
	Transaction uint64

	// Binding is the digest of the statements with their parameters; empty for a text
	// with a password in it, of which no confirmation can be kept. See Confirmation.
	Binding string

	// SearchPath is where the server looks for names, as the setting says, if
	// PathKnown; it is part of Binding then.
	SearchPath string
	PathKnown  bool

	// Unbound says why no confirmation can be kept, for people; empty when one can.
	Unbound string

	// Path stands for the search_path under which the statements run; see searchPath.
	Path string

	// Item is what an approved file may list it as; empty where none can. See ItemKey.
	Item string

	// Undone is true when an error of the server undoes all that the statements have
	// done until then.
	Undone bool
}

func (c *Core) ask() *Ask {
	a := &Ask{
		Origin:        c.cfg.Origin,
		Verdict:       c.worst(),
		InTransaction: c.status != 'I' || c.queue.len() > 0 || c.dirty,
		Transaction:   c.within(),
	}
	digest := sha256.New()
	var texts []string
	normal := make(map[keptAs][]byte) // of each text, which may have been bound many times
	secret := false
	for _, f := range c.found {
		a.Statements = append(a.Statements, f.verdict)
		as := keptAs{f.text, f.standIn}
		if _, again := normal[as]; !again && f.text != "" {
			normal[as] = as.bound()
			shown, masked := c.shown(f.text)
			texts = append(texts, shown)
			secret = secret || masked
		}
		bind(digest, normal[as], []byte(f.types), []byte(f.rest))
	}
	a.SQL = strings.Join(texts, "\n\n")
	if a.SearchPath, a.PathKnown = c.searchPath(); a.PathKnown {
		bind(digest, []byte("search_path"), []byte(a.SearchPath))
	}
	path := c.pathOf(c.found[len(c.found)-1].msg)
	a.Path, a.Unbound, a.Undone = c.cfg.Path+path.String(), c.unbound(&path, a.PathKnown), c.undone()
	if secret { // the digest would let a password be guessed
		a.Unbound = "its text has a password"
		return a
	}
	a.Binding = hex.EncodeToString(digest.Sum(nil))
	if len(c.found) == 1 && a.Unbound == "" && !path.hidden && listable(&c.found[0]) {
		a.Item = ItemKey(a.Path, rules.StatementHash([]byte(c.found[0].text)))
	}
	return a
}

// keptAs is a text with how far it is the statement's own.
type keptAs struct {
	text    string
	standIn standIn
}

// bound is what a confirmation is bound to. Of a text that was cut the digest counts,
// which is in a comment; with the byte 0 in front nothing that a client can send is alike.
func (k keptAs) bound() []byte {
	if k.standIn == digested {
		return []byte("\x00" + k.text)
	}
	return rules.Normalize([]byte(k.text))
}

// shown is a text as people may see it, and whether something in it is masked.
func (c *Core) shown(text string) (shown string, masked bool) {
	whole := rules.Display([]byte(text), c.settings.known())
	shown = rules.Mask(whole)
	return shown, shown != whole
}

// bind adds parts to a digest so that no two lists of parts give the same.
func bind(h hash.Hash, parts ...[]byte) {
	for _, p := range parts {
		sum := sha256.Sum256(p)
		h.Write(sum[:])
	}
}

// Confirmation is the digest of what an approval that is kept is good for: host,
// database, user, search_path and the statement itself. Empty when none may be kept;
// Unbound says why.
func (a *Ask) Confirmation() string {
	if a.Binding == "" || a.Unbound != "" {
		return ""
	}
	digest := sha256.New()
	bind(digest, []byte(a.Origin.Host), []byte(a.Origin.Database), []byte(a.Origin.User), []byte(a.Path), []byte(a.Binding))
	return hex.EncodeToString(digest.Sum(nil))
}

// unbound says why an approval of what was found cannot be kept; empty when it can.
func (c *Core) unbound(path *searchPath, known bool) string {
	for i := range c.found {
		f := &c.found[i]
		switch {
		case f.facts == nil || !f.facts.Read && len(f.facts.Statements) == 0 && f.facts.Unreadable == "":
			return "what it runs is not known"
		case runsPrepared(f.facts):
			return "it runs a prepared statement by its name, which may stand for something else by then"
		case f.standIn == byName:
			return "it runs by its name what SQL has prepared, and that may be something else by then"
		}
	}
	if path.hidden && !known {
		return "its session has set its search_path to a value that no text shows"
	}
	return ""
}

// undone says that an error of the server undoes all that the found statements have
// done until then: they are in one transaction, and nothing of them ends it or acts
// outside of it.
func (c *Core) undone() bool {
	first, last := c.found[0].msg, c.found[len(c.found)-1].msg
	for i := range c.msgs[first:last] {
		m := &c.msgs[first+i]
		if m.endsBatch() || m.facts != nil && !staysInTransaction(m.facts) {
			return false
		}
	}
	for i := range c.found {
		if !undoes(&c.found[i]) {
			return false
		}
	}
	return true
}

func undoes(f *finding) bool {
	if f.facts == nil || !f.facts.Read {
		return false
	}
	for i := range f.facts.Statements {
		s := &f.facts.Statements[i]
		if s.Command == "DO" || s.Command == "CALL" || s.Tx != rules.TxNone || s.NoTransaction || len(s.Functions) > 0 || len(s.Extensions) > 0 || len(s.Executes) > 0 {
			return false
		}
		for j := range s.Effects {
			if !inTransaction(s.Effects[j].Verb) {
				return false
			}
		}
	}
	return true
}

// inTransaction says that what a verb does is undone with its transaction.
func inTransaction(v rules.Verb) bool {
	switch v {
	case rules.VerbCall, rules.VerbFunction, rules.VerbCopyProgram, rules.VerbSet, rules.VerbReplication:
		return false
	}
	return true
}
