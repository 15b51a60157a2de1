package rules

func (l *lexer) noteJunk() {
	if l.at < len(l.text) && class[l.text[l.at]]&isStart != 0 {
		l.junk = true
	}
}

// number reads 1, 1.5, .5e-3, 0x1F and 1_000; what letters follow is a word.
func (l *lexer) number() kind {
	defer l.noteJunk()
	if l.text[l.at] == '0' {
		if end := radix(l.text, l.at+1); end > 0 {
			l.at = end
			return kindNumber
		}
	}
	l.at = digits(l.text, l.at)
	if l.peek(0) == '.' && l.peek(1) != '.' {
		l.at = digits(l.text, l.at+1)
	}
	if l.peek(0)|0x20 == 'e' {
		exp := l.at + 1
		if exp < len(l.text) && (l.text[exp] == '+' || l.text[exp] == '-') {
			exp++
		}
		if end := digits(l.text, exp); end > exp {
			l.at = end
		}
	}
	return kindNumber
}

// digits is the end of a run of decimal digits with single underscores inside.
func digits(text []byte, at int) int {
	for at < len(text) {
		switch {
		case class[text[at]]&isDigit != 0:
			at++
		case text[at] == '_' && at > 0 && class[text[at-1]]&isDigit != 0 &&
			at+1 < len(text) && class[text[at+1]]&isDigit != 0:
			at += 2
		default:
			return at
		}
	}
	return at
}

// radix is the end of the digits behind the x, o or b of a number that began
// with 0, and 0 if there are none.
func radix(text []byte, at int) int {
	if at >= len(text) {
		return 0
	}
	var base byte
	switch text[at] | 0x20 {
	case 'x':
		base = 16
	case 'o':
		base = 8
	case 'b':
		base = 2
	default:
		return 0
	}
	end := at + 1
	for end < len(text) {
		next := end
		if text[next] == '_' {
			next++
		}
		if next >= len(text) || digitOf(text[next]) >= base {
			break
		}
		end = next + 1
	}
	if end == at+1 {
		return 0
	}
	return end
}

// digitOf is the value of a hexadecimal digit, 255 for any other byte.
func digitOf(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10
	}
	return 255
}
