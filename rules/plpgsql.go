package rules

// PL/pgSQL takes whatever stands between the words of its own statements for SQL,
// and finds where that ends by its tokens alone (src/pl/plpgsql/src/pl_gram.y). So
// a body is read in two steps: it is cut at the very same places, and the pieces
// are parsed as the SQL they are. Every token is either one that the grammar knows
// or part of a piece; a body with any other was not read.
//
// ParsePlPgSqlToJSON of pg_query is not used: it refuses every body with a cursor
// variable, with a field of a %ROWTYPE, with RETURN NEXT or with a parameter that
// has no name, which are many. The tests compare the pieces with its.

const (
	// maxPieces is how much SQL a body may hold. Parsing so many pieces takes about
	// 50 ms.
	maxPieces = 2000

	// maxBlocks is how deep blocks, loops and IFs may nest. The reader does not
	// recurse; this only bounds its stack.
	maxBlocks = 1000
)

// pieceKind says how PL/pgSQL runs a piece of SQL.
type pieceKind uint8

const (
	pieceStatement  pieceKind = iota + 1
	pieceExpression           // what may stand behind SELECT
	pieceDynamic              // an expression whose value is run as SQL
	pieceEnd                  // COMMIT or ROLLBACK
)

type piece struct {
	kind pieceKind
	text string
}

// blockKind is what an END closes.
type blockKind uint8

const (
	blockBegin blockKind = iota + 1
	blockIf
	blockCase
	blockLoop
)

// plReader cuts one body.
type plReader struct {
	lexer  lexer
	t      token
	open   []blockKind
	pieces []piece
	failed bool
	done   bool // the END of the outermost block was read
}

// plpgsqlPieces gives the SQL in a body, in order; false if the body is not what
// the server would take, or too large.
func plpgsqlPieces(body string) ([]piece, bool) {
	r := plReader{lexer: lexer{text: []byte(body)}}
	r.next()
	r.options()
	for !r.failed && !r.done {
		r.statement()
	}
	r.skip(";")
	ok := !r.failed && r.t.kind == kindEnd && !r.lexer.broken && !r.lexer.junk
	return r.pieces, ok
}

func (r *plReader) next() {
	r.t = r.lexer.next()
	if r.t.kind == kindBad {
		r.failed = true
	}
}

// is says whether the token at hand is one of the words or signs.
func (r *plReader) is(words ...string) bool {
	b := r.lexer.text[r.t.pos:r.t.end]
	for _, w := range words {
		switch r.t.kind {
		case kindWord:
			if isWord(b, w) {
				return true
			}
		case kindSelf, kindOp:
			if string(b) == w {
				return true
			}
		}
	}
	return false
}

// skip moves behind the word or sign if it is at hand.
func (r *plReader) skip(word string) bool {
	if !r.is(word) {
		return false
	}
	r.next()
	return true
}

// want moves behind the word or sign, which must be at hand.
func (r *plReader) want(word string) {
	if !r.skip(word) {
		r.failed = true
	}
}

// name moves behind an identifier.
func (r *plReader) name() {
	if r.t.kind != kindWord && r.t.kind != kindQuoted {
		r.failed = true
	}
	r.next()
}

// until moves to one of the words or signs outside brackets, and gives the text up
// to it. As in the server, a semicolon ends no expression but where it is asked for.
func (r *plReader) until(ends ...string) string {
	start, end, depth := r.t.pos, r.t.pos, 0
	for !r.failed {
		switch {
		case depth == 0 && r.is(ends...):
			return string(r.lexer.text[start:end])
		case r.t.kind == kindEnd, r.is(";"):
			r.failed = true
		case r.is("(", "["):
			depth++
		case r.is(")", "]"):
			depth--
			r.failed = r.failed || depth < 0
		}
		end = r.t.end
		r.next()
	}
	return ""
}

// expression reads SQL up to one of the words or signs; it must not be empty.
func (r *plReader) expression(ends ...string) { r.add(pieceExpression, r.until(ends...)) }

func (r *plReader) add(kind pieceKind, text string) {
	if text == "" && kind != pieceEnd || len(r.pieces) == maxPieces {
		r.failed = true
		return
	}
	r.pieces = append(r.pieces, piece{kind, text})
}

// only moves to the semicolon over tokens that hold no SQL: names, numbers and the
// signs given.
func (r *plReader) only(signs ...string) {
	for !r.failed && !r.is(";") {
		switch r.t.kind {
		case kindWord, kindQuoted, kindNumber, kindParam:
		default:
			r.failed = !r.is(signs...)
		}
		r.next()
	}
	r.want(";")
}

func (r *plReader) push(b blockKind) {
	if len(r.open) == maxBlocks {
		r.failed = true
		return
	}
	r.open = append(r.open, b)
}

// top is the innermost block, 0 if there is none.
func (r *plReader) top() blockKind {
	if len(r.open) == 0 {
		return 0
	}
	return r.open[len(r.open)-1]
}
