package rules

import "bytes"

// Applications that write their values into the text send a new text each time,
// which no cache keyed by the text knows, and a parse costs a hundred times what
// a cache does. So an UPDATE or DELETE of the few forms below is also known by
// its shape: its tokens with the kind of each literal in the literal's place.
//
// Two texts of one shape have the same facts but for the place of the statement.
// The grammar decides by the kinds of tokens, not by their values, so the trees
// differ in the literals alone; and of those the facts depend only where two are
// compared with each other or stand where a condition is expected, in LIKE, in
// the arguments of functions and in statements other than these two. In a
// shape a literal stands behind a comparison with a column, in a list behind
// COLUMN IN, or on the right of SET COLUMN =, and conditions are joined by AND
// only. Whatever is not sure to be so has no shape and is parsed. As a second
// lock, facts are shared only where they say nothing but that rows are filtered
// (sharable).
//
// A reader that makes facts from these tokens without the parser would save that
// parse per shape too, and would be a second opinion on names, which one has to
// keep equal to the first. Here the parser says what every shape does.

const (
	// maxShapeText is the longest text with a shape, in bytes: at a few
	// nanoseconds a byte it is still much cheaper than a parse.
	maxShapeText = 16 << 10

	// maxShape is the longest shape, in bytes. It stands on the stack.
	maxShape = 1 << 10
)

// The kinds of literals in a shape. No token begins with these bytes.
const (
	shapeInteger = 1 // fits an integer of the grammar, 32 bits
	shapeNumber  = 2
	shapeString  = 3
)

// shape reads the shape of a text. It is made for the stack: read leaves the
// shape in out, each token with a byte 0 behind it, which no text has.
type shape struct {
	lexer    lexer
	t        token // the one at hand, not yet in out
	end      int   // of the last token in out
	literals int
	size     int // of what is in out
	out      [maxShape]byte
}

func (s *shape) bytes() []byte { return s.out[:s.size] }

// read reads a text that was found certain and is read as UTF-8. from and to are
// where its statement stands. It is not ok for texts without a shape or without
// a literal. It is called once.
func (s *shape) read(text []byte) (from, to int, ok bool) {
	if len(text) > maxShapeText {
		return 0, 0, false
	}
	s.lexer.text = text
	s.t = s.lexer.next()
	from = s.t.pos
	if !s.update() && !s.delete() {
		return 0, 0, false
	}
	to = s.end
	if s.isSelf(';') {
		s.t = s.lexer.next()
	}
	return from, to, s.t.kind == kindEnd && s.literals > 0 && s.plain()
}

// plain says that nothing between the tokens is read differently by the parser
// or may keep it from the text.
func (s *shape) plain() bool {
	l := &s.lexer
	return !l.junk && !l.broken && l.rescans <= maxRescans && bytes.IndexByte(l.text, '\v') < 0
}

// UPDATE [ONLY] name [[AS] alias] SET column = sum, ... [WHERE ...] [RETURNING ...]
func (s *shape) update() bool {
	if !s.takeWord("update") || !s.table() || !s.takeWord("set") {
		return false
	}
	for {
		if !s.column() || !s.takeOp("=") || !s.sum() {
			return false
		}
		if !s.takeSelf(',') {
			return s.where() && s.returning()
		}
	}
}

// DELETE FROM [ONLY] name [[AS] alias] WHERE ... [RETURNING ...]
func (s *shape) delete() bool {
	return s.takeWord("delete") && s.takeWord("from") && s.table() && s.where() && s.returning()
}

func (s *shape) table() bool {
	s.takeWord("only")
	if !s.column() {
		return false
	}
	if s.takeWord("as") {
		return s.name()
	}
	if !s.isWord("set") && !s.isWord("where") && !s.isWord("returning") {
		s.name()
	}
	return true
}

// column takes a name with or without others and dots before it.
func (s *shape) column() bool {
	if !s.name() {
		return false
	}
	for s.takeSelf('.') {
		if !s.name() {
			return false
		}
	}
	return true
}

// name takes any word: which one it is stands in the shape. "" is an error to
// servers, and U&"..." depends on the literal behind UESCAPE.
func (s *shape) name() bool {
	switch s.t.kind {
	case kindWord:
		return s.take()
	case kindQuoted:
		return s.first() == '"' && s.t.end-s.t.pos > 2 && s.take()
	}
	return false
}

