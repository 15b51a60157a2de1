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
	p := partsReader{reader: r, facts: f, why: why}
	start, index := 0, 0
	for _, end := range ends {
		part := text[start:end]
		before := len(f.Statements)
		p.read(part, start)
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

// partsReader reads the parts of one text.
type partsReader struct {
	reader  *Reader
	facts   *Facts
	why     string // the text is not parsed as a whole
	parsed  int    // bytes of the parts that were parsed, of maxParsed
	defines bool   // a part before defines what may make a harmless one do more
	danger  bool   // and that is known to destroy, or not known
}

// read adds what the part at a place of the text says to the facts of the whole.
func (p *partsReader) read(part []byte, start int) {
	if !p.defines && harmless(part) {
		return
	}
	f := p.facts
	if beyond(part) != "" || p.parsed+len(part) > maxParsed {
		f.Read, f.Unreadable, f.ChangesSettings = false, p.why, true
		f.Suspect = f.Suspect || p.danger || suspectTokens(part)
		return
	}
	p.parsed += len(part)
	one := p.reader.parse(part)
	for _, st := range one.Statements {
		st.Pos += start
		st.End += start
		f.Statements = append(f.Statements, st)
		for i := range st.Defines {
			d := &st.Defines[i]
			p.defines = p.defines || d.runs()
			p.danger = p.danger || len(d.Effects) > 0 || !d.Known
		}
	}
	if one.Unreadable != "" && f.Unreadable == "" {
		f.Unreadable = one.Unreadable
	}
	f.Read = f.Read && one.Read
	f.Suspect = f.Suspect || one.Suspect
	f.ChangesSettings = f.ChangesSettings || one.ChangesSettings
	f.Path = append(f.Path, one.Path...)
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
