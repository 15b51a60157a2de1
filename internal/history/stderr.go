package history

// stderr reads the format of log_destination = stderr: a prefix, a severity and a
// message; the lines of it that follow begin with a tab, and further parts of the
// message are lines with a prefix again.
func (r *reading) stderr(head []line, prefixText string) error {
	p, err := choosePrefix(r, head, prefixText)
	if err != nil {
		return err
	}
	parts := &parts{reading: r}
	err = r.every(head, func(l line) {
		if len(l.text) > 0 && l.text[0] == '\t' && parts.more(l) {
			return
		}
		e, rest, ok := p.match(r, l.text)
		if !ok {
			if len(l.text) > 0 {
				r.seen.Foreign++
			}
			return
		}
		e.Line, e.long = l.n, l.long
		parts.begin(e, rest)
	})
	parts.end()
	return err
}

// choosePrefix reads the prefix that is given, or finds the one that fits most lines
// and tells most.
func choosePrefix(r *reading, head []line, text string) (*prefix, error) {
	if text != "" {
		return parsePrefix(text)
	}
	var best *prefix
	most := 0
	for _, usual := range usualPrefixes {
		p, err := parsePrefix(usual)
		if err != nil {
			return nil, err
		}
		fits := 0
		for _, l := range head {
			if e, _, ok := p.match(r, l.text); ok && plausible(e) {
				fits++
			}
		}
		if fits > most || fits == most && fits > 0 && len(p.fields) > len(best.fields) {
			best, most = p, fits
		}
	}
	r.seen.Zone = "" // of lines that were tried
	if best == nil {
		return nil, ErrPrefix
	}
	return best, nil
}

// plausible says that no name has swallowed what belongs to another prefix.
func plausible(e entry) bool {
	for _, name := range []string{e.User, e.Database} {
		for i := range len(name) {
			switch name[i] {
			case '=', ',', '[', ']', ' ':
				return false
			}
		}
	}
	return true
}

// parts puts the parts of one message together.
type parts struct {
	*reading
	now  entry
	some bool
	into *[]byte // where a further line belongs
	text []byte  // of the message
	info []byte  // of its DETAIL
	rest []byte  // of parts that nobody needs
}

// begin takes the first line of a part.
func (p *parts) begin(e entry, rest []byte) {
	switch e.severity {
	case "DETAIL":
		p.info = append(p.info[:0], rest...)
		p.into = &p.info
		p.now.long = p.now.long || e.long
	case "HINT", "QUERY", "CONTEXT", "LOCATION", "STATEMENT", "BACKTRACE":
		p.rest = p.rest[:0]
		p.into = &p.rest
	default:
		p.end()
		p.now, p.some = e, true
		p.text = append(p.text[:0], rest...)
		p.into = &p.text
	}
}

// more takes a line that goes on with a part.
func (p *parts) more(l line) bool {
	if !p.some {
		return false
	}
	if p.into == &p.rest {
		return true
	}
	if len(*p.into)+len(l.text) > MaxEntry {
		p.now.long = true
		return true
	}
	p.now.long = p.now.long || l.long
	*p.into = append(append(*p.into, '\n'), l.text[1:]...)
	return true
}

// end tells the message that is complete.
func (p *parts) end() {
	if p.some {
		p.now.message, p.now.detail = string(p.text), string(p.info)
		p.tell(&p.now)
	}
	p.some, p.info = false, p.info[:0]
}
