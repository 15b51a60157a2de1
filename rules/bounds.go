package rules

import "fmt"

// pg_query is C and recurses over the tree without checking its stack: 24,000
// terms of 1+1+... end the process. These bounds keep a text away from it.
const (
	// maxText is the longest text parsed, in bytes. Texts of that size take
	// about 0.4 s and 50 MB; longer ones are data, not logic.
	maxText = 256 << 10

	// maxNesting is the deepest nesting parsed. 3,000 levels overflow a stack of
	// 1 MiB, 24,000 one of 8 MiB, which glibc gives a thread by default.
	maxNesting = 1000

	// maxRescans bounds what the scanner reads ahead at operators and comments
	// and gives back, in bytes, which grows with the square of a run of operator
	// characters: 200 KB of /**//**/... took 19 s. This much takes 0.1 s.
	maxRescans = 8 << 20
)

// beyond says why a text may not be parsed in this process, and "" if it may.
func beyond(text []byte) string {
	if len(text) > maxText {
		return fmt.Sprintf("text of %d KiB is above the limit of %d KiB", (len(text)+1023)>>10, maxText>>10)
	}
	deep, rescans := depth(text)
	switch {
	case deep:
		return fmt.Sprintf("text is nested deeper than %d levels", maxNesting)
	case rescans > maxRescans:
		return "text has long runs of operators or comments"
	}
	return ""
}

// frame counts, for one open bracket or CASE, what may nest inside it.
type frame struct {
	terms   int32 // operators and the like in the expression that is being read
	nesting int32 // what goes on nesting behind a comma, AND or OR
	isCase  bool
}

// depth says whether the text may be nested deeper than maxNesting, and what the
// scanner reads twice in it.
//
// It bounds the depth of the tree from above by the tokens: open brackets
// and CASEs, operators since the expression began, and the joins, set
// operations, NOTs and BETWEENs since the bracket was opened. A comma, AND, OR,
// WHEN, THEN and ELSE end an expression: what they separate stands side by side
// in the tree. (The AND of a BETWEEN does not; hence BETWEEN counts for longer.)
func depth(text []byte) (tooDeep bool, rescans int) {
	var frames [maxNesting + 1]frame
	top, total := 0, int32(0)
	pop := func() {
		total -= frames[top].terms + frames[top].nesting + 1
		top--
	}
	for l := (lexer{text: text}); ; {
		t := l.next()
		f := &frames[top]
		switch step := nestingOf(text, t); step {
		case nestEnd:
			return false, l.rescans
		case nestOpen, nestCase:
			if top == maxNesting {
				return true, 0
			}
			top++
			total++
			frames[top] = frame{isCase: step == nestCase}
		case nestClose:
			for top > 0 && frames[top].isCase {
				pop()
			}
			if top > 0 {
				pop()
			}
		case nestEndCase:
			if f.isCase {
				pop()
			}
		case nestTerm:
			f.terms++
			total++
		case nestDeeper:
			f.nesting++
			total++
		case nestApart:
			total -= f.terms
			f.terms = 0
		case nestStatement:
			total -= f.terms + f.nesting
			f.terms, f.nesting = 0, 0
		}
		if total > maxNesting {
			return true, 0
		}
	}
}

// nestStep is what a token does to the nesting.
type nestStep uint8

const (
	nestNot nestStep = iota
	nestEnd
	nestOpen
	nestClose
	nestCase
	nestEndCase
	nestTerm
	nestDeeper
	nestApart
	nestStatement
)

func nestingOf(text []byte, t token) nestStep {
	switch t.kind {
	case kindEnd:
		return nestEnd
	case kindOp:
		return nestTerm
	case kindSelf:
		switch text[t.pos] {
		case '(', '[':
			return nestOpen
		case ')', ']':
			return nestClose
		case ',':
			return nestApart
		case ';':
			return nestStatement
		case ':':
			return nestTerm
		}
	case kindWord:
		var buf [maxWord]byte
		if t.end-t.pos <= len(buf) {
			return nestWords[string(fold(buf[:0], text[t.pos:t.end]))]
		}
	}
	return nestNot
}

// nestWords are the keywords of PostgreSQL's grammar that nest or separate.
var nestWords = map[string]nestStep{
	"case": nestCase, "end": nestEndCase,
	"and": nestApart, "or": nestApart, "when": nestApart, "then": nestApart, "else": nestApart,
	"not": nestDeeper, "between": nestDeeper, "join": nestDeeper, "union": nestDeeper,
	"intersect": nestDeeper, "except": nestDeeper, "with": nestDeeper, "explain": nestDeeper,
	"collate": nestTerm, "is": nestTerm, "isnull": nestTerm, "notnull": nestTerm, "like": nestTerm,
	"ilike": nestTerm, "similar": nestTerm, "in": nestTerm, "at": nestTerm, "escape": nestTerm,
	"overlaps": nestTerm, "operator": nestTerm,
}
