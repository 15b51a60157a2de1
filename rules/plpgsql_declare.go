package rules

// options moves over the lines that begin with # in front of a body.
func (r *plReader) options() {
	for !r.failed && r.skip("#") {
		r.name()
		r.name()
	}
}

// declarations reads DECLARE up to the BEGIN of its block.
func (r *plReader) declarations() {
	for !r.failed && !r.is("begin") {
		if !r.skip("declare") {
			r.declaration()
		}
	}
}

func (r *plReader) declaration() {
	r.name()
	switch {
	case r.skip("alias"):
		r.want("for")
		r.target(";")
		return
	case r.is("no", "scroll", "cursor"):
		r.declareCursor()
		return
	}
	r.skip("constant")
	r.typeName()
	if r.skip("collate") {
		for r.t.kind == kindWord && !r.is("not", "default") || r.t.kind == kindQuoted || r.is(".") {
			r.next()
		}
	}
	if r.skip("not") {
		r.want("null")
	}
	if r.skip("default") || r.skip(":=") || r.skip("=") {
		r.expression(";")
	}
	r.want(";")
}

// typeName moves over a type: names, %TYPE, (precision) and [].
func (r *plReader) typeName() {
	some := false
	for ; !r.failed && !r.is("not", "default", "collate", ":=", "=", ";"); r.next() {
		switch r.t.kind {
		case kindWord, kindQuoted, kindNumber:
		default:
			r.failed = !r.is(".", ",", "%", "(", ")", "[", "]", "-")
		}
		some = true
	}
	r.failed = r.failed || !some
}

func (r *plReader) declareCursor() {
	r.skip("no")
	r.skip("scroll")
	r.want("cursor")
	if r.skip("(") {
		depth := 1
		for !r.failed && depth > 0 {
			switch {
			case r.t.kind == kindEnd, r.is(";"):
				r.failed = true
			case r.is("("):
				depth++
			case r.is(")"):
				depth--
			}
			r.next()
		}
	}
	if !r.skip("is") {
		r.want("for")
	}
	r.add(pieceStatement, r.until(";"))
	r.want(";")
}