// where takes conditions joined by AND, if there are any.
func (s *shape) where() bool {
	if !s.takeWord("where") {
		return true
	}
	for {
		if !s.condition() {
			return false
		}
		if !s.takeWord("and") {
			return true
		}
	}
}

// condition takes COLUMN = value and the like, COLUMN IN (value, ...) and COLUMN
// IS NULL. What stands for the column is one: no keyword that is a value or an
// operator by itself.
func (s *shape) condition() bool {
	if s.t.kind == kindWord && notColumns.has(s.piece()) || !s.column() {
		return false
	}
	switch {
	case s.takeWord("is"):
		s.takeWord("not")
		return s.takeWord("null")
	case s.takeWord("not"):
		return s.takeWord("in") && s.list()
	case s.takeWord("in"):
		return s.list()
	}
	return s.comparison() && s.value()
}

// notColumns are the keywords that cannot name a column.
var notColumns = newWordTable(keywordsOf("R", "T", "?", "?R", "?T"))

func (s *shape) comparison() bool {
	if s.t.kind != kindOp {
		return false
	}
	switch string(s.piece()) {
	case "=", "<", ">", "<=", ">=", "<>", "!=":
		return s.take()
	}
	return false
}

func (s *shape) list() bool {
	if !s.takeSelf('(') || !s.value() {
		return false
	}
	for s.takeSelf(',') {
		if !s.value() {
			return false
		}
	}
	return s.takeSelf(')')
}

// sum takes values joined by operators.
func (s *shape) sum() bool {
	for {
		if !s.value() {
			return false
		}
		if !s.takeOp("+") && !s.takeOp("-") && !s.takeOp("*") && !s.takeOp("/") && !s.takeOp("||") {
			return true
		}
	}
}

// value takes a literal, parameter, column, or call without arguments, each
// perhaps with a cast to a type of one word.
func (s *shape) value() bool {
	switch {
	case s.takeOp("-"):
		if !s.number() {
			return false
		}
	case s.number(), s.string(), s.t.kind == kindParam && s.take():
	case !s.column():
		return false
	case s.takeSelf('('):
		if !s.takeSelf(')') {
			return false
		}
	}
	if s.t.kind == kindSelf && string(s.piece()) == "::" {
		return s.take() && s.t.kind == kindWord && s.take()
	}
	return true
}

// sharable says whether facts say no more than a shape can tell: one statement
// that deletes or updates the rows of a condition.
func sharable(f *Facts) bool {
	if !f.Read || f.ChangesSettings || len(f.Statements) != 1 {
		return false
	}
	st := &f.Statements[0]
	said := len(st.Functions) + len(st.Plants) + len(st.Names) + len(st.Executes) + len(st.Settings)
	if said > 0 || st.Tx != TxNone || st.NoTransaction || len(st.Effects) != 1 {
		return false
	}
	e := &st.Effects[0]
	return (e.Verb == VerbDelete || e.Verb == VerbUpdate) && e.Filter == Filtered && e.FilterText == ""
}

// placesKept is for how many places the facts of a shape are kept. Numbers are of a few
// lengths, strings may be of any: the first of each remainder stays, so that texts of
// ever new lengths drive out nothing.
const placesKept = 8

// placed gives the facts of a shape for a text in which its statement stands elsewhere.
func (r *Reader) placed(f *Facts, shape cacheKey, from, to int) *Facts {
	if f.stands(from, to) {
		return f
	}
	shape[1] ^= uint64(1+to%placesKept) * goldenRatio
	kept, known := r.shapes.find(shape)
	if known && kept.stands(from, to) {
		return kept
	}
	f = placed(f, from, to)
	if !known {
		r.shapes.add(shape, f)
	}
	return f
}

// stands says whether the one statement stands there.
func (f *Facts) stands(from, to int) bool {
	st := &f.Statements[0]
	return st.Pos == from && st.End == to
}

// placed gives a copy of facts of one statement for a text in which it stands elsewhere.
func placed(f *Facts, from, to int) *Facts {
	other := &struct {
		facts     Facts
		statement [1]Statement
	}{*f, [1]Statement{f.Statements[0]}}
	other.statement[0].Pos, other.statement[0].End = from, to
	other.facts.Statements = other.statement[:]
	return &other.facts
}

// returning takes RETURNING * and RETURNING column, ..., if it is there.
func (s *shape) returning() bool {
	if !s.takeWord("returning") || s.takeOp("*") {
		return true
	}
	for s.column() {
		if !s.takeSelf(',') {
			return true
		}
	}
	return false
}
