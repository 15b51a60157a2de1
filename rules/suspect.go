package rules

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

// goesOnInto follows the name behind INTO, TABLE, REFERENCES and IF NOT EXISTS, whose
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

var beforeTable = wordSet("into\ntable\nexists\nreferences\n")

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
		return !lookup(notCallable, w) && !lookup(newSyntax, w) && !lookup(harmlessCalls, w) && !listsColumns(text, prev, prev2)
	}
	return false
}

// listsColumns says whether the bracket behind the two words lists columns: behind
// PRIMARY KEY and FOREIGN KEY, whose first words are reserved, and behind the COLUMNS
// of JSON_TABLE, which follows the path. No expression has a name behind a literal.
func listsColumns(text []byte, prev, prev2 token) bool {
	before := text[prev2.pos:prev2.end]
	switch w := text[prev.pos:prev.end]; {
	case isWord(w, "key"):
		return prev2.kind == kindWord && (isWord(before, "primary") || isWord(before, "foreign"))
	case isWord(w, "columns"):
		return prev2.kind == kindString
	}
	return false
}
