package rules

import "bytes"

// suspectBytes says whether a text may hold one of the keywords, or a call that
// is not a harmless built-in function, whatever its encoding and quoting is. A
// letter behind a byte above 0x7F may belong to its character.
func suspectBytes(text []byte) bool {
	if bytes.Contains(text, []byte("U&")) || bytes.Contains(text, []byte("u&")) {
		return true
	}
	comments := bytes.Contains(text, []byte("--")) || bytes.Contains(text, []byte("*/"))
	for at := 0; at < len(text); {
		end := skipLetters(text, at)
		w := text[at:end]
		switch {
		case len(w) == 0:
			if text[at] == '(' && (comments || mayCallBytes(text[:at])) { // a comment may hide the name
				return true
			}
			at++
			continue
		case lookup(runsOrDestroys, w), at > 0 && text[at-1] >= 0x80 && lookup(runsOrDestroys, w[1:]):
			return true
		}
		at = end
	}
	return false
}

func skipLetters(text []byte, at int) int {
	for at < len(text) && (text[at] == '_' || 'a' <= text[at]|0x20 && text[at]|0x20 <= 'z') {
		at++
	}
	return at
}

// mayCallBytes says whether a bracket behind these bytes may be a call.
func mayCallBytes(text []byte) bool {
	end := len(text)
	for end > 0 && class[text[end-1]]&isSpace != 0 {
		end--
	}
	at := end
	for at > 0 && class[text[at-1]]&isName != 0 {
		at--
	}
	if at == end {
		return end > 0 && text[end-1] == '"'
	}
	w := text[at:end]
	return !lookup(notCallable, w) && !lookup(harmlessCalls, w)
}
