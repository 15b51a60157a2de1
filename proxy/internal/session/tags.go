package session

import (
	"bytes"

	"github.com/holdfast-db/holdfast/internal/event"
	"github.com/holdfast-db/holdfast/proxy/internal/wire"
	"github.com/holdfast-db/holdfast/rules"
)

// What transactions do to rows is summed by the server's word alone: the tags of its
// CommandCompletes say how many rows, and which transactions begin, commit and roll
// back; its ReadyForQuery says whether one is open. The facts of the statement that a
// tag answers only add the table, how far a ROLLBACK goes, and what a MERGE or a COPY
// has counted. Where they are not known the number still counts, without a table.

// tagged sums the tag of a CommandComplete. h is the reply it belongs to, nil where
// that is not known.
func (c *Core) tagged(h *reply, body []byte) {
	switch {
	case c.cfg.Tally == nil || bytes.HasPrefix(body, selectTag) || bytes.HasPrefix(body, insertTag):
		return
	case bytes.HasPrefix(body, deleteTag):
		c.taggedRows(h, "DELETE", rules.VerbDelete, body[len(deleteTag):])
		return
	case bytes.HasPrefix(body, updateTag):
		c.taggedRows(h, "UPDATE", rules.VerbUpdate, body[len(updateTag):])
		return
	}
	tag, _, _ := wire.CString(body)
	switch string(tag) {
	case "COMMIT", "PREPARE TRANSACTION":
		c.endTally(true)
	case "ROLLBACK":
		c.rolledBack(c.ran(h))
	case "SAVEPOINT":
		c.tally.save(c.savepointOf(c.ran(h)))
	case "RELEASE":
		c.tally.release(c.savepointOf(c.ran(h)))
	case "TRUNCATE TABLE", "DROP TABLE":
		c.emptied(h)
	case "BEGIN", "START TRANSACTION":
		c.tally.rolled = false
	default:
		switch word, number, _ := bytes.Cut(tag, []byte(" ")); string(word) {
		case "MERGE":
			c.taggedRows(h, "MERGE", "", number)
		case "COPY":
			c.taggedRows(h, "COPY", "", number)
		}
	}
}

// The tags that are the most frequent by far.
var (
	selectTag, insertTag = []byte("SELECT "), []byte("INSERT ")
	deleteTag, updateTag = []byte("DELETE "), []byte("UPDATE ")
)

// taggedRows sums a tag with a number, which ends with number or at a NUL. verb is empty
// where the word does not say by itself what was done to the rows.
func (c *Core) taggedRows(h *reply, word string, verb rules.Verb, number []byte) {
	n := countOf(number)
	if n == 0 {
		return
	}
	if of := c.counts(h); verb != "" && of != nil && h.word.String() == word { // so the text is that command
		c.sum(verb, of, n)
		return
	}
	st := c.counted(c.ran(h))
	switch {
	case st != nil && st.Rows != nil && st.Command == word:
		if verb == "" {
			verb = st.Rows.Verb
		}
		c.sum(verb, st.Rows, n)
	case verb != "":
		c.sum(verb, &nameless, n)
	}
}

// emptied sums tables that were truncated or dropped, by name: not those of which the
// server said that they are temporary, absent or just made.
func (c *Core) emptied(h *reply) {
	st := c.ran(h)
	if st == nil || h.spared {
		return
	}
	for i := range st.Effects {
		if e := &st.Effects[i]; e.Empties() {
			c.tally.add(event.Sum{Of: &rules.Rows{Table: e.Target.Counted(), Example: e.String()}, Emptied: 1})
		}
	}
}

// maxCount bounds the number in a tag. A server counts in 64 bits and can have
// tables of 2^47 rows.
const maxCount = 1 << 48

// countOf reads the number at the end of a tag; 0 for what is none.
func countOf(digits []byte) (n int64) {
	for _, d := range digits {
		if d == 0 {
			break
		}
		if d < '0' || d > '9' || n > maxCount {
			return 0
		}
		n = 10*n + int64(d-'0')
	}
	return n
}

