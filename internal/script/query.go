package script

import (
	"bytes"

	"github.com/holdfast-db/holdfast/rules"
)

// query is psql's query buffer: what was read of a statement that is not sent yet.
// The zero value is an empty one.
type query struct {
	some     bool // it has a token
	place    Place
	pos, end int // in the script, of the first and behind the last token
	from     int // what lies from here on is not in sql yet
	sql      []byte
	pieces   bool // sql was begun: the text is not one stretch of the script

	variables []Variable
	doubt     string

	depth  int     // open brackets
	begins int     // open BEGIN and CASE in the body of a routine
	words  int     // since the statement began
	first  [4]byte // first letters of the first words, where they are routineWords

	copying copyStep
	copies  int // COPY ... FROM stdin in it
}

// copyStep follows COPY ... FROM stdin word by word.
type copyStep uint8

const (
	copyBegin copyStep = iota // at the first word
	copyNot
	copySeen // COPY
	copyFrom // COPY ... FROM
)

// add takes one token into the query.
func (q *query) add(text []byte, t rules.Token) {
	if !q.some {
		q.some, q.pos, q.from = true, t.Pos, t.Pos
	}
	q.end = t.End
	q.follow(text[t.Pos:t.End], t.Kind)
	switch {
	case t.Kind == rules.TokenWord:
		q.word(text[t.Pos:t.End])
	case t.Kind == rules.TokenMark && text[t.Pos] == '(':
		q.depth++
	case t.Kind == rules.TokenMark && text[t.Pos] == ')':
		q.depth = max(q.depth-1, 0)
	}
}

// ended says whether a semicolon now ends the statement.
func (q *query) ended() bool { return q.depth == 0 && q.begins == 0 }

// follow looks for COPY ... FROM stdin outside of brackets. The grammar takes
// FROM stdout for the same.
func (q *query) follow(token []byte, kind rules.TokenKind) {
	if q.depth > 0 || q.copying == copyNot {
		return
	}
	is := func(word string) bool { return kind == rules.TokenWord && equalWord(token, word) }
	switch {
	case q.copying == copyBegin && is("copy"):
		q.copying = copySeen
	case q.copying == copyBegin:
		q.copying = copyNot
	case q.copying == copySeen && is("from"):
		q.copying = copyFrom
	case q.copying == copyFrom:
		q.copying = copyNot
		if is("stdin") || is("stdout") {
			q.copies++
		}
	}
}

// word follows BEGIN ... END in the body of CREATE [OR REPLACE] FUNCTION or
// PROCEDURE, by the heuristic of psql.
func (q *query) word(w []byte) {
	if q.words < len(q.first) && isRoutineWord(w) {
		q.first[q.words] = w[0] | 0x20
	}
	q.words++
	if q.depth > 0 || !q.routine() {
		return
	}
	switch {
	case equalWord(w, "begin"), equalWord(w, "case") && q.begins > 0:
		q.begins++
	case equalWord(w, "end") && q.begins > 0:
		q.begins--
	}
}

func (q *query) routine() bool {
	f := q.first
	isRoutine := func(c byte) bool { return c == 'f' || c == 'p' }
	return f[0] == 'c' && (isRoutine(f[1]) || f[1] == 'o' && f[2] == 'r' && isRoutine(f[3]))
}

func isRoutineWord(w []byte) bool {
	for _, known := range [...]string{"create", "function", "procedure", "or", "replace"} {
		if equalWord(w, known) {
			return true
		}
	}
	return false
}

// part begins a further statement of the same text, behind \;.
func (q *query) part() { q.words, q.first, q.copying = 0, [4]byte{}, copyBegin }

// cut takes the text up to a place into sql, and leaves out what follows up to
// another.
func (q *query) cut(text []byte, from, to int) {
	if !q.some {
		return
	}
	q.sql = append(q.sql, text[q.from:from]...)
	q.pieces, q.from = true, to
}

// text is the statement as it is sent.
func (q *query) text(script []byte) []byte {
	if !q.pieces {
		return script[q.pos:q.end:q.end]
	}
	if q.from < q.end {
		q.sql = append(q.sql, script[q.from:q.end]...)
	}
	return bytes.TrimRight(q.sql, " \t\r\n\f\v")
}

// length is how long sql is once the text up to a place is in it.
func (q *query) length(at int) int { return len(q.sql) + at - q.from }

// equalWord compares a word with one in lower case.
func equalWord(w []byte, lower string) bool {
	if len(w) != len(lower) {
		return false
	}
	for i, c := range w {
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}
