package simulate

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/holdfast-db/holdfast/proxy/internal/wire"
)

// copying is a COPY FROM STDIN under way.
type copying struct {
	table string
	cause int // the message that began it
	rows  []int
	then  func(tag string) *failure // what follows when it is complete
}

func (s *server) copyFrom(st *statement, then func(string) *failure) *failure {
	if _, ok := s.tables[st.name()]; !ok {
		return &failure{"42P01", "relation does not exist"}
	}
	s.copying = &copying{table: st.name(), cause: s.cause, then: then}
	s.emit(newMessage(wire.CopyInResponse, body{0}.int16(1).int16(0)))
	s.flushed = len(s.out)
	return nil
}

// copyMessage takes a message while copy data is read. Sync and Flush are
// ignored; after any other that does not belong there the server has lost its
// place and ends the session.
func (s *server) copyMessage(m message) {
	s.cause = s.copying.cause
	switch m.kind() {
	case wire.CopyData:
		for line := range strings.Lines(string(m.body())) {
			n, err := strconv.Atoi(strings.TrimSuffix(line, "\n"))
			if err != nil {
				s.fail(&failure{"22P02", "invalid input syntax for type integer"})
				return
			}
			s.copying.rows = append(s.copying.rows, n)
		}
	case wire.CopyDone:
		c := s.copying
		s.copying = nil
		s.write(c.table, append(slices.Clone(s.tables[c.table]), c.rows...))
		if err := c.then("COPY " + strconv.Itoa(len(c.rows))); err != nil {
			s.fail(err)
		}
	case wire.CopyFail:
		s.fail(&failure{"57014", "COPY from stdin failed"})
	case wire.Sync, wire.Flush:
	default:
		s.emit(report(wire.ErrorResponse, "ERROR", "08P01", fmt.Sprintf("unexpected message type 0x%02X during COPY from stdin", m.kind())))
		s.emit(report(wire.ErrorResponse, "FATAL", "08P01", "terminating connection because protocol synchronization was lost"))
		s.flushed = len(s.out)
		s.dead, s.unclear = true, true
	}
}
