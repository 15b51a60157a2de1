package session

import (
	"github.com/holdfast-db/holdfast/proxy/internal/wire"
	"github.com/holdfast-db/holdfast/rules"
)

// transaction tells the transactions of a session apart. The zero value is that none
// has begun.
type transaction struct {
	serial uint64 // changes at the latest when a transaction ends
	unsure bool   // something is in flight that may have ended it
}

// follow takes a message that is forwarded.
func (t *transaction) follow(m *message) {
	if runs(m) && mayEndTransaction(m.facts) {
		t.serial++
		t.unsure = true
	}
}

// ready takes a ReadyForQuery; quiet says that nothing is in flight behind it.
func (t *transaction) ready(status byte, quiet bool) {
	if status == 'I' {
		t.serial++
	}
	t.unsure = t.unsure && !quiet
}

// runs says that a message runs a statement.
func runs(m *message) bool { return m.typ == wire.Query || m.typ == wire.Execute }

// mayEndTransaction says that a text may commit or roll back the transaction that it
// runs in. A savepoint does not, nor does going back to one.
func mayEndTransaction(f *rules.Facts) bool {
	if f == nil || !f.Read {
		return true
	}
	for i := range f.Statements {
		if tx := f.Statements[i].Tx; tx == rules.TxCommit || tx == rules.TxRollback {
			return true
		}
	}
	return false
}

// within is the transaction in which everything found runs, as the client has begun it;
// 0 when they may run in none, in several, or end it.
func (c *Core) within() uint64 {
	if c.status != 'T' || c.transaction.unsure {
		return 0
	}
	for i := range c.msgs[:c.found[len(c.found)-1].msg] {
		if m := &c.msgs[i]; runs(m) && !m.unread && mayEndTransaction(m.facts) {
			return 0
		}
	}
	for i := range c.found {
		if mayEndTransaction(c.found[i].facts) {
			return 0
		}
	}
	return c.transaction.serial + 1 // 0 is none
}

// InTransaction says that the transaction of that number, as in Ask.Transaction, goes
// on.
func (c *Core) InTransaction(number uint64) bool {
	return c.state != closed && number == c.transaction.serial+1
}
