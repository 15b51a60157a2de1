package rules

import "bytes"

// bracket says whether the "(" at a place is certainly no call, or one of a
// harmless built-in function. It looks back: there are few brackets, so that is
// cheaper than remembering what each word was.
func (p *plain) bracket(at int) bool {
	end := p.back(at)
	if end <= 0 {
		return false
	}
	c := p.text[end-1]
	switch {
	case c == '"':
		return p.behindInto(end)
	case class[c]&isName == 0:
		return true
	}
	from := p.wordStart(end)
	if class[p.text[from]]&isStart == 0 {
		return allDigits(p.text[from:end]) // or a name behind digits, or with a $
	}
	before := p.back(from)
	if before > 0 && p.text[before-1] != '.' {
		w := p.text[from:end]
		if bracketWords.has(w) || p.text[before-1] == ')' && (isWord(w, "over") || isWord(w, "filter")) {
			return true
		}
	}
	return p.behindInto(end)
}

// back is the end of what stands before a place and the white space before it;
// -1 if that is a comment.
func (p *plain) back(at int) int {
	for at > p.comment && class[p.text[at-1]]&isSpace != 0 {
		at--
	}
	if at == p.comment && at > 0 {
		return -1
	}
	return at
}

// wordStart is the beginning of the word or number that ends at a place.
func (p *plain) wordStart(end int) int {
	for end > p.comment && class[p.text[end-1]]&isName != 0 {
		end--
	}
	return end
}

// behindInto says whether the name that ends at a place, with others and dots
// before it, follows the word INTO: then the bracket lists columns.
func (p *plain) behindInto(end int) bool {
	for {
		from, ok := p.nameStart(end)
		if !ok {
			return false
		}
		end = p.back(from)
		if end <= 0 {
			return false
		}
		if p.text[end-1] != '.' {
			return isWord(p.text[p.wordStart(end):end], "into")
		}
		end = p.back(end - 1)
	}
}

// nameStart is the beginning of the name that ends at a place.
func (p *plain) nameStart(end int) (from int, ok bool) {
	switch {
	case end <= 0:
		return 0, false
	case p.text[end-1] == '"':
		from = bytes.LastIndexByte(p.text[:end-1], '"')
		return from, from >= p.comment
	}
	from = p.wordStart(end)
	return from, from < end && class[p.text[from]]&isStart != 0
}

// bracketWords are the words before a bracket that is no call, or a harmless one.
var bracketWords = newWordTable(harmlessCalls, notCallable)
