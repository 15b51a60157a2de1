package check

import (
	"strings"

	"github.com/holdfast-db/holdfast/rules"
)

// Shape is a text without its comments and with ? for each literal, lists of them
// made one: two texts of one shape come from one place of a program. It has no
// passwords. What stands behind something that is no token is left out.
func Shape(sql string) string {
	text := []byte(sql)
	tokens := rules.TokensOf(text)
	var out []string
	for {
		t := tokens.Next()
		piece := sql[t.Pos:t.End]
		n := len(out)
		switch {
		case t.Kind == rules.TokenEnd:
			return joined(out)
		case t.Kind == rules.TokenBad:
			return joined(append(out, "..."))
		case t.Kind != rules.TokenOther || !isLiteral(piece):
			out = append(out, piece)
		case n >= 2 && out[n-1] == "," && out[n-2] == "?":
			out = out[:n-1]
		default:
			out = append(out, "?")
		}
	}
}

// isLiteral says whether a token that is no word and no mark stands for a value.
func isLiteral(piece string) bool {
	c := piece[0]
	switch {
	case c == '\'', c == '$', '0' <= c && c <= '9', c == '.' && len(piece) > 1 && '0' <= piece[1] && piece[1] <= '9':
		return true
	case c == '"':
		return false
	}
	return strings.HasSuffix(piece, "'") // E'', B'', X'', N'', U&''
}

// joined puts tokens together as people write them.
func joined(tokens []string) string {
	var b strings.Builder
	for i, t := range tokens {
		if i > 0 && spaced(tokens[i-1], t) {
			b.WriteByte(' ')
		}
		b.WriteString(t)
	}
	return b.String()
}

func spaced(before, after string) bool {
	switch after {
	case ",", ";", ")", ".", "]", "[", "::":
		return false
	case "(":
		return before != "(" && before != "."
	}
	switch before {
	case "(", ".", "[", "::":
		return false
	}
	return true
}
