package simulate

import "slices"

// savepoint is one of the client's, in the order in which they were set.
type savepoint struct {
	name     string
	now      savedState
	outgoing []notification
	reading  map[*portal]string // the portals of that time, and the tables that they read
	undo     func()             // tells those who watch what is destroyed
}

// performSavepoint runs SAVEPOINT, RELEASE and ROLLBACK TO.
func (s *server) performSavepoint(p *portal, st *statement) *failure {
	if s.tx != txBlock && s.tx != txFailed {
		return &failure{"25P01", "it can only be used in transaction blocks"}
	}
	if st.form == "savepoint @" {
		p.tag = "SAVEPOINT"
		s.setSavepoint(st.name())
		return nil
	}
	i := len(s.savepoints) - 1
	for i >= 0 && s.savepoints[i].name != st.name() {
		i--
	}
	if i < 0 {
		return &failure{"3B001", "savepoint does not exist"}
	}
	if st.form == "release @" {
		p.tag = "RELEASE"
		s.savepoints = s.savepoints[:i]
		return nil
	}
	p.tag = "ROLLBACK"
	s.tx = txBlock
	s.rollbackTo(s.savepoints[i])
	s.savepoints = s.savepoints[:i+1]
	for name, other := range s.portals {
		table, old := s.savepoints[i].reading[other]
		if !old {
			delete(s.portals, name)
		}
		other.table = table
	}
	return nil
}

func (s *server) setSavepoint(name string) {
	sp := savepoint{
		name: name, now: s.state(), outgoing: slices.Clone(s.outgoing),
		reading: map[*portal]string{}, undo: s.marked(),
	}
	for _, other := range s.portals {
		sp.reading[other] = other.table
	}
	s.savepoints = append(s.savepoints, sp)
}

// rollbackTo restores what was at a savepoint.
func (s *server) rollbackTo(sp savepoint) {
	s.restore(sp.now)
	s.restore(s.state()) // in maps of its own
	s.outgoing = slices.Clone(sp.outgoing)
	sp.undo()
}
