package rules

// scopedNames follows the prepared statements of one text: those it prepares
// itself come before what the session knows.
type scopedNames struct {
	outer Names
	own   map[string]*Statement
}

// prepared gives what a name may stand for; nothing is not known.
func (n *scopedNames) prepared(name string) []*Statement {
	if body := n.own[name]; body != nil {
		return []*Statement{body}
	}
	if n.outer == nil {
		return nil
	}
	return n.outer.Prepared(name)
}

// apply follows the changes of one statement. After a DEALLOCATE the session is
// asked again: what it then says may be out of date, and is judged all the same.
func (n *scopedNames) apply(changes []NameChange) {
	for _, c := range changes {
		switch c.Kind {
		case NamePrepare:
			if n.own == nil {
				n.own = make(map[string]*Statement)
			}
			n.own[c.Name] = c.Body
		case NameDeallocate:
			delete(n.own, c.Name)
		case NameDeallocateAll, NameDiscardAll:
			clear(n.own)
		}
	}
}
