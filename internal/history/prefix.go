package history

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// severities begin a message; the second group are further parts of one.
const severities = `(DEBUG[1-5]?|LOG|INFO|NOTICE|WARNING|ERROR|FATAL|PANIC|DETAIL|HINT|QUERY|CONTEXT|LOCATION|STATEMENT|BACKTRACE):  (?:[0-9A-Z]{5}: )?`

// maxPrefix bounds how much of a line is looked at for its prefix, in bytes: names
// have 63 at most.
const maxPrefix = 4 << 10

const stampForm = `[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}`

// escapes are what log_line_prefix may hold (manual, "What to Log"), and what the
// server writes for each.
var escapes = map[byte]string{
	'a': `.*?`, 'u': `.*?`, 'd': `.*?`, 'r': `\S*?`, 'h': `\S*?`, 'L': `\S*?`, 'b': `.*?`, 'i': `.*?`,
	'p': `[0-9]+`, 'P': `[0-9]*`, 'l': `[0-9]+`, 'e': `[0-9A-Z]{5}`, 'c': `[0-9a-f]+\.[0-9a-f]+`,
	'v': `[0-9]*/?[0-9]*`, 'x': `[0-9]+`, 'Q': `-?[0-9]+`, 'n': `[0-9]+\.[0-9]{3}`,
	't': stampForm + ` [A-Za-z0-9+<>-]+?`, 's': stampForm + ` [A-Za-z0-9+<>-]+?`,
	'm': stampForm + `\.[0-9]{3} [A-Za-z0-9+<>-]+?`,
}

// prefix reads the beginnings of lines.
type prefix struct {
	text   string
	form   *regexp.Regexp
	fields []byte // the escape of each group but the last, which is the severity
}

// parsePrefix reads a log_line_prefix.
func parsePrefix(text string) (*prefix, error) {
	p := &prefix{text: text}
	var b strings.Builder
	b.WriteString("^")
	closing := ""
	for i := 0; i < len(text); i++ {
		if text[i] != '%' {
			b.WriteString(regexp.QuoteMeta(text[i : i+1]))
			continue
		}
		start := i + 1
		for i = start; i < len(text) && strings.IndexByte("-0123456789", text[i]) >= 0; i++ {
		}
		switch {
		case i == len(text):
			return nil, fmt.Errorf("%q ends in an escape that is not complete", text)
		case text[i] == '%':
			b.WriteString("%")
		case text[i] == 'q':
			b.WriteString("(?:")
			closing += ")?"
		default:
			form, ok := escapes[text[i]]
			if !ok {
				return nil, fmt.Errorf("%q: %%%c is no escape of log_line_prefix", text, text[i])
			}
			if i > start { // padded
				form = " *" + form + " *"
			}
			b.WriteString("(" + form + ")")
			p.fields = append(p.fields, text[i])
		}
	}
	b.WriteString(closing + severities)
	form, err := regexp.Compile("(?s)" + b.String())
	if err != nil {
		return nil, fmt.Errorf("%q is too long for a prefix: %w", text, err)
	}
	p.form = form
	return p, nil
}

// match reads the beginning of a line: who wrote it, what kind of part it is, and
// what follows.
func (p *prefix) match(r *reading, line []byte) (e entry, rest []byte, ok bool) {
	m := p.form.FindSubmatchIndex(line[:min(len(line), maxPrefix)])
	if m == nil {
		return e, nil, false
	}
	group := func(i int) string {
		if m[2*i] < 0 {
			return ""
		}
		return strings.TrimSpace(string(line[m[2*i]:m[2*i+1]]))
	}
	var pid, session, start string
	for i, field := range p.fields {
		switch v := group(i + 1); field {
		case 'a':
			e.Application = known(v)
		case 'u':
			e.User = known(v)
		case 'd':
			e.Database = known(v)
		case 'r', 'h':
			e.Client = clientOf(v)
		case 'p':
			pid = v
		case 'c':
			session = v
		case 's':
			start = v
		case 't', 'm':
			e.At = r.timestamp(v)
		case 'n':
			e.At = epoch(v)
		}
	}
	e.Session = session
	if e.Session == "" && pid != "" {
		e.Session = strings.TrimSpace(pid + " " + start)
	}
	e.severity = group(len(p.fields) + 1)
	return e, line[m[1]:], true
}

// epoch reads %n, seconds since 1970.
func epoch(text string) time.Time {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || v > math.MaxInt32*16 {
		return time.Time{}
	}
	return time.UnixMilli(int64(math.Round(v * 1000))).UTC()
}

// usualPrefixes are looked for where nobody says what the prefix is: those of
// PostgreSQL, Debian, pgBadger's manual and RDS among them.
var usualPrefixes = []string{
	"%m [%p] ",
	"%m [%p] %q%u@%d ",
	"%m [%p] %u@%d ",
	"%m [%p] %q[user=%u,db=%d,app=%a] ",
	"%m [%p] %quser=%u,db=%d,app=%a,client=%h ",
	"%t [%p] ",
	"%t [%p]: ",
	"%t [%p]: user=%u,db=%d,app=%a,client=%h ",
	"%t [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h ",
	"%t [%p]: [%l-1] user=%u,db=%d ",
	"%m [%p]: user=%u,db=%d,app=%a,client=%h ",
	"%m [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h ",
	"%t:%r:%u@%d:[%p]:",
	"%m:%r:%u@%d:[%p]:%l:%e:%s:%v:%x:%c:%q%a:",
	"%t [%p-%l] %q%u@%d ",
	"%t %u@%d [%p] ",
	"%m %u %d %a %r %p ",
	"%m [%p]: [%l-1] db=%d,user=%u ",
	"%t [%p]: [%l-1] db=%d,user=%u,app=%a,client=%h ",
	"%t-%c-",
	"",
}
