package simulate

import (
	"maps"
	"slices"
)

// txState is the state of a transaction; its order is of no meaning.
type txState uint8

const (
	txNone     txState = iota
	txStarted          // of one statement, or of a pipeline up to Sync
	txImplicit         // of a string of several statements
	txBlock            // after BEGIN
	txFailed           // a block after an error
)

// savedState is what a rollback restores. Slices are never changed in place.
type savedState struct {
	tables   map[string][]int
	origins  map[string]origin
	settings map[string]string
	listens  map[string]bool
	changed  map[string]changed // by table as written, since the session began
}

// state is what a rollback to this moment restores.
func (s *server) state() savedState {
	return savedState{maps.Clone(s.tables), maps.Clone(s.origins), maps.Clone(s.settings), maps.Clone(s.listens), maps.Clone(s.changed)}
}

func (s *server) restore(saved savedState) {
	s.tables, s.origins, s.settings, s.listens, s.changed = saved.tables, saved.origins, saved.settings, saved.listens, saved.changed
}

func (s *server) status() byte {
	switch s.tx {
	case txBlock, txImplicit:
		return 'T'
	case txFailed:
		return 'E'
	}
	return 'I'
}

// begin starts a transaction when there is none.
func (s *server) begin() {
	if s.tx == txNone {
		s.tx = txStarted
	}
	if s.tx == txStarted && s.pipelining && s.implicitPipelines {
		s.tx = txImplicit
	}
}

// save is called before the first write of a transaction.
func (s *server) save() {
	if s.saved == nil {
		now := s.state()
		s.saved = &now
	}
}

// finish commits a transaction of one statement.
func (s *server) finish() {
	if s.tx == txStarted {
		s.commit()
	}
}

func (s *server) commit() {
	s.settled(true)
	for _, n := range s.outgoing {
		s.notify(n)
		s.mailbox = append(s.mailbox, n)
	}
	s.ended()
}

func (s *server) rollback() {
	s.settled(false)
	if s.saved != nil {
		s.restore(*s.saved)
	}
	s.ended()
}

// ended closes the portals of the transaction with it.
func (s *server) ended() {
	s.tx, s.saved, s.savepoints, s.outgoing, s.pipelining, s.immediate = txNone, nil, nil, nil, false, false
	for name, o := range s.origins {
		o.made = false
		s.origins[name] = o
	}
	clear(s.portals)
}

// abort is what an error does to the transaction.
func (s *server) abort() {
	switch s.tx {
	case txBlock, txFailed:
		if s.mark != nil { // only what came behind the savepoint is undone
			s.tx = txFailed
			s.restore(s.mark.now)
			return
		}
		if n := len(s.savepoints); n > 0 { // of the rest the client decides
			s.rollbackTo(s.savepoints[n-1])
		} else {
			s.settled(false)
			if s.saved != nil {
				s.restore(*s.saved)
			}
			s.saved, s.outgoing = nil, nil
		}
		s.tx, s.pipelining = txFailed, false
		for _, p := range s.portals {
			p.table = "" // nothing is read any more
		}
	default:
		s.rollback()
	}
}

// control runs BEGIN, COMMIT and ROLLBACK. It says the tag.
func (s *server) control(form string) string {
	switch form {
	case "begin":
		if s.tx == txBlock {
			s.notice("WARNING", "25001", "there is already a transaction in progress")
		}
		if s.tx != txFailed {
			s.tx = txBlock
		}
		return "BEGIN"
	case "commit":
		if s.tx == txFailed {
			s.rollback()
			return "ROLLBACK"
		}
		if s.tx != txBlock {
			s.notice("WARNING", "25P01", "there is no transaction in progress")
		}
		s.commit()
		return "COMMIT"
	}
	if s.tx != txBlock && s.tx != txFailed {
		s.notice("WARNING", "25P01", "there is no transaction in progress")
	}
	s.rollback()
	return "ROLLBACK"
}

// blocked is the error for a statement in a failed transaction.
func (s *server) blocked(st *statement) *failure {
	if s.tx == txFailed && (st == nil || !st.shape().exits) {
		return &failure{"25P02", "current transaction is aborted"}
	}
	return nil
}

// inBlock says that a statement that must run by itself may not run here.
func (s *server) inBlock() bool { return s.tx == txBlock || s.tx == txImplicit || s.pipelining }

func (s *server) write(table string, rows []int) {
	s.save()
	s.tables[table] = slices.Clip(rows)
}

// inUse says that an open portal reads the table.
func (s *server) inUse(table string) bool {
	for _, p := range s.portals {
		if p.table == table {
			return true
		}
	}
	return false
}
