package check

import "github.com/holdfast-db/holdfast/rules"

// names are the prepared statements of a session. Whether a PREPARE succeeds is
// not known, so a name may stand for everything that was prepared under it since
// it was last deallocated.
type names map[string][]*rules.Statement

// Prepared implements rules.Names.
func (n names) Prepared(name string) []*rules.Statement { return n[name] }

// apply follows the changes of a text.
func (n names) apply(f *rules.Facts) {
	for i := range f.Statements {
		for _, c := range f.Statements[i].Names {
			n.change(c)
		}
	}
}

func (n names) change(c rules.NameChange) {
	switch c.Kind {
	case rules.NamePrepare:
		n[c.Name] = append(n[c.Name], c.Body)
	case rules.NameDeallocate:
		delete(n, c.Name)
	case rules.NameDeallocateAll, rules.NameDiscardAll:
		clear(n)
	}
}

// layered are the names that a text prepares itself before those of its session,
// as Policy.Judge takes them.
type layered struct{ own, outer names }

// Prepared implements rules.Names.
func (l layered) Prepared(name string) []*rules.Statement {
	if own := l.own[name]; len(own) > 0 {
		return own
	}
	return l.outer[name]
}
