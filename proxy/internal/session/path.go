package session

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/holdfast-db/holdfast/proxy/internal/wire"
	"github.com/holdfast-db/holdfast/rules"
)

// searchPath stands for what names without a schema mean in a session, without
// knowing it: servers before 18 do not tell. It is made of the statements that set
// it. Two sessions with the same one have set it in the same way, so a confirmation
// of the one is good in the other; that they differ does not say that names mean
// different things. Set outside of a transaction, a setting replaces its last value;
// what was set in any other way is remembered as a chain. The zero value is that
// nothing was set.
type searchPath struct {
	set    [pathNames]string // digests of what set it last outside of transactions, by pathName
	chain  string            // digest of everything else, in order
	before string            // chain when the open transaction began to change it
	hidden bool              // a value was set that no text shows

	open  bool // something was set that may still fail or be undone
	local bool // of the open transaction: all of it is undone at its end
}

// The settings of which the last value counts.
const (
	pathSearch = iota
	pathRole
	pathAuthorization
	pathNames
)

func pathName(name string) int {
	return slices.Index([]string{"search_path", "role", "session_authorization"}, name)
}

// follow takes a message that is forwarded. outside says that no transaction is open
// when the server reads it, and that nothing else of its batch runs before.
func (p *searchPath) follow(f *rules.Facts, outside bool) {
	switch {
	case f == nil:
	case len(f.Path) > 0:
		for i := range f.Path {
			p.change(&f.Path[i], outside && len(f.Statements) == 1)
		}
		p.control(f)
	case p.open:
		p.control(f)
	}
}

// control notes what a text does to the transaction in which something was set: a
// rollback undoes it, wholly or to a savepoint. Also what is local, which the end of the
// transaction undoes, may be undone before, or end in the middle of a batch.
func (p *searchPath) control(f *rules.Facts) {
	switch {
	case !f.Read:
		p.roll("not read")
		return
	case staysInTransaction(f), f.Harmless:
		return
	}
	for i := range f.Statements {
		st := &f.Statements[i]
		p.roll(fmt.Sprintf("transaction %d %d %s %s", st.Index, st.Tx, st.Command, st.Savepoint))
	}
}

func (p *searchPath) change(c *rules.PathChange, alone bool) {
	p.hidden = p.hidden || c.Hidden
	switch i := pathName(c.Name); {
	case alone && c.Name == "all":
		*p = searchPath{open: true}
	case alone && i >= 0 && !c.Local:
		p.set[i], p.open, p.local = pathDigest(c.Text), true, false
	default:
		if !p.open {
			p.open, p.before, p.local = true, p.chain, true
		}
		p.local = p.local && c.Local
		p.roll(fmt.Sprint(c.Index, " ", c.Text))
	}
}

func (p *searchPath) roll(text string) { p.chain = pathDigest(p.chain + "\x00" + text) }

func pathDigest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// failed notes an error of the server: what was set may be as before.
func (p *searchPath) failed() {
	if p.open && !p.local {
		p.roll("failed")
	}
}

// idle notes that no transaction is open and nothing is in flight.
func (p *searchPath) idle() {
	if p.open && p.local {
		p.chain = p.before
	}
	p.open, p.local, p.before = false, false, ""
}

// String is what a confirmation is bound to; empty when nothing was set.
func (p *searchPath) String() string {
	if p.set == [pathNames]string{} && p.chain == "" {
		return ""
	}
	return strings.Join(append(p.set[:], p.chain), "\x00")
}

// outside says that a message which is forwarded now runs outside of a transaction,
// as the first of its batch.
func (c *Core) outside() bool {
	return c.status == 'I' && !slices.ContainsFunc(c.queue.items[c.queue.first:], func(r reply) bool {
		return r.kind == wire.Query || r.kind == wire.Execute || r.kind == wire.FunctionCall
	})
}

// followPath notes what a forwarded message may change of what names mean.
func (c *Core) followPath(m *message) {
	if m.facts != nil && (len(m.facts.Path) > 0 || c.path.open) {
		c.path.follow(m.facts, c.outside())
	}
}

// pathOf is the search path under which the found statements run: messages of their
// batch in front of them are to be forwarded with them.
func (c *Core) pathOf(last int) searchPath {
	p := c.path
	for i := range c.msgs[:last] {
		if m := &c.msgs[i]; !m.unread && !m.drop {
			p.follow(m.facts, false)
		}
	}
	return p
}