// suspended sums the rows of a DELETE or UPDATE that has run to its end, of which the
// client has fetched a part: the tag counts those of the last part only. What the
// client never fetches is not told.
func (c *Core) suspended(h *reply) {
	if c.cfg.Tally == nil || h == nil {
		return
	}
	if st := c.ran(h); st != nil && st.Rows != nil && st.Rows.Returns && st.Command != "MERGE" {
		c.sum(st.Rows.Verb, st.Rows, int64(h.limit))
	}
}

func (c *Core) sum(verb rules.Verb, of *rules.Rows, n int64) {
	r := event.Sum{Of: of}
	if verb == rules.VerbDelete {
		r.Deleted = n
	} else {
		r.Updated = n
	}
	c.tally.add(r)
}

// counts is what the tag of a statement counts that is alone in its text, without a look
// at the facts; nil where that takes one.
func (c *Core) counts(h *reply) *rules.Rows {
	switch {
	case h == nil:
	case h.kind == wire.Query && h.at == 0:
		return h.counts
	case h.kind == wire.Execute:
		if portal := c.portals.at(h.name); portal != nil && portal.set && !portal.now.guessed && portal.now.word == h.word {
			return portal.now.counts
		}
	}
	return nil
}

// ran is the statement whose reply is under way; nil where it is not known.
func (c *Core) ran(h *reply) *rules.Statement {
	switch {
	case h == nil:
		return nil
	case h.kind == wire.Query:
		return h.running()
	case h.kind == wire.Execute: // the portal is what the server has by that name
		return onlyStatement(c.portals.at(h.name))
	}
	return nil
}

// onlyStatement is the statement that a name stands for by the server's word.
func onlyStatement(n *name) *rules.Statement {
	if n == nil || !n.set || n.now.guessed || !n.now.facts.Read || len(n.now.facts.Statements) != 1 {
		return nil
	}
	return &n.now.facts.Statements[0]
}

// counted is the statement whose rows a tag counts: of EXECUTE, what was prepared.
func (c *Core) counted(st *rules.Statement) *rules.Statement {
	if st == nil || st.Command != "EXECUTE" || len(st.Executes) != 1 {
		return st
	}
	return onlyStatement(c.statements.at(c.statements.sqlKey(st.Executes[0])))
}

// savepointOf is the savepoint that a statement names.
func (c *Core) savepointOf(st *rules.Statement) string {
	if st == nil || st.Savepoint == "" {
		return unclear
	}
	return c.statements.sqlKey(st.Savepoint)
}

// rolledBack is the tag ROLLBACK. It answers ROLLBACK, ROLLBACK TO, and the COMMIT or
// PREPARE TRANSACTION of a failed transaction. Which of them is told by the statement,
// or else by the next ReadyForQuery: a rollback to a savepoint ends no transaction.
func (c *Core) rolledBack(st *rules.Statement) {
	switch t := &c.tally; {
	case t.empty():
	case st != nil && st.Savepoint != "" && st.Tx == rules.TxOther:
		t.back(c.savepointOf(st))
	case st != nil && (st.Tx == rules.TxRollback || st.Tx == rules.TxCommit):
		c.endTally(false)
	default:
		if n := len(t.savepoints); n > 0 { // what came behind the last one is undone in any case
			t.undo(t.savepoints[n-1].from)
		}
		t.rolled = true
	}
}

// failedTally notes an error. It undoes a transaction that is not in a block, which
// the next ReadyForQuery tells.
func (c *Core) failedTally() {
	c.tally.failed = true
}

// readyTally is a ReadyForQuery: outside of a block nothing is open any more.
func (c *Core) readyTally(status byte) {
	if status == 'I' && !c.tally.empty() {
		c.endTally(!c.tally.failed && !c.tally.rolled)
	}
	c.tally.failed, c.tally.rolled = false, false
}

// Over says that the connection to the server is closed, which rolls back a
// transaction that is open. What was in flight may have ended it before: nothing is
// known then, and nothing counted.
func (c *Core) Over() {
	if c.queue.len() == 0 && !c.raw && !c.resync.blind && c.resync.doubtful+c.resync.extra == 0 {
		c.endTally(false)
	}
	c.tally = tally{}
}

// endTally hands out what the transaction did that is over now.
func (c *Core) endTally(committed bool) {
	t := &c.tally
	if rows := t.total(committed); len(rows) > 0 {
		c.cfg.Tally(c.Who(), rows)
	}
	t.reset()
}
