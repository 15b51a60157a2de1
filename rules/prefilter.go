package rules

// harmless is the prefilter: it says whether no statement of a certain text can
// destroy, name or set anything, nor call a function that is not known as built
// in, without a parse. It errs on one side only: what it is not sure of is
// parsed.
//
// Most texts are passed by plainlyHarmless in a third of the time that
// harmlessByTokens needs, which alone says what is harmless.
func harmless(text []byte) bool {
	return plainlyHarmless(text) || harmlessByTokens(text)
}

// harmlessByTokens is the whole prefilter.
//
// Each statement must begin with a word of firstWords, no word outside literals
// and comments may be one of dangerWords, and each name before a bracket must be
// a harmless built-in function or no function at all. It is the lexer in short:
// one pass, no allocation.
func harmlessByTokens(text []byte) bool {
	p := prefilter{text: text, start: true, lexer: lexer{text: text}}
	for p.at < len(text) {
		c := text[p.at]
		switch k := class[c]; {
		case c == ' ' || c == '\n':
			p.at++
		case k&isStart != 0:
			if !p.word() {
				return false
			}
		case k&isDigit != 0:
			p.at++
			p.last, p.into = lastOther, false
		case c == '(':
			if !p.bracket() {
				return false
			}
		case !p.other(c):
			return false
		}
	}
	return true
}

// What the token before was.
const (
	lastOther uint8 = iota
	lastWord
	lastQuoted
	lastDot
	lastClosed
)

type prefilter struct {
	text  []byte
	at    int
	lexer lexer // reads literals and comments
	start bool  // at the beginning of a statement
	into  bool  // since INTO there were only names and dots
	last  uint8 // the token before

	wordPos, wordEnd int   // the last word
	before           uint8 // the token before the last word
	prevPos, prevEnd int   // the word before the last one
}

// word reads one; false if it may matter.
func (p *prefilter) word() bool {
	from := p.at
	p.at = skip(p.text, from, isName)
	w := p.text[from:p.at]
	if p.at < len(p.text) && (p.text[p.at] == '\'' || p.text[p.at] == '&') && !p.prefix(w) {
		return false
	}
	if p.start {
		if !beginWords.has(w) {
			return false
		}
		p.start = false
	} else if dangerMask[w[0]]&(1<<min(uint(len(w)), 31)) != 0 && p.danger(w) {
		return false
	}
	p.prevPos, p.prevEnd = p.wordPos, p.wordEnd
	p.wordPos, p.wordEnd = from, p.at
	p.before, p.last = p.last, lastWord
	if len(w) == 4 && isWord(w, "into") {
		p.into = true
	} else if p.into && p.before != lastDot && !isWord(p.text[p.prevPos:p.prevEnd], "into") {
		p.into = false
	}
	return true
}

// prefix deals with a word right before a quote or an ampersand; false where
// that is more than the prefilter reads.
func (p *prefilter) prefix(w []byte) bool {
	if p.text[p.at] == '&' {
		return !isWord(w, "u")
	}
	if !isWord(w, "e") {
		return true
	}
	l := &p.lexer
	l.at = p.at + 1
	if l.literal(kindEscape) == kindBad {
		return false
	}
	p.at = l.at
	return true
}

// danger says whether a word with the length and first letter of a dangerous one
// is one. FOR UPDATE and FOR NO KEY UPDATE lock rows.
func (p *prefilter) danger(w []byte) bool {
	if !dangerTable.has(w) {
		return false
	}
	if isWord(w, "update") && p.last == lastWord {
		prev := p.text[p.wordPos:p.wordEnd]
		return !isWord(prev, "for") && !isWord(prev, "key")
	}
	return true
}

// bracket says whether the "(" here is no call or the call of a harmless
// built-in function.
func (p *prefilter) bracket() bool {
	into := p.into
	last := p.last
	p.at++
	p.last, p.into, p.start = lastOther, false, p.start && last == lastOther
	switch last {
	case lastQuoted:
		return into
	case lastWord:
		w := p.text[p.wordPos:p.wordEnd]
		switch {
		case into:
			return true
		case p.before == lastDot:
			return p.builtInSchema() && lookup(harmlessCalls, w)
		case p.before == lastClosed && (isWord(w, "over") || isWord(w, "filter")):
			return true
		case p.before == lastWord && isWord(w, "by") && lookup(beforeBy, p.text[p.prevPos:p.prevEnd]):
			return true
		}
		return bracketWords.has(w)
	}
	return true
}

// builtInSchema says whether the name before the dot is pg_catalog, and is not
// itself behind a dot.
func (p *prefilter) builtInSchema() bool {
	return p.prevEnd+1 == p.wordPos && isWord(p.text[p.prevPos:p.prevEnd], "pg_catalog") &&
		(p.prevPos == 0 || p.text[p.prevPos-1] != '.')
}

// other reads what is neither word, digit nor opening bracket; false for what
// the prefilter does not read.
func (p *prefilter) other(c byte) bool {
	l := &p.lexer
	l.at = p.at
	switch {
	case c == '\t' || c == '\r' || c == '\f':
		p.at++
		return true
	case c == '-' && l.peek(1) == '-', c == '/' && l.peek(1) == '*':
		l.comment()
		p.at = l.at
		return !l.broken
	case c == '\'':
		l.at++
		k := l.literal(kindString)
		p.at, p.last, p.into = l.at, lastOther, false
		return k != kindBad
	case c == '"':
		l.at++
		k := l.quotedName()
		p.at, p.last = l.at, lastQuoted
		return k != kindBad && !p.start
	case c == '.':
		p.at++
		p.last = lastDot
		return true
	case c == ';':
		p.at++
		p.start, p.last, p.into = true, lastOther, false
		return true
	case c == '$' && class[l.peek(1)]&isDigit != 0,
		c == ')', c == ',', c == '[', c == ']', c == ':', class[c]&isOp != 0:
		p.at++
		p.into, p.last = false, lastOther
		if c == ')' || c == ']' {
			p.last = lastClosed
		}
		return true
	}
	return false // \v, NUL, a backslash, a dollar quote, ...
}
