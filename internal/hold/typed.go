package hold

import (
	"slices"
	"strings"
	"unicode"
)

// checkType compares what somebody typed to approve r. The name of the database, typed
// by who asked, is for the rule's name too: one field is all that any door has.
func (p People) checkType(who answerer, typed string, r Request) error {
	if !p.IsRequester(who.name, r) {
		return checkType(typed, r)
	}
	if typed == "" {
		return notAllowed("%s asked, and confirms their own only with the name of the database typed: approve it with --type %s", who.name, quoteName(r.Database))
	}
	if typed != r.Database {
		return notAllowed("typed %s, and who asked confirms their own with the name of the database typed, %s: not approved", quoteName(typed), quoteName(r.Database))
	}
	return nil
}

// checkType compares a typed name with what the statements would destroy. A name
// that was not asked for is still compared: who types it means that object.
func checkType(typed string, r Request) error {
	names := r.TypeNames()
	switch {
	case typed == "" && !r.TypeName, slices.Contains(names, typed):
		return nil
	case typed == "":
		return notAllowed("its rule wants the name of what goes typed: approve it with --type %s", quoteName(names[0]))
	case len(names) == 0:
		return notAllowed("typed %s, but this hold does not name what it would destroy: not approved; leave the name out to approve it", quoteName(typed))
	case len(r.names()) == 0:
		return notAllowed("typed %s, but this hold does not name what it would destroy, so the name of the database is wanted, %s: not approved", quoteName(typed), quoteName(r.Database))
	}
	return notAllowed("typed %s, but this hold is for %s: not approved", quoteName(typed), strings.Join(r.Statements, "; "))
}

// TypeNames are the names that may be typed to approve r, in the order of its
// statements; one of them is enough. Where its rule wants a name and the statements
// have none, it is that of the database.
func (r Request) TypeNames() []string {
	if names := r.names(); len(names) > 0 || !r.TypeName {
		return names
	}
	return []string{r.Database}
}

// names are those of what the statements would destroy.
func (r Request) names() (names []string) {
	for _, s := range r.Statements {
		for _, name := range targets(s) {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
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
