package rules

import "bytes"

// Unreadable text is judged by its words. What they may do depends on why it is
// unreadable: suspectTokens is for text that is too large to parse but is in all
// likelihood what it seems, suspectSyntax for text that our grammar does not
// know and another version's may, suspectBytes for text of which not even the
// tokens are certain.

// runsOrDestroys are the keywords of facts/postgres.md 5.5 that can destroy data
// or definitions, run code, or change how text is read.
var runsOrDestroys = wordSet("delete\nupdate\ntruncate\ndrop\nmerge\nalter\ncopy\ndo\ncall\nexecute\nprepare\nset\n" +
	"drop_replication_slot\nalter_replication_slot\n")

// suspectSyntax says whether a text that is no PostgreSQL 16 may destroy or run
// code on a server with another grammar: it has one of the keywords as a word,
// or a call that is not a harmless built-in function.
func suspectSyntax(text []byte) bool {
	l := lexer{text: text}
	var prev, prev2 token
	into := false
	for {
		t := l.next()
		switch {
		case l.broken:
			return suspectBytes(text)
		case t.kind == kindEnd:
			return false
		case t.kind == kindWord && lookup(runsOrDestroys, text[t.pos:t.end]) && !locks(text, prev, t):
			return true
		case t.kind == kindSelf && text[t.pos] == '(' && !into && mayCall(text, prev, prev2):
			return true
		}
		into = goesOnInto(text, t, prev, into)
		prev, prev2 = t, prev
	}
}

// locks says whether the word is the UPDATE of FOR UPDATE or FOR NO KEY UPDATE.
func locks(text []byte, prev, t token) bool {
	before := text[prev.pos:prev.end]
	return isWord(text[t.pos:t.end], "update") && prev.kind == kindWord && (isWord(before, "for") || isWord(before, "key"))
}

// goesOnInto follows the name behind INTO, TABLE and IF NOT EXISTS, whose
// bracket lists columns.
func goesOnInto(text []byte, t, prev token, into bool) bool {
	dot := t.kind == kindSelf && text[t.pos] == '.'
	name := t.kind == kindWord || t.kind == kindQuoted
	switch {
	case t.kind == kindWord && lookup(beforeTable, text[t.pos:t.end]):
		return true
	case !into:
		return false
	case dot:
		return true
	}
	afterDot := prev.kind == kindSelf && prev.end > prev.pos && text[prev.pos] == '.'
	return name && (afterDot || lookup(beforeTable, text[prev.pos:prev.end]))
}

var beforeTable = wordSet("into\ntable\nexists\n")

// mayCall says whether a bracket behind the two tokens may call something that
// is no harmless built-in function.
func mayCall(text []byte, prev, prev2 token) bool {
	switch prev.kind {
	case kindQuoted:
		return true
	case kindWord:
		w := text[prev.pos:prev.end]
		if prev2.kind == kindSelf && text[prev2.pos] == '.' {
			return true
		}
		return !lookup(notCallable, w) && !lookup(newSyntax, w) && !lookup(harmlessCalls, w)
	}
	return false
}

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
