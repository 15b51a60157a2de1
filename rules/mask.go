package rules

import "strings"

// masked stands for a literal that may hold a password.
const masked = "'***'"

// Mask hides the passwords in a statement: the literal behind the word PASSWORD
// (CREATE and ALTER ROLE, the OPTIONS of user mappings and servers), and every
// literal that holds a connection string with a password or SQL with one. It
// goes by the tokens, so it works on text that no parser reads; behind a literal
// whose end is not certain the rest of the text is hidden too.
func Mask(sql string) string {
	return maskInside(sql, 0)
}

// maxMaskDepth is how many dollar quotes inside each other are read; what is
// deeper is hidden as a whole when it holds the word.
const maxMaskDepth = 4

func maskInside(sql string, depth int) string {
	text := []byte(sql)
	if !holdsSecretWord(sql) {
		return sql
	}
	var b strings.Builder
	l := lexer{text: text}
	after, kept := false, 0 // after the word PASSWORD; copied so far
	replace := func(t token, with string) {
		b.WriteString(sql[kept:t.pos])
		b.WriteString(with)
		kept = t.end
	}
	for {
		t := l.next()
		piece := sql[t.pos:t.end]
		switch {
		case t.kind == kindEnd:
			return b.String() + sql[kept:]
		case l.broken && (after || holdsSecretWord(piece)):
			replace(t, masked)
		case isLiteral(t.kind) && (after || secretLiteral(piece)):
			if t.kind != kindDollar && ambiguous(text[t.pos:t.end]) {
				return b.String() + sql[kept:t.pos] + masked + " ..."
			}
			if t.kind == kindDollar && !after && depth < maxMaskDepth {
				replace(t, maskBody(piece, depth+1))
				break
			}
			replace(t, masked)
		}
		after = isPasswordWord(text, t) || after && t.kind == kindOp && piece == "="
	}
}

func isLiteral(k kind) bool {
	switch k {
	case kindString, kindEscape, kindUnicode, kindDollar, kindBits:
		return true
	}
	return false
}

// isPasswordWord says whether a token names what follows it as a password: the
// word itself or a name that ends in it (sslpassword).
func isPasswordWord(text []byte, t token) bool {
	if t.kind != kindWord && t.kind != kindQuoted {
		return false
	}
	word := strings.ToLower(strings.Trim(string(text[t.pos:t.end]), `"`))
	return strings.HasSuffix(word, "password") || strings.HasSuffix(word, "passwd")
}

// maskBody masks inside a dollar-quoted literal.
func maskBody(piece string, depth int) string {
	fence := piece[:strings.IndexByte(piece[1:], '$')+2]
	return fence + maskInside(piece[len(fence):len(piece)-len(fence)], depth) + fence
}

// holdsSecretWord says whether a text may hold a password at all.
func holdsSecretWord(s string) bool {
	s = strings.ToLower(s)
	return strings.Contains(s, "passw") || strings.Contains(s, "://")
}

// secretLiteral says whether a literal holds a connection string with a
// password, or SQL with the word.
func secretLiteral(piece string) bool {
	lower := strings.ToLower(piece)
	for rest := lower; ; {
		_, after, found := strings.Cut(rest, "passw")
		if !found {
			break
		}
		after = strings.TrimLeft(strings.TrimPrefix(strings.TrimPrefix(after, "ord"), "d"), " \t\r\n")
		if after != "" && strings.ContainsRune("='\"$\\", rune(after[0])) && after != "'" {
			return true
		}
		rest = after
	}
	_, url, found := strings.Cut(lower, "://")
	return found && strings.Contains(url, "@") && strings.Contains(url[:strings.IndexByte(url, '@')], ":")
}
