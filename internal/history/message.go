package history

import (
	"regexp"
	"strconv"
	"strings"
)

// entry is one message of a log.
type entry struct {
	Statement
	severity, message, detail string
	long                      bool // not all of it was kept
}

// said is what a message says of a statement.
type said struct {
	sql      string
	function uint32
	timed    bool
}

var (
	duration = regexp.MustCompile(`^duration: [0-9.]+ ms`)
	fastpath = regexp.MustCompile(`^fastpath function call: "(?s:.*)" \(OID ([0-9]+)\)$`)
)

// read finds the statement in a message (log_statement, log_duration and
// log_min_duration_statement in postgres.c of PostgreSQL). parse and bind are left
// out, for execute follows, and so is each further fetch from a portal.
func read(message string) (s said, ok bool) {
	if d := duration.FindString(message); d != "" {
		rest, more := strings.CutPrefix(message[len(d):], "  ")
		if !more {
			return s, false // of a statement that was logged before
		}
		s.timed, message = true, rest
	}
	if sql, found := strings.CutPrefix(message, "statement: "); found {
		s.sql = sql
		return s, true
	}
	if rest, found := strings.CutPrefix(message, "execute "); found && !strings.HasPrefix(rest, "fetch from ") {
		_, s.sql, found = strings.Cut(rest, ": ")
		return s, found
	}
	if f := fastpath.FindStringSubmatch(message); f != nil {
		oid, err := strconv.ParseUint(f[1], 10, 32)
		s.function = uint32(oid)
		return s, err == nil
	}
	return s, false
}

// tell hands the statement of an entry over, if it has one.
func (r *reading) tell(e *entry) {
	if e.severity != "LOG" {
		return // of a statement that failed the log names the text once more
	}
	s, ok := read(e.message)
	if !ok {
		return
	}
	if e.long {
		r.seen.Long++
		return
	}
	st := e.Statement
	st.SQL, st.Function, st.Calls = s.sql, s.function, 1
	if prepare, found := strings.CutPrefix(e.detail, "prepare: "); found {
		st.Prepared = prepare
	}
	if s.timed {
		r.seen.Timed++
	}
	r.give(st)
}

// give hands a statement over and counts it.
func (r *reading) give(st Statement) {
	r.seen.Statements++
	word := strings.ToUpper(firstWord(st.SQL))
	switch word {
	case "SELECT":
		r.seen.Reads, r.seen.Rows = true, true
	case "INSERT", "UPDATE", "DELETE", "MERGE", "WITH":
		r.seen.Rows = true
	}
	r.each(st)
}

func firstWord(sql string) string {
	sql = strings.TrimLeft(sql, " \t\r\n(")
	end := strings.IndexFunc(sql, func(c rune) bool { return (c|0x20) < 'a' || (c|0x20) > 'z' })
	if end < 0 {
		end = min(len(sql), len("SELECT")+1)
	}
	return sql[:end]
}

// clientOf is the address of a client without its port: 10.1.2.3, 10.1.2.3(5432),
// 10.1.2.3:5432 (of csvlog), or [local].
func clientOf(text string) string {
	if strings.HasPrefix(text, "[local]") {
		return localClient
	}
	if i := strings.IndexByte(text, '('); i >= 0 {
		return text[:i]
	}
	return text
}

// localClient is rules.Origin's client of a Unix socket.
const localClient = "local"

// known leaves out what the server writes where it does not know a name yet.
func known(name string) string {
	if name == "[unknown]" {
		return ""
	}
	return name
}
