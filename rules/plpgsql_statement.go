package rules

// statement reads what stands where a statement of PL/pgSQL may begin. The ends
// and middles of blocks stand there too.
func (r *plReader) statement() {
	switch {
	case r.t.kind == kindEnd:
		r.failed = true
	case r.skip("<<"):
		r.name()
		r.want(">>")
	case r.assignment():
	case r.structure(), r.control():
	case r.top() == 0:
		r.failed = true
	case r.query():
	default:
		r.sql()
	}
}

// structure reads what opens, divides and closes blocks.
func (r *plReader) structure() bool {
	switch {
	case r.is("declare"):
		r.declarations()
	case r.skip("begin"):
		r.push(blockBegin)
	case r.top() == blockBegin && r.skip("exception"):
		r.failed = r.failed || !r.is("when")
	case r.top() == blockBegin && r.skip("when"):
		r.conditions()
	case r.top() == blockCase && r.skip("when"), r.top() == blockIf && (r.skip("elsif") || r.skip("elseif")):
		r.expression("then")
		r.next()
	case r.skip("if"):
		r.push(blockIf)
		r.expression("then")
		r.next()
	case (r.top() == blockIf || r.top() == blockCase) && r.skip("else"):
	case r.skip("case"):
		r.push(blockCase)
		if !r.is("when") {
			r.expression("when")
		}
	case r.skip("loop"):
		r.push(blockLoop)
	case r.skip("while"):
		r.expression("loop")
		r.enterLoop()
	case r.skip("foreach"):
		r.target("in")
		r.want("array")
		r.expression("loop")
		r.enterLoop()
	case r.skip("for"):
		r.forLoop()
	case r.skip("end"):
		r.end()
	default:
		return false
	}
	return true
}

func (r *plReader) enterLoop() {
	r.want("loop")
	r.push(blockLoop)
}

// conditions reads those of an exception handler: names and SQLSTATE 'XXXXX'.
func (r *plReader) conditions() {
	for !r.failed && !r.is("then") {
		switch r.t.kind {
		case kindWord, kindQuoted, kindString:
		default:
			r.failed = true
		}
		r.next()
	}
	r.want("then")
}

func (r *plReader) end() {
	switch r.top() {
	case blockIf:
		r.want("if")
	case blockCase:
		r.want("case")
	case blockLoop:
		r.want("loop")
	case 0:
		r.failed = true
		return
	}
	r.open = r.open[:len(r.open)-1]
	if r.t.kind == kindWord || r.t.kind == kindQuoted {
		r.next() // a label
	}
	if len(r.open) == 0 {
		r.done = true
		return
	}
	r.want(";")
}

// control reads the statements of PL/pgSQL that run no statement of SQL.
func (r *plReader) control() bool {
	if r.top() == 0 {
		return false
	}
	switch {
	case r.skip("null"):
		r.want(";")
	case r.skip("exit"), r.skip("continue"):
		if !r.is("when", ";") {
			r.name()
		}
		if r.skip("when") {
			r.expression(";")
		}
		r.want(";")
	case r.skip("assert"), r.skip("perform"):
		r.expression(";")
		r.next()
	case r.skip("raise"):
		r.raise()
	case r.skip("get"):
		r.only("=", ":=", ",", ".", "[", "]")
	case r.skip("close"):
		r.only(".")
	case r.skip("fetch"), r.skip("move"):
		r.only("-", ".", ",")
	case r.skip("commit"), r.skip("rollback"):
		r.add(pieceEnd, "")
		r.only()
	case r.is("savepoint", "release", "abort", "start"):
		r.failed = true // the server refuses them when they run
	default:
		return false
	}
	return true
}

// raise reads RAISE behind its first word.
func (r *plReader) raise() {
	for r.t.kind == kindWord && !r.is("using") || r.t.kind == kindQuoted {
		r.next() // the level, and the name of a condition or SQLSTATE
	}
	if r.t.kind == kindString || r.t.kind == kindEscape || r.t.kind == kindDollar {
		r.next()
	}
	for !r.failed && r.skip(",") {
		r.expression(",", "using", ";")
	}
	if r.skip("using") {
		r.raiseOption()
		for !r.failed && r.skip(",") {
			r.raiseOption()
		}
	}
	r.want(";")
}

func (r *plReader) raiseOption() {
	r.name()
	if !r.skip("=") {
		r.want(":=")
	}
	r.expression(",", ";")
}

// assignment reads TARGET := EXPRESSION, if that is what follows.
func (r *plReader) assignment() bool {
	if r.top() == 0 || r.t.kind != kindWord && r.t.kind != kindQuoted && r.t.kind != kindParam {
		return false
	}
	ahead := *r // pieces are added only once it is sure
	start, end := ahead.t.pos, ahead.t.end
	indexed := false
	for ahead.next(); !ahead.failed; {
		switch {
		case ahead.skip("."):
			end = ahead.t.end
			ahead.name()
		case ahead.skip("["):
			indexed = true
			ahead.until("]")
			end = ahead.t.end
			ahead.want("]")
		case ahead.skip(":="), ahead.skip("="):
			if indexed {
				ahead.add(pieceExpression, string(r.lexer.text[start:end]))
			}
			ahead.expression(";")
			ahead.next()
			*r = ahead
			return true
		default:
			return false
		}
	}
	return false
}
