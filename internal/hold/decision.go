package hold

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxNote bounds a reviewer's note, in characters: it stands in one line of an
// error message, in lists and in Slack.
const maxNote = 500

// Answerer is who answers, as far as the door they came by knows them.
type Answerer struct {
	// OS is the OS user at the other end of the control socket, known by its
	// peer credentials. Empty for other doors.
	OS string

	// Person is the name of a person of the configuration, set only by a door
	// that has made sure of it itself (Slack, a login). Never by what a caller
	// of the control socket says about themselves.
	Person string
}

// Decision is one person's answer.
type Decision struct {
	Approve bool
	By      Answerer
	Via     string // "cli", later "slack", "console"
	Note    string // the reviewer's words, one line of at most 500 characters; may be empty
	Type    string // name of what goes, as typed; empty when it was not given
}

// The two values of Hold.Identity.
const (
	verified   = "verified"
	unverified = "unverified"
)

// answerer is who answers, in the desk's terms.
type answerer struct{ name, identity string }

// identify maps an Answerer to a person, or to the OS user where no people are
// configured. Who maps to nobody may look, not answer.
func (p People) identify(by Answerer) (answerer, error) {
	if !p.Configured() {
		if by.OS == "" {
			return answerer{}, notAllowed("it is not known who you are: only callers of the control socket may answer while no people are configured")
		}
		return answerer{by.OS, unverified}, nil
	}
	owner, mapped := p.ByOS(by.OS)
	if by.Person == "" {
		if by.OS == "" || !mapped {
			return answerer{}, notAllowed("os user %s is nobody in people: may look, may not answer", quoteName(by.OS))
		}
		return answerer{owner.Name, verified}, nil
	}
	if _, known := p.ByName(by.Person); !known {
		return answerer{}, notAllowed("%s is nobody in people: may look, may not answer", quoteName(by.Person))
	}
	if by.OS != "" && owner.Name != by.Person {
		return answerer{}, notAllowed("os user %s does not belong to %s", quoteName(by.OS), by.Person)
	}
	return answerer{by.Person, verified}, nil
}

// mayAnswer is nil when that person may answer that request.
func (p People) mayAnswer(who answerer, r Request) error {
	if requester, known := p.ByPostgres(r.User); known && requester.Name == who.name {
		return notAllowed("%s asked, so %s cannot answer", who.name, who.name)
	}
	if group := r.Reviewers.Group; group != "" && !p.InGroup(who.name, group) {
		return notAllowed("%s is not in group %s", who.name, group)
	}
	return nil
}

// checkNote refuses what would break or forge the one line a note is shown in.
func checkNote(note string) error {
	if !utf8.ValidString(note) {
		return notAllowed("the note is not valid UTF-8: nothing was decided")
	}
	if n := utf8.RuneCountInString(note); n > maxNote {
		return notAllowed("the note has %d characters, the limit is %d: nothing was decided", n, maxNote)
	}
	if i := strings.IndexFunc(note, hidden); i >= 0 {
		r, _ := utf8.DecodeRuneInString(note[i:])
		return notAllowed("the note contains the control character %U: nothing was decided; write it in one line", r)
	}
	return nil
}

// hidden is true for characters that move or reorder text instead of showing it.
// The two joiners are part of ordinary words in several scripts.
func hidden(r rune) bool {
	const zeroWidthNonJoiner, zeroWidthJoiner = '\u200c', '\u200d'
	if r == zeroWidthNonJoiner || r == zeroWidthJoiner {
		return false
	}
	return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp)
}

// checkType compares a typed name with what the statements would destroy. A name
// that was not asked for is still compared: who types it means that object.
func checkType(typed string, r Request) error {
	if typed == "" {
		return nil
	}
	for _, s := range r.Statements {
		for _, target := range targets(s) {
			if typed == target {
				return nil
			}
		}
	}
	if len(r.Statements) == 0 {
		return notAllowed("typed %s, but this hold does not name what it would destroy: not approved; leave the name out to approve it", quoteName(typed))
	}
	return notAllowed("typed %s, but this hold is for %s: not approved", quoteName(typed), strings.Join(r.Statements, "; "))
}

// targets is the names that may be typed for a summary such as "DROP TABLE
// public.events, b" or "DELETE events without WHERE": the words behind the
// leading command, in full and without their schema. For a column the table's
// name is meant.
func targets(summary string) (names []string) {
	command, rest := cutCommand(summary)
	more := true
	for more && rest != "" {
		var name string
		name, rest = cutName(rest)
		if rest, more = strings.CutPrefix(rest, ","); more {
			rest = strings.TrimLeft(rest, " ")
		}
		parts := splitName(name)
		if slices.Contains(command, "COLUMN") && len(parts) > 1 {
			names = append(names, name)
			parts = parts[:len(parts)-1]
		}
		names = append(names, strings.Join(parts, "."), parts[len(parts)-1])
	}
	return names
}

// cutCommand takes the leading words in capitals off a summary.
func cutCommand(s string) (command []string, rest string) {
	for {
		word, after, _ := strings.Cut(s, " ")
		if word == "" || strings.TrimFunc(word, func(r rune) bool { return 'A' <= r && r <= 'Z' }) != "" {
			return command, s
		}
		command, s = append(command, word), strings.TrimLeft(after, " ")
	}
}

// cutName takes one name off s, up to a blank or comma outside double quotes.
func cutName(s string) (name, rest string) {
	quoted := false
	for i := range len(s) {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case !quoted && (s[i] == ' ' || s[i] == ','):
			return s[:i], s[i:]
		}
	}
	return s, ""
}

// splitName splits a qualified name at its dots and takes the double quotes off.
func splitName(name string) []string {
	var parts []string
	quoted, start := false, 0
	for i := range len(name) {
		switch {
		case name[i] == '"':
			quoted = !quoted
		case !quoted && name[i] == '.':
			parts, start = append(parts, unquoteName(name[start:i])), i+1
		}
	}
	return append(parts, unquoteName(name[start:]))
}

func unquoteName(s string) string {
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		return strings.ReplaceAll(s[1:len(s)-1], `""`, `"`)
	}
	return s
}

// quoteName shows foreign text in a message: bare when it is a plain name.
func quoteName(s string) string {
	plain := func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("_.-$@", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return quoted(s)
}
