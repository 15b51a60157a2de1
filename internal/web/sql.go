package web

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxColoured is the longest text that is coloured, in bytes: each word of it becomes
// an element of the page. A longer one is shown in plain lines.
const maxColoured = 64 << 10

// span is a piece of a line.
type span struct {
	Class string // of the style sheet; empty is plain
	Text  string
}

// The classes of spans.
const (
	keyword     = "k"
	destroying  = "d"
	stringText  = "s"
	numeral     = "n"
	comment     = "c"
	hiddenChar  = "x" // shown as an escape
	plainClass  = ""
	quotedClass = "q"
)

// line is one line of a text.
type line struct {
	Number int
	Hit    bool // it has a word that destroys
	Spans  []span
}

// block is one statement of a text.
type block struct{ Lines []line }

// blocks colours a text, one block for each statement. Together they show every
// character of it. It is for the eye alone: what a text does is for rules to say.
func blocks(text string) []block {
	p := painter{number: 1}
	p.begin()
	text = strings.TrimRight(strings.ReplaceAll(text, "\r\n", "\n"), " \n\t")
	if len(text) > maxColoured {
		p.add(plainClass, text)
		return p.done
	}
	lex := lexer{text: text}
	depth, before, body := 0, "", false
	for lex.rest() != "" {
		class, piece := lex.next()
		word := strings.ToUpper(piece)
		switch {
		case class == keyword && destroys(word, before):
			class = destroying
		case class == keyword && !keywords[word]:
			class = plainClass
		}
		p.add(class, piece)
		switch piece {
		case "(":
			depth++
		case ")":
			depth--
		case ";":
			if depth <= 0 && !body && strings.TrimSpace(lex.rest()) != "" {
				p.split(&lex)
				depth = 0
			}
		}
		if strings.TrimSpace(piece) != "" && class != comment {
			body = body || word == "ATOMIC" && before == "BEGIN"
			before = word
		}
	}
	return p.done
}

// destroys says of a word that it is where a statement destroys. FOR UPDATE, ON
// DELETE and the like are clauses.
func destroys(word, before string) bool {
	switch word {
	case "DROP", "TRUNCATE":
		return true
	case "DELETE", "UPDATE":
		return before != "FOR" && before != "ON" && before != "KEY" && before != "DO"
	}
	return false
}

// painter puts pieces into lines.
type painter struct {
	done   []block
	number int
}

func (p *painter) begin() { p.done = append(p.done, block{Lines: []line{{Number: p.number}}}) }

func (p *painter) line() *line {
	lines := p.done[len(p.done)-1].Lines
	return &lines[len(lines)-1]
}

// split begins the next statement. What follows on the same line begins one in the
// page all the same.
func (p *painter) split(lex *lexer) {
	blanks := len(lex.rest()) - len(strings.TrimLeft(lex.rest(), " \t"))
	if strings.HasPrefix(lex.rest()[blanks:], "\n") {
		lex.at += blanks + 1
		p.number++
	}
	p.begin()
}

func (p *painter) add(class, piece string) {
	for {
		head, rest, more := strings.Cut(piece, "\n")
		p.addInLine(class, head)
		if !more {
			return
		}
		p.number++
		block := &p.done[len(p.done)-1]
		block.Lines = append(block.Lines, line{Number: p.number})
		piece = rest
	}
}

// addInLine shows hidden characters as escapes, also joiners: in SQL they make two
// names that look alike.
func (p *painter) addInLine(class, piece string) {
	l := p.line()
	l.Hit = l.Hit || class == destroying
	start := 0
	put := func(class, text string) {
		if text != "" {
			l.Spans = append(l.Spans, span{class, text})
		}
	}
	for i, r := range piece {
		if r == '\t' || !hidden(r) && !unicode.Is(unicode.Cf, r) && r != utf8.RuneError {
			continue
		}
		put(class, piece[start:i])
		put(hiddenChar, escaped(r))
		start = i + utf8.RuneLen(r)
	}
	put(class, piece[start:])
}
