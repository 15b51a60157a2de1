package rules

// opRun is the last run of operator characters seen, so that a run of n
// operators is not read n times.
type opRun struct {
	end     int // behind the run
	comment int // where a comment begins in it, or end
	special int // the last of the characters that let an operator end in + or -
	other   int // the last character but + and -
}

// runAt finds the run of operator characters around at.
func (l *lexer) runAt(at int) opRun {
	if at < l.run.end && at < l.run.comment {
		return l.run
	}
	r := opRun{special: -1, other: -1}
	end := at
	for end < len(l.text) && class[l.text[end]]&isOp != 0 {
		c := l.text[end]
		if end > at && end+1 < len(l.text) && (c == '-' && l.text[end+1] == '-' || c == '/' && l.text[end+1] == '*') {
			break
		}
		switch c {
		case '~', '!', '@', '#', '%', '^', '&', '|', '`', '?':
			r.special = end
		}
		if c != '+' && c != '-' {
			r.other = end
		}
		end++
	}
	r.comment = end
	if r.end = l.run.end; r.end <= end {
		r.end = skip(l.text, end, isOp)
	}
	l.run = r
	return r
}

// operator reads the longest operator, which ends before a comment and may end
// in + or - only if it holds one of the characters ~ ! @ # % ^ & | ` ?.
func (l *lexer) operator() kind {
	start := l.at
	r := l.runAt(start)
	l.rescans += r.end - start
	l.at = r.comment
	if r.special < start {
		if c := l.text[r.comment-1]; c == '+' || c == '-' {
			l.at = max(r.other, start) + 1
		}
	}
	return kindOp
}

// comment moves behind the comment that begins here; those in /* */ nest.
func (l *lexer) comment() {
	if l.text[l.at] == '-' {
		l.at = lineEnd(l.text, l.at)
		return
	}
	depth := 0
	for l.at < len(l.text) {
		switch c := l.text[l.at]; {
		case c == '/' && l.peek(1) == '*':
			if l.at >= l.run.end {
				l.run = opRun{end: skip(l.text, l.at, isOp)}
			}
			l.rescans += l.run.end - l.at
			depth++
			l.at += 2
		case c == '*' && l.peek(1) == '/':
			depth--
			l.at += 2
			if depth == 0 {
				return
			}
		default:
			l.at++
		}
	}
	l.at = len(l.text)
	l.broken = true
}
