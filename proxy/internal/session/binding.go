package session

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/holdfast-db/holdfast/rules"
)

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
func (c *Core) unbound(path *searchPath) string {
	for i := range c.found {
		f := &c.found[i]
		switch {
		case f.facts == nil || !f.facts.Read && len(f.facts.Statements) == 0 && f.facts.Unreadable == "":
			return "what it runs is not known"
		case runsPrepared(f.facts):
			return "it runs a prepared statement by its name, which may stand for something else by then"
		}
	}
	if path.hidden {
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
		if c.msgs[first+i].endsBatch() {
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
