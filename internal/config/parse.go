package config

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	yaml "github.com/goccy/go-yaml"
)

const (
	// maxFile bounds the file in bytes. The parser needs time that grows with
	// the square of the entries; a file of this size with one entry a line still
	// takes seconds, and no configuration comes near it.
	maxFile = 256 << 10

	// maxDepth bounds how deep lists and maps may be nested. The parser calls
	// itself for each level and Go cannot recover from a stack that is used up;
	// the deepest configuration needs five.
	maxDepth = 50
)

// parse turns the text of a file into a Config as far as it can be read, and
// notes everything that is wrong with it.
func parse(file string, text []byte) (*Config, *notes) {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	c, n := &Config{File: file}, newNotes(file, text)
	if len(text) > maxFile {
		n.faultAt(place{}, "the file has more than %d KiB, which no configuration needs; is it the right file?", maxFile>>10)
		n.unreadable = true
		return c, n
	}
	root, err := tree(text)
	if err != nil {
		n.syntax(err)
		return c, n
	}
	if root != nil {
		decoder{n}.value(root, reflect.ValueOf(c).Elem(), "")
	}
	return c, n
}

// tree parses YAML. A panic of the parser is an error like any other: it has had
// some, and a file must not end a running holdfast that rereads it.
func tree(text []byte) (root ast.Node, err error) {
	defer func() {
		if p := recover(); p != nil {
			root, err = nil, fmt.Errorf("the YAML reader failed on this file: %v", p)
		}
	}()
	tokens := lexer.Tokenize(string(text))
	if t := tooDeep(tokens); t != nil {
		return nil, &yaml.SyntaxError{Token: t, Message: fmt.Sprintf("lists and maps are nested more than %d deep here", maxDepth)}
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return nil, err
	}
	for _, doc := range file.Docs {
		switch {
		case doc.Body == nil:
		case root != nil:
			return nil, &yaml.SyntaxError{Token: firstToken(doc.Body), Message: "a second document begins here; keep one"}
		default:
			root = doc.Body
		}
	}
	return root, nil
}

// tooDeep returns the token at which nesting passes maxDepth. Brackets nest until
// they close; dashes, question marks and colons of one line nest in each other;
// indented lines cannot nest deeper than their column.
func tooDeep(tokens token.Tokens) *token.Token {
	brackets, inLine, line := 0, 0, 0
	for _, t := range tokens {
		if t.Position.Line != line {
			line, inLine = t.Position.Line, min(t.Position.Column-1, indentDepth(t))
		}
		switch t.Type {
		case token.MappingStartType, token.SequenceStartType:
			brackets++
		case token.MappingEndType, token.SequenceEndType:
			brackets--
		case token.SequenceEntryType, token.MappingKeyType, token.TagType, token.AnchorType:
			inLine++
		}
		if brackets+inLine > maxDepth {
			return t
		}
	}
	return nil
}

// indentDepth bounds the levels above the first token of a line: two columns each.
func indentDepth(t *token.Token) int { return (t.Position.Column - 1) / 2 }

// syntax notes what the parser says, with our own excerpt: its own would show
// passwords.
func (n *notes) syntax(err error) {
	n.unreadable = true
	var s yaml.Error
	if !errors.As(err, &s) {
		n.faultAt(place{}, "%v", err)
		return
	}
	n.faultAt(placeOfToken(s.GetToken()), "%s", strings.TrimSpace(s.GetMessage()))
}
