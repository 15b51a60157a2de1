package rules

import (
	pgquery "github.com/pganalyze/pg_query_go/v5"
)

const notGrammar = "the text is not in the grammar of PostgreSQL 16"

// parse reads a text that is within bounds with the parser of PostgreSQL 16.
func (r *Reader) parse(text []byte) *Facts {
	taken := r.parses.take(parseBytesFixed + parseBytesPerByte*int64(len(text)))
	defer r.parses.give(taken)
	tree, err := parseTree(string(text))
	if err != nil {
		return &Facts{
			Unreadable:      notGrammar,
			Suspect:         suspectSyntax(text),
			ChangesSettings: true,
		}
	}
	f := &Facts{Read: true}
	for i, raw := range tree.Stmts {
		st := readStatement(raw.Stmt)
		st.Index = i
		st.Pos, st.End = extent(text, int(raw.StmtLocation), int(raw.StmtLen))
		st.exemplify(text)
		f.ChangesSettings = f.ChangesSettings || changesSettings(raw.Stmt, &st)
		f.Path = append(f.Path, pathChanges(raw.Stmt, &st, text)...)
		f.Statements = append(f.Statements, st)
	}
	return f
}

// extent is the stretch from the first to the last token of a statement that
// the parser found at pos; a length of 0 is up to the end of the text.
func extent(text []byte, pos, length int) (start, end int) {
	limit := len(text)
	if length > 0 {
		limit = min(pos+length, limit)
	}
	l := lexer{text: text[:limit], at: pos}
	first := l.next()
	start, end = first.pos, first.end
	for t := l.next(); t.kind != kindEnd; t = l.next() {
		end = t.end
	}
	return start, end
}

// changesSettings says whether running the statement may change how the text of
// later ones is read. Triggers and operators may too; DESIGN.md section 6 lives
// with that.
func changesSettings(node *pgquery.Node, st *Statement) bool {
	if len(st.Functions) > 0 && !st.prepares() || len(st.Settings) > 0 || len(st.Executes) > 0 {
		return true
	}
	switch n := node.Node.(type) {
	case *pgquery.Node_DoStmt, *pgquery.Node_CallStmt, *pgquery.Node_FetchStmt:
		return true
	case *pgquery.Node_DiscardStmt:
		return n.DiscardStmt.Target == pgquery.DiscardMode_DISCARD_ALL
	case *pgquery.Node_VariableSetStmt:
		all := n.VariableSetStmt.Kind == pgquery.VariableSetKind_VAR_RESET_ALL
		return all || decidesReading(n.VariableSetStmt.Name)
	}
	return false
}

// prepares says whether the statement only gives its effects a name.
// A DO block that prepares one by EXECUTE does more.
func (st *Statement) prepares() bool { return st.Command == "PREPARE" }
