package hold

import (
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
	// peer credentials, or the one for whom that socket made the link by which a
	// browser signed in. Empty for other doors.
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
	Scope   Scope  // of a yes
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

// Identify is the name of who answers and how they are known, as of a hold, for answers
// to something else. The error is ErrNotAllowed.
func (p People) Identify(by Answerer) (name, identity string, err error) {
	who, err := p.identify(by)
	return who.name, who.identity, err
}

// CheckNote is nil for a note that can be shown in one line; else ErrNotAllowed.
func CheckNote(note string) error { return checkNote(note) }

// mayAnswer is nil when that person may answer that request.
func (p People) mayAnswer(who answerer, r Request) error {
	if !r.SelfConfirm && p.IsRequester(who.name, r) {
		return notAllowed("%s asked, so %s cannot answer", who.name, who.name)
	}
	if len(p.countsFor(who.name, r)) == 0 {
		return notAllowed("%s is not in group %s", who.name, strings.Join(groupsOf(r), " or "))
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
