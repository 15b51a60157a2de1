package simulate

import "strconv"

// portalKind says how a portal gives rows.
type portalKind uint8

const (
	rowsNone    portalKind = iota
	rowsLive               // SELECT: made as they are fetched
	rowsStored             // RETURNING: it runs to its end at the first fetch
	rowsUtility            // EXECUTE and FETCH: the same
)

// portal is a statement that was bound.
type portal struct {
	statement *statement
	kind      portalKind
	values    []string
	text      string // of the statement, as people see it
	cause     int    // message that bound it
	rest      []byte // of that message
	table     string // that it reads
	rows      []string
	verb      string // of the tag: "SELECT"
	tag       string // of a statement without rows
	deleting  bool   // its rows are those that it has deleted
	started   bool
	failed    bool
	done      bool
}

// kindOf is the kind of portal that a statement gets now.
func (s *server) kindOf(st *statement) portalKind {
	if st.form == "execute @" {
		if inner := s.statements[st.name()]; inner != nil && inner.shape().returns != rowsNone {
			return rowsUtility
		}
		return rowsNone
	}
	if st.form == "fetch # from @" {
		if c := s.portals[st.name()]; c == nil || c.kind == rowsNone {
			return rowsNone
		}
	}
	return st.shape().returns
}

// open makes a portal: it converts the values, plans, and fixes what is read.
func (s *server) open(name string, st *statement, values []string, cause int, rest []byte) (*portal, *failure) {
	if _, taken := s.portals[name]; taken && name != "" {
		return nil, &failure{"42P03", "cursor already exists"}
	}
	p := &portal{values: values, cause: cause, rest: rest}
	s.portals[name] = p
	if st == nil {
		return p, nil
	}
	numeric := st.form != "select length ( ? :: text )" && s.cause != byQuestion
	for _, v := range values {
		if _, err := strconv.Atoi(v); err != nil && numeric {
			return nil, &failure{"22P02", "invalid input syntax for type integer"}
		}
	}
	if err := s.plan(st); err != nil {
		return nil, err
	}
	p.statement, p.kind, p.text = st, s.kindOf(st), st.source
	if p.kind == rowsLive {
		p.verb = "SELECT"
		p.rows = s.scan(p)
	}
	return p, nil
}

// plan fails for what the planner sees: it folds constants.
func (s *server) plan(st *statement) *failure {
	if st.form == "select # / #" && st.numbers[1] == 0 {
		return &failure{"22012", "division by zero"}
	}
	return s.analyse(st)
}

// analyse fails for a statement whose table does not exist.
func (s *server) analyse(st *statement) *failure {
	if st.body != nil {
		return nil // analysed when PREPARE runs
	}
	if st.shape().analysed {
		if _, ok := s.tables[st.name()]; !ok {
			return &failure{"42P01", "relation does not exist"}
		}
	}
	return nil
}

// scan gives the rows of a SELECT as of now.
func (s *server) scan(p *portal) []string {
	st := p.statement
	switch st.form {
	case "select #":
		return []string{strconv.Itoa(st.numbers[0])}
	case "select $":
		return []string{st.strings[0]}
	case "select # / #":
		return []string{strconv.Itoa(st.numbers[0] / st.numbers[1])}
	case "select ? :: int":
		return []string{p.values[0]}
	case "select length ( ? :: text )":
		return []string{strconv.Itoa(len(p.values[0]))}
	case "select repeat ( $ , # )":
		b := make([]byte, 0, st.numbers[0])
		for range st.numbers[0] {
			b = append(b, st.strings[0]...)
		}
		return []string{string(b)}
	case "select generate_series ( # , # )":
		return series(st.numbers[0], st.numbers[1])
	case "select id from @":
		p.table = st.name()
		return numbers(s.tables[st.name()])
	}
	return []string{"0"} // the functions of the test
}

func series(from, to int) []string {
	var rows []string
	for i := from; i <= to; i++ {
		rows = append(rows, strconv.Itoa(i))
	}
	return rows
}

func numbers(list []int) []string {
	var rows []string
	for _, n := range list {
		rows = append(rows, strconv.Itoa(n))
	}
	return rows
}

// send emits up to limit rows (0 is all) and says the tag, or that the portal is
// suspended.
func (s *server) send(p *portal, limit int) (tag string, suspended bool) {
	if p.kind == rowsNone {
		return p.tag, false
	}
	n := len(p.rows)
	if limit > 0 && limit <= n {
		n, suspended = limit, true
	}
	if suspended && p.deleting {
		s.unfetched += len(p.rows) // at most
	}
	for _, r := range p.rows[:n] {
		s.emit(row(r))
	}
	p.rows = p.rows[n:]
	return p.verb + " " + strconv.Itoa(n), suspended
}
