package rules

import (
	"strings"

	pgquery "github.com/pganalyze/pg_query_go/v5"
)

// body is what running the body of a function or DO block would do.
type body struct {
	Statement // its effects, functions, touches and so on, of all statements

	// unread says why not all of it is known: "dynamic SQL". Empty when it is.
	unread string

	// ends is true if it has COMMIT or ROLLBACK of its own.
	ends bool
}

// The reasons why code is not known, for people.
const (
	unreadDynamic  = "dynamic SQL"
	unreadLanguage = "code in another language"
	unreadBody     = "a body that cannot be read"
	unreadPrepared = "a statement prepared elsewhere"
)

// readBody reads a body in a language, whose name is folded.
func (x *extractor) readBody(language, text string) body {
	var b body
	switch language {
	case "sql":
		list, ok := x.statementsIn(text)
		if !ok {
			b.unread = unreadBody
		}
		for i := range list {
			b.merge(&list[i])
		}
	case "plpgsql":
		x.readPLpgSQL(&b, text)
	default:
		b.unread = unreadLanguage
	}
	if len(b.Executes) > 0 && len(b.Names) > 0 {
		b.because(unreadPrepared) // which of both comes first is not told apart
	}
	return b
}

func (b *body) because(why string) {
	if b.unread == "" {
		b.unread = why
	}
}

// merge adds what a statement of the body does.
func (b *body) merge(st *Statement) {
	if st.prepares() {
		b.Names = append(b.Names, st.Names...)
		return
	}
	b.Effects = append(b.Effects, st.Effects...)
	b.Plants = append(b.Plants, st.Plants...)
	b.Functions = append(b.Functions, st.Functions...)
	b.Extensions = append(b.Extensions, st.Extensions...)
	b.Settings = append(b.Settings, st.Settings...)
	b.Executes = append(b.Executes, st.Executes...)
	b.Names = append(b.Names, st.Names...)
	b.Touches = append(b.Touches, st.Touches...)
	b.Defines = append(b.Defines, st.Defines...)
	b.ends = b.ends || st.Tx == TxCommit || st.Tx == TxRollback
}

func (x *extractor) readPLpgSQL(b *body, text string) {
	if x.inside >= maxInside || beyond([]byte(text)) != "" {
		b.unread = unreadBody
		return
	}
	pieces, ok := plpgsqlPieces(text)
	if !ok {
		b.unread = unreadBody
	}
	for _, p := range pieces {
		x.readPiece(b, p)
	}
}

func (x *extractor) readPiece(b *body, p piece) {
	text := p.text
	switch p.kind {
	case pieceEnd:
		b.ends = true
		return
	case pieceExpression, pieceDynamic:
		text = "SELECT " + text
	}
	list, ok := x.statementsIn(text)
	if !ok || len(list) != 1 {
		b.because(unreadBody)
	}
	for i := range list {
		b.merge(&list[i])
	}
	if p.kind == pieceDynamic {
		x.readDynamic(b, p.text)
	}
}

// readDynamic reads the SQL that EXECUTE runs, if its text is a literal.
func (x *extractor) readDynamic(b *body, expression string) {
	text, ok := literalIn(expression)
	if !ok {
		b.because(unreadDynamic)
		return
	}
	list, ok := x.statementsIn(text)
	if !ok {
		b.because(unreadDynamic)
	}
	for i := range list {
		b.merge(&list[i])
	}
}

// literalIn gives the value of an expression that is one literal.
func literalIn(expression string) (string, bool) {
	tree, err := parseTree("SELECT " + expression)
	if err != nil || len(tree.Stmts) != 1 {
		return "", false
	}
	s := tree.Stmts[0].Stmt.GetSelectStmt()
	if len(s.GetTargetList()) != 1 || !plainSelect(s) || len(s.FromClause) > 0 {
		return "", false
	}
	return constString(s.TargetList[0].GetResTarget().GetVal())
}

// do reads a DO block. Code that is known is judged by what it does.
func (x *extractor) do(n *pgquery.DoStmt, s scope) {
	language, text := "plpgsql", ""
	for _, a := range n.Args {
		switch d := a.GetDefElem(); d.GetDefname() {
		case "language":
			language = strings.ToLower(d.GetArg().GetString_().GetSval())
		case "as":
			text = d.GetArg().GetString_().GetSval()
		}
	}
	if language == "sql" { // which has no DO
		language = ""
	}
	b := x.readBody(language, text)
	x.include(&b, s)
	if b.ends && !s.planned && !s.planted {
		x.st.NoTransaction = true
		if len(b.Effects)+len(b.Functions)+len(b.Defines) > 0 {
			b.because("a COMMIT of its own inside")
		}
	}
	if b.unread != "" {
		x.emit(Effect{Verb: VerbCall, Object: "DO", FilterText: b.unread}, s)
	}
}

// include makes what code does what the statement does.
func (x *extractor) include(b *body, s scope) {
	for _, e := range b.Effects {
		x.emit(e, s)
	}
	if s.planted || s.planned {
		return
	}
	x.calls(&b.Statement)
	x.st.Plants = append(x.st.Plants, b.Plants...)
	x.st.Settings = append(x.st.Settings, b.Settings...)
	x.st.Executes = append(x.st.Executes, b.Executes...)
	x.st.Names = append(x.st.Names, b.Names...)
	x.st.Defines = append(x.st.Defines, b.Defines...)
}
