package rules

import "strings"

// hiddenValue stands for a literal whose value is not to be shown, hiddenNote for a
// comment.
const (
	hiddenValue = "?"
	hiddenNote  = "/* ... */"
)

// Hide is a statement without values: every string, number and bit string stands
// as ?, every comment as /* ... */. Names, keywords, operators and parameters
// stay, and so does what a block or function says, without its values. It goes by
// the tokens, so it works on text that no parser reads; where a literal may end
// elsewhere than it seems to, because a setting moves its end, everything behind
// it is left out.
func Hide(sql string) string { return hideInside(sql, 0) }

func hideInside(sql string, depth int) string {
	var b strings.Builder
	text := []byte(sql)
	l := lexer{text: text, comments: true}
	kept := 0     // copied so far
	body := false // behind the word DO or AS, so that a dollar quote is code
	for {
		t := l.next()
		piece := sql[t.pos:t.end]
		switch {
		case t.kind == kindEnd:
			return b.String() + sql[kept:]
		case l.broken, isLiteral(t.kind) && t.kind != kindDollar && ambiguous(text[t.pos:t.end]):
			return b.String() + sql[kept:t.pos] + hiddenValue + " ..."
		}
		with := hides(t.kind)
		if t.kind == kindDollar && body && depth < maxMaskDepth {
			fence := piece[:strings.IndexByte(piece[1:], '$')+2]
			with = fence + hideInside(piece[len(fence):len(piece)-len(fence)], depth+1) + fence
		}
		if with != "" {
			b.WriteString(sql[kept:t.pos])
			b.WriteString(with)
			kept = t.end
		}
		if t.kind != kindComment {
			body = t.kind == kindWord && (strings.EqualFold(piece, "do") || strings.EqualFold(piece, "as"))
		}
	}
}

// hides is what stands for a token of that kind; empty for one that stays.
func hides(k kind) string {
	switch {
	case k == kindComment:
		return hiddenNote
	case k == kindNumber || k == kindBad || isLiteral(k):
		return hiddenValue
	}
	return ""
}
