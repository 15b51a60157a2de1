package history

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// ReadStatements reads pg_stat_statements as CSV with a header, and calls each for
// every row. query is needed; calls, and rolname or userid, datname or dbid, toplevel
// are used where they are. The error names what is missing, or is that of in.
func ReadStatements(in io.Reader, each func(Statement)) (Seen, error) {
	r := &reading{lines: newLines(in), each: each}
	var c record
	var columns map[string]int
	var wrong error
	err := r.every(nil, func(l line) {
		if wrong != nil || !c.add(l) {
			return
		}
		switch f := c.fields(); {
		case len(c.text) == 0 && !c.long:
		case c.long:
			r.seen.Long++
		case f == nil:
			r.seen.Foreign++
		case columns == nil:
			columns, wrong = header(f)
		default:
			r.row(f, columns, c.line)
		}
		c = record{text: c.text[:0]}
	})
	switch {
	case err != nil:
		return r.seen, err
	case wrong == nil && columns == nil:
		wrong = errors.New("it is empty; it needs a header with the column query")
	}
	return r.seen, wrong
}

// header maps the names of columns to their places.
func header(fields []string) (map[string]int, error) {
	columns := map[string]int{}
	for i, name := range fields {
		columns[strings.ToLower(strings.TrimSpace(strings.TrimPrefix(name, "\ufeff")))] = i
	}
	if _, ok := columns["query"]; !ok {
		return nil, fmt.Errorf("its first line names no column query: %q", strings.Join(fields, ", "))
	}
	return columns, nil
}

// row reads one statement of pg_stat_statements.
func (r *reading) row(fields []string, columns map[string]int, line int) {
	value := func(names ...string) string {
		for _, name := range names {
			if i, ok := columns[name]; ok && i < len(fields) && fields[i] != "" {
				return fields[i]
			}
		}
		return ""
	}
	query := value("query")
	if query == "" || query == "<insufficient privilege>" {
		r.seen.Foreign++
		return
	}
	if slices.Contains([]string{"f", "false"}, value("toplevel")) {
		r.seen.Nested++
		return
	}
	st := Statement{Line: line, SQL: query, Placeholders: true, Calls: 1}
	if calls, err := strconv.ParseUint(value("calls"), 10, 63); err == nil && calls > 0 {
		st.Calls = calls
	}
	st.User, st.Database = value("rolname", "usename", "userid"), value("datname", "dbid")
	r.give(st)
}
