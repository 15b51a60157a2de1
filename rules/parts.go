package rules

// What is too long or too deep as a whole is read part by part, as far as its
// statements are within bounds by themselves.

const (
	// maxSplit is the longest text that is split. Splitting and filtering it
	// takes about 50 ms.
	maxSplit = 16 << 20

	// maxParsed is how much of a split text is parsed at most, in bytes: about a
	// second. The rest is judged by its tokens.
	maxParsed = 1 << 20
)

// readParts reads a text that is beyond the bounds for the given reason. Parts
// that are so too, and all of a text that cannot be split, are judged by their
// tokens.
func (r *Reader) readParts(text []byte, why string) *Facts {
	whole := &Facts{Unreadable: why, ChangesSettings: true}
	ends, ok := topLevel(text)
	if !ok || len(text) > maxSplit {
		whole.Suspect = suspectTokens(text)
		return whole
	}
	f := &Facts{Read: true}
	start, parsed, index := 0, 0, 0
	for _, end := range ends {
		part := text[start:end]
		before := len(f.Statements)
		r.readPart(f, part, start, &parsed, why)
		for i := range f.Statements[before:] {
			f.Statements[before+i].Index += index
		}
		if !blank(part) {
			index++
		}
		start = end
	}
	return f
}

// blank says that a part has no statement in it.
func blank(part []byte) bool {
	l := lexer{text: part}
	t := l.next()
	return t.kind == kindEnd || t.kind == kindSelf && part[t.pos] == ';'
}

// readPart adds what one part says to the facts of the whole.
func (r *Reader) readPart(f *Facts, part []byte, start int, parsed *int, why string) {
	if harmless(part) {
		return
	}
	if beyond(part) != "" || *parsed+len(part) > maxParsed {
		f.Read, f.Unreadable, f.ChangesSettings = false, why, true
		f.Suspect = f.Suspect || suspectTokens(part)
		return
	}
	*parsed += len(part)
	p := r.parse(part)
	for _, st := range p.Statements {
		st.Pos += start
		st.End += start
		f.Statements = append(f.Statements, st)
	}
	if p.Unreadable != "" && f.Unreadable == "" {
		f.Unreadable = p.Unreadable
	}
	f.Read = f.Read && p.Read
	f.Suspect = f.Suspect || p.Suspect
	f.ChangesSettings = f.ChangesSettings || p.ChangesSettings
}

// topLevel finds the ends of the statements of a text, behind their semicolons.
// It fails where a semicolon may stand inside a statement although no bracket
// is open (BEGIN ATOMIC) and where the text is not even made of tokens.
func topLevel(text []byte) (ends []int, ok bool) {
	depth := 0
	l := lexer{text: text}
	for {
		switch t := l.next(); t.kind {
		case kindEnd:
			return append(ends, len(text)), depth == 0
		case kindBad:
			return nil, false
		case kindWord:
			if isWord(text[t.pos:t.end], "atomic") {
				return nil, false
			}
		case kindSelf:
			switch text[t.pos] {
			case '(', '[':
				depth++
			case ')', ']':
				if depth--; depth < 0 {
					return nil, false
				}
			case ';':
				if depth == 0 {
					ends = append(ends, t.end)
				}
			}
		}
	}
}
