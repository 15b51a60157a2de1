package rules

// commandWords begin what destroys or runs code, in text of a known grammar.
var commandWords = wordSet("delete\nupdate\ntruncate\ndrop\nmerge\nalter\ncopy\ndo\ncall\nexecute\nprepare\nset\n")

// suspectTokens says whether a text too large to parse holds a command that
// destroys, runs code or changes how text is read. Literals, quoted names and
// comments do not count, nor do the words of INSERT ... ON CONFLICT, of locking
// clauses, foreign keys, triggers and grants.
func suspectTokens(text []byte) bool {
	l := lexer{text: text}
	var prev token
	for t := l.next(); t.kind != kindEnd; {
		next := l.next()
		if t.kind == kindWord {
			w := text[t.pos:t.end]
			if next.kind == kindSelf && text[next.pos] == '(' && destroysByName(w) {
				return true
			}
			if lookup(commandWords, w) && commandHere(text, prev, t, next) {
				return true
			}
		}
		if t.kind == kindQuoted && next.kind == kindSelf && text[next.pos] == '(' && destroysByName(text[t.pos+1:t.end-1]) {
			return true
		}
		prev, t = t, next
	}
	return l.broken && suspectBytes(text)
}

// destroysByName says whether a function of that name is known to destroy, or
// may change how text is read.
func destroysByName(name []byte) bool {
	var buf [maxWord]byte
	if len(name) > len(buf) {
		return false
	}
	folded := fold(buf[:0], name)
	_, ok := destroyers[string(folded)]
	return ok || string(folded) == setConfig
}

// commandHere says whether a command word stands where it can be a command: it
// is followed by a name or literal, and is no part of another clause.
func commandHere(text []byte, prev, t, next token) bool {
	if prev.kind == kindSelf && text[prev.pos] == '.' {
		return false
	}
	follows := next.kind == kindWord || next.kind == kindQuoted || next.kind == kindDollar || next.kind == kindString ||
		next.kind == kindEscape || next.kind == kindUnicode || next.kind == kindSelf && text[next.pos] == '('
	if !follows {
		return false
	}
	word := func(t token, list ...string) bool {
		for _, w := range list {
			if t.kind == kindWord && isWord(text[t.pos:t.end], w) {
				return true
			}
		}
		return false
	}
	if word(next, "on") { // GRANT DELETE ON
		return false
	}
	switch {
	case word(t, "update"):
		return !word(prev, "do", "for", "key", "on", "of", "or", "before", "after")
	case word(t, "delete"):
		return !word(prev, "on", "of", "or", "before", "after")
	case word(t, "truncate"):
		return !word(prev, "or", "before", "after")
	case word(t, "do"):
		return !word(next, "nothing", "update", "instead", "also")
	case word(t, "execute"):
		return !word(next, "function", "procedure")
	case word(t, "set"):
		return (prev.kind == kindEnd || prev.kind == kindSelf && text[prev.pos] == ';') &&
			word(next, "client_encoding", "standard_conforming_strings", "names", "local", "session")
	case next.kind == kindSelf:
		return word(t, "copy", "do")
	}
	return true
}
