package rules

import "strings"

// query reads the statements of PL/pgSQL that have SQL in a place of their own.
func (r *plReader) query() bool {
	switch {
	case r.skip("execute"):
		r.dynamic(";")
		r.want(";")
	case r.skip("return"):
		r.returns()
	case r.skip("open"):
		r.openCursor()
	default:
		return false
	}
	return true
}

// dynamic reads EXECUTE behind its word: the text, INTO and USING.
func (r *plReader) dynamic(end string) {
	r.add(pieceDynamic, r.until("into", "using", end))
	for !r.failed && !r.is(end) {
		switch {
		case r.skip("into"):
			r.skip("strict")
			r.intoTargets()
		case r.skip("using"):
			r.expression(",", "into", end)
			for !r.failed && r.skip(",") {
				r.expression(",", "into", end)
			}
		default:
			r.failed = true
		}
	}
}

func (r *plReader) returns() {
	switch {
	case r.is(";"):
	case r.skip("next"):
		if !r.is(";") {
			r.expression(";")
		}
	case r.skip("query"):
		if r.skip("execute") {
			r.dynamic(";")
			break
		}
		r.add(pieceStatement, r.until(";"))
	default:
		r.expression(";")
	}
	r.want(";")
}

// openCursor reads OPEN behind its word.
func (r *plReader) openCursor() {
	r.target("no", "scroll", "for", "(", ";")
	r.skip("no")
	r.skip("scroll")
	switch {
	case r.is("("):
		r.arguments(";")
	case r.skip("for"):
		if r.skip("execute") {
			r.dynamic(";")
			break
		}
		r.add(pieceStatement, r.until(";"))
	}
	r.want(";")
}

// arguments reads those of a cursor, which are written as those of a function.
func (r *plReader) arguments(end string) { r.add(pieceExpression, "concat"+r.until(end)) }

// target moves over the names of variables up to one of the words.
func (r *plReader) target(ends ...string) {
	for !r.failed && !r.is(ends...) {
		switch {
		case r.t.kind == kindWord, r.t.kind == kindQuoted, r.t.kind == kindParam, r.t.kind == kindNumber:
		case r.is(",", "."):
		case r.is("["):
			r.next()
			r.expression("]")
		default:
			r.failed = true
		}
		r.next()
	}
	if len(ends) == 1 {
		r.want(ends[0])
	}
}

// intoTargets moves over the variables of INTO: names with dots, between commas.
func (r *plReader) intoTargets() {
	for !r.failed {
		if r.t.kind == kindParam {
			r.next()
		} else {
			r.name()
		}
		for r.skip(".") {
			r.name()
		}
		if !r.skip(",") {
			return
		}
	}
}

// forLoop reads FOR behind its word: over integers, a cursor or rows.
func (r *plReader) forLoop() {
	r.target("in")
	r.skip("reverse")
	if r.skip("execute") {
		r.dynamic("loop")
		r.enterLoop()
		return
	}
	start := *r
	first := r.t.kind == kindWord || r.t.kind == kindQuoted
	named := first && !r.is("select", "with", "values", "table")
	text := r.until("..", "loop")
	switch {
	case r.skip(".."):
		r.add(pieceExpression, text)
		r.expression("by", "loop")
		if r.skip("by") {
			r.expression("loop")
		}
	case named && start.cursor():
		start.next()
		if start.is("(") {
			start.arguments("loop")
			r.pieces, r.failed = start.pieces, r.failed || start.failed
		}
	default:
		r.add(pieceStatement, text)
	}
	r.enterLoop()
}

// cursor says whether FOR ... IN goes on with the name of a cursor, and brackets
// perhaps, and no query.
func (r *plReader) cursor() bool {
	ahead := *r
	ahead.next()
	if ahead.skip("(") {
		ahead.until(")")
		ahead.next()
	}
	return !ahead.failed && ahead.is("loop")
}

// sql reads a statement of SQL up to its semicolon and leaves out INTO and its
// variables, as the server does before it parses it.
func (r *plReader) sql() {
	var kept strings.Builder
	start, depth, import1 := r.t.pos, 0, r.is("import")
	keep := func(end int) { kept.Write(r.lexer.text[start:end]) }
	into, previous := false, token{}
	for !r.failed {
		switch {
		case depth == 0 && r.is(";"):
			keep(r.t.pos)
			r.next()
			r.add(pieceStatement, strings.TrimRight(kept.String(), " \t\n\r\f\v"))
			return
		case r.t.kind == kindEnd, r.is("atomic"): // whose body has semicolons of its own
			r.failed = true
		case r.is("("):
			depth++
		case r.is(")"):
			depth--
			r.failed = r.failed || depth < 0
		case r.is("into") && !import1 && !r.wordOf(previous, "insert", "merge"):
			r.failed = r.failed || into
			into = true
			keep(r.t.pos)
			r.next()
			r.skip("strict")
			r.intoTargets()
			kept.WriteByte(' ')
			start, previous = r.t.pos, token{}
			continue
		}
		previous = r.t
		r.next()
	}
}

func (r *plReader) wordOf(t token, words ...string) bool {
	for _, w := range words {
		if t.kind == kindWord && isWord(r.lexer.text[t.pos:t.end], w) {
			return true
		}
	}
	return false
}
