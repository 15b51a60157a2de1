package simulate

import (
	"bytes"
	"maps"

	"github.com/holdfast-db/holdfast/proxy/internal/session"
	"github.com/holdfast-db/holdfast/proxy/internal/wire"
)

// Mutants are cores, desks, disks and sums that are wrong on purpose, by what is wrong
// with them. They show that the invariants bite: each must be found out.
func Mutants() map[string]Options {
	all := deskMutants()
	maps.Copy(all, diskMutants())
	maps.Copy(all, tallyMutants())
	for name, wrap := range map[string]func(core) core{
		"lets a held batch go by itself":      func(c core) core { return &eager{core: c} },
		"releases what people refuse":         func(c core) core { return &deafCore{core: c} },
		"sends a released batch twice":        func(c core) core { return &twice{core: c} },
		"changes a value on release":          func(c core) core { return &forger{core: c} },
		"swaps two replies":                   func(c core) core { return &swapper{core: c} },
		"loses a reply":                       func(c core) core { return &loser{core: c} },
		"says idle in a transaction":          func(c core) core { return &liar{core: c} },
		"puts a notice into a message":        func(c core) core { return &interrupter{core: c} },
		"reads nothing more after a refusal":  func(c core) core { return &sulker{core: c} },
		"is always idle":                      func(c core) core { return &sleeper{core: c} },
		"tells no end of a hold":              func(c core) core { return &silent{core: c} },
		"can answer a hold twice":             func(c core) core { return &forgetful{core: c} },
		"writes a chunk that is in use again": func(c core) core { return &borrower{core: c} },
		"knows no released hold at its end":   func(c core) core { return &amnesiac{core: c} },
		"takes every table for a temporary":   func(c core) core { return &credulous{core: c} },
	} {
		all[name] = Options{Wrap: wrap}
	}
	return all
}

type eager struct{ core }

func (m *eager) Take() session.Output {
	o := m.core.Take()
	if o.Ask != nil {
		m.core.Release("nobody")
		o2 := m.core.Take()
		o.ToServer = append(clonePieces(o.ToServer), o2.ToServer...)
		o.Ask = nil
	}
	return o
}

type deafCore struct{ core }

func (m *deafCore) Refuse(wire.Error, string) bool { return m.core.Release("refused") }

type twice struct {
	core
	again bool
}

func (m *twice) Release(id string) bool {
	m.again = m.core.Release(id)
	return m.again
}

func (m *twice) Take() session.Output {
	o := m.core.Take()
	if m.again {
		o.ToServer = append(clonePieces(o.ToServer), o.ToServer...)
		m.again = false
	}
	return o
}

type forger struct {
	core
	now bool
}

func (m *forger) Release(id string) bool {
	m.now = m.core.Release(id)
	return m.now
}

func (m *forger) Take() session.Output {
	o := m.core.Take()
	if m.now {
		o.ToServer = clonePieces(o.ToServer)
		for _, p := range o.ToServer {
			if i := bytes.LastIndexByte(p, 'b'); i > 0 {
				p[i] = 'a' // another table
			}
		}
		m.now = false
	}
	return o
}

type swapper struct{ core }

func (m *swapper) Take() session.Output {
	o := m.core.Take()
	all := bytes.Join(o.ToClient, nil)
	first, rest, ok := split(all)
	second, rest, ok2 := split(rest)
	if ok && ok2 && first.kind() == wire.CommandComplete && second.kind() == wire.CommandComplete {
		o.ToClient = [][]byte{second, first, rest}
	}
	return o
}

type loser struct{ core }

func (m *loser) Take() session.Output {
	o := m.core.Take()
	if m, rest, ok := split(bytes.Join(o.ToClient, nil)); ok && m.kind() == wire.PortalSuspended {
		o.ToClient = [][]byte{rest}
	}
	return o
}

type liar struct{ core }

func (m *liar) Take() session.Output {
	o := m.core.Take()
	all := bytes.Join(o.ToClient, nil)
	if n := len(all); n >= 6 && bytes.Equal(all[n-6:], ready('T')) {
		all[n-1] = 'I'
		o.ToClient = [][]byte{all}
	}
	return o
}

type interrupter struct{ core }

func (m *interrupter) Take() session.Output {
	o := m.core.Take()
	if n := len(o.ToClient); n > 0 && m.core.Held() {
		last := o.ToClient[n-1]
		if len(last) > 12 {
			notice := wire.AppendNotice(nil, wire.Error{Message: ownWord + "in between"})
			o.ToClient = append(clonePieces(o.ToClient[:n-1]), last[:7], notice, last[7:])
		}
	}
	return o
}

type sulker struct {
	core
	hurt bool
}

func (m *sulker) Refuse(e wire.Error, id string) bool {
	refused := m.core.Refuse(e, id)
	m.hurt = m.hurt || refused
	return refused
}

func (m *sulker) WantsClient() bool { return !m.hurt && m.core.WantsClient() }

type sleeper struct{ core }

func (m *sleeper) Idle() bool { return true }

type silent struct{ core }

func (m *silent) Take() session.Output {
	o := m.core.Take()
	o.Ended = nil
	return o
}

type forgetful struct{ core }

func (m *forgetful) Release(id string) bool { return m.core.Release(id) || !m.core.Held() }

type borrower struct {
	core
	late [][]byte
}

func (m *borrower) Take() session.Output {
	o := m.core.Take()
	o.ToServer, m.late = m.late, append([][]byte(nil), o.ToServer...)
	return o
}

type amnesiac struct{ core }

func (m *amnesiac) Live() []string { return nil }

func clonePieces(pieces [][]byte) [][]byte {
	var all [][]byte
	for _, p := range pieces {
		all = append(all, bytes.Clone(p))
	}
	return all
}

// credulous is a core that is told that whatever is there is temporary.
type credulous struct{ core }

func (m *credulous) Server(b []byte) {
	m.core.Server(bytes.ReplaceAll(bytes.Clone(b), []byte("permanent"), []byte("temporary")))
}
