package script

import (
	"bytes"
	"unicode/utf8"
)

// Script is what psql would send. The zero value is an empty script.
type Script struct {
	// Statements in the order of the text, those of every branch of an \if.
	Statements []Statement

	// Notes are what was not read and is no statement, in the order of the text.
	Notes []Note
}

// Statement is one text that psql would send to the server: one statement, or
// several that \; joins.
type Statement struct {
	Place

	// Pos and End are byte offsets into the script: from the first token to
	// behind the last, the semicolon included where there is one.
	Pos, End int

	// SQL is what is sent, without leading comments; psql's variables stand in it
	// as they are written. Empty where nothing
	// is known of it.
	SQL []byte

	// Variables of psql in SQL, in order.
	Variables []Variable

	// Doubt says why SQL may not be what is sent, for people. Empty where it is,
	// but for Variables.
	Doubt string

	// NewSession is set for the first statement behind a \connect.
	NewSession bool
}

// Note is a remark on a line of the script, for people.
type Note struct {
	Place
	Text string
}

// Place is where something stands, from 1, the column in characters.
type Place struct {
	Line, Column int
}

// places turns byte offsets, asked for in rising order, into places.
type places struct {
	text   []byte
	at     int // what was counted so far
	line   int // line breaks before at
	column int // characters since the last of them
}

func (p *places) of(pos int) Place {
	passed := p.text[p.at:pos]
	if breaks := bytes.Count(passed, []byte("\n")); breaks > 0 {
		p.line += breaks
		p.column = 0
		passed = passed[bytes.LastIndexByte(passed, '\n')+1:]
	}
	p.column += utf8.RuneCount(passed)
	p.at = pos
	return Place{Line: p.line + 1, Column: p.column + 1}
}
