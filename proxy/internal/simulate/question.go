package simulate

import (
	"maps"
	"strconv"
	"strings"

	"github.com/holdfast-db/holdfast/proxy/internal/wire"
)

// The server's part in a question about names: the statements that the core sends of
// its own accord, as the model understands them.

// ownForms are those statements by the beginning of their text.
var ownForms = []struct{ text, form string }{
	{"/* holdfast */ SAVEPOINT ", "own savepoint"},
	{"/* holdfast */ ROLLBACK TO SAVEPOINT ", "own rollback to"},
	{"/* holdfast */ RELEASE SAVEPOINT ", "own release"},
	{"/* holdfast */ SELECT pg_catalog.set_config(", "own limit"},
	{"/* holdfast */ SELECT 0::", "own path"},
	{"/* holdfast */ SELECT pg_catalog.pg_stat_clear_snapshot(", "own forget"},
	{"/* holdfast */ WITH RECURSIVE\nlocks", "own behind"},
	{"/* holdfast */ WITH RECURSIVE", "own names ? ? ?"},
}

// readOwn reads the text of a Parse of the core's own.
func (s *server) readOwn(text string) ([]*statement, bool) {
	for _, f := range ownForms {
		if strings.HasPrefix(text, f.text) {
			return []*statement{{form: f.form, source: text}}, true
		}
	}
	return nil, false
}

// mark is where a savepoint goes back to.
type mark struct {
	now     savedState
	saved   *savedState
	reading map[*portal]string
}

// ownStatement runs one of these statements.
func (s *server) ownStatement(p *portal) *failure {
	switch p.statement.form {
	case "own savepoint":
		if s.tx != txBlock {
			return &failure{"25P01", "SAVEPOINT can only be used in transaction blocks"}
		}
		m := &mark{now: s.state(), saved: s.saved, reading: map[*portal]string{}}
		for _, other := range s.portals {
			m.reading[other] = other.table
		}
		s.mark = m
		s.emit(complete("SAVEPOINT"))
	case "own rollback to":
		if s.mark == nil {
			return &failure{"3B001", "savepoint does not exist"}
		}
		s.tx, s.saved = txBlock, s.mark.saved
		s.restore(s.mark.now)
		for other, table := range s.mark.reading {
			other.table = table
		}
		s.emit(complete("ROLLBACK"))
	case "own release":
		s.mark = nil
		s.emit(complete("RELEASE"))
	case "own limit":
		s.emit(row("2s"))
		s.emit(complete("SELECT 1"))
	case "own forget":
		s.emit(row(""))
		s.emit(complete("SELECT 1"))
	case "own behind":
		s.answerBehind()
	case "own path":
		s.answerNames([]string{"{}", "{}", "{}"})
	default:
		s.answerNames(p.values)
	}
	return nil
}

// answerNames says what names stand for. The values are arrays of kinds, schemas and
// names; the scripts have names of tables only, without a schema.
func (s *server) answerNames(values []string) {
	s.emit(rowOf("0", "settings", modelPath, "read committed", "", ""))
	for i, name := range strings.Split(strings.Trim(values[2], `{}`), ",") {
		name = strings.Trim(name, `"`)
		if _, there := s.tables[name]; !there {
			continue
		}
		o, n := s.origins[name], strconv.Itoa(i+1)
		schema, standing := "public", "permanent"
		switch {
		case o.temporary:
			schema, standing = "pg_temp_3", "temporary"
		case o.made:
			standing = "created"
		}
		oid := strconv.Itoa(o.oid)
		s.emit(rowOf(n, "object", schema, name, "r", oid))
		s.emit(rowOf(n, "part", oid, standing, "", ""))
	}
	s.emit(complete("SELECT"))
}

// modelPath is where the model's names are looked up.
const modelPath = `"$user", public`

func rowOf(columns ...string) message {
	b := body{}.int16(len(columns))
	for _, c := range columns {
		b = b.value(c)
	}
	return newMessage(wire.DataRow, b)
}

// origin is where a table comes from. The zero value was there when the session began.
type origin struct {
	oid       int
	temporary bool
	made      bool // by the transaction that is open
}

// loses says that a statement that destroys takes what others have, or may.
func (s *server) loses(st *statement) bool {
	_, there := s.tables[st.name()]
	o := s.origins[st.name()]
	return there && !o.temporary && !o.made
}

// lasting are the tables that are left when the session ends.
func (s *server) lasting() map[string][]int {
	now := s.state()
	if s.saved != nil {
		now = *s.saved // what was not committed is rolled back
	}
	left := maps.Clone(now.tables)
	maps.DeleteFunc(left, func(name string, _ []int) bool { return now.origins[name].temporary })
	return left
}
