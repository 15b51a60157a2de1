package rules

import (
	pgquery "github.com/pganalyze/pg_query_go/v5"
)

// parseTree parses a text that is within bounds. Where pg_query fails on a text with
// comments it parses it once more with blanks in their place, as long as they were:
// its scanner gives comments as tokens, so that it does not see that NOT /**/ IN
// belongs together, nor WITH /**/ TIME or NULLS -- FIRST.
func parseTree(text string) (*pgquery.ParseResult, error) {
	tree, err := pgquery.Parse(text)
	if err == nil {
		return tree, nil
	}
	blank, ok := withoutComments(text)
	if !ok {
		return nil, err
	}
	return pgquery.Parse(blank)
}

// withoutComments gives the text with blanks instead of comments; false if it has
// none, is not made of tokens, or would have others: a literal goes on with one on a
// later line, but not behind a comment in /* */.
func withoutComments(text string) (string, bool) {
	l := lexer{text: []byte(text), comments: true}
	var out []byte
	for t := l.next(); t.kind != kindEnd; t = l.next() {
		switch t.kind {
		case kindBad:
			return "", false
		case kindComment:
			if out == nil {
				out = []byte(text)
			}
			for i := t.pos; i < t.end; i++ {
				out[i] = ' '
			}
		}
	}
	return string(out), out != nil && !l.broken && tokensAgree([]byte(text), out)
}

func tokensAgree(a, b []byte) bool {
	x, y := lexer{text: a}, lexer{text: b}
	for {
		t, u := x.next(), y.next()
		switch {
		case t.kind == kindEnd || u.kind == kindEnd:
			return t.kind == u.kind
		case t != u:
			return false
		}
	}
}
