package rules

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
)

// Normalize gives what a confirmation is bound to: the text without comments,
// each stretch of white space outside literals one blank, none at the ends. Two
// texts that become equal are read as the same by every server and under every
// setting; where that is not certain (a literal or comment without end, a byte 0,
// a backslash before a quote, which standard_conforming_strings=off reads in
// another way), the text stays as it is. The result is a new slice.
func Normalize(text []byte) []byte {
	out := make([]byte, 0, len(text))
	l := lexer{text: text}
	for end := 0; ; {
		t := l.next()
		switch {
		case l.broken, t.kind == kindBad,
			t.kind != kindDollar && t.kind != kindEnd && ambiguous(text[t.pos:t.end]),
			bytes.IndexByte(text[end:t.pos], '\v') >= 0: // a blank for some servers only
			return bytes.Clone(text)
		case t.kind == kindEnd:
			return out
		case end > 0 && t.pos > end:
			out = append(out, ' ')
		}
		out = append(out, text[t.pos:t.end]...)
		end = t.end
	}
}

// ambiguous says whether a token may end elsewhere under another setting or
// encoding: only a backslash byte right before a quote can do that.
func ambiguous(t []byte) bool {
	return bytes.Contains(t, []byte(`\'`))
}

// StatementHash names a statement wherever it is sent: the SHA-256, in hexadecimal, of
// its text as Normalize gives it, without semicolons at its end. It says nothing of
// parameters, nor of where names are looked up.
func StatementHash(text []byte) string {
	sum := sha256.Sum256(bytes.TrimRight(Normalize(text), "; "))
	return hex.EncodeToString(sum[:])
}
