package session

import (
	"strings"
	"testing"
)

// TestOtherTextOtherConfirmation: what was confirmed of a statement whose text is not, or
// not wholly, kept is good for no other one that is shown alike.
func TestOtherTextOtherConfirmation(t *testing.T) {
	long := "drop table a" + strings.Repeat(" ", maxKeptText) + ", "
	for name, ask := range map[string]func(s *script, what string) *Ask{
		"prepared by SQL": func(s *script, what string) *Ask {
			s.within("prepare p as delete from "+what, 'I')
			s.core.Client(encode(t, bindTo("", "p"), execute(""), sync()))
			return s.answered(s.core.Take()).Ask
		},
		"long": func(s *script, what string) *Ask {
			s.core.Client(encode(t, query(long+what)))
			return s.answered(s.core.Take()).Ask
		},
		"long, prepared": func(s *script, what string) *Ask {
			s.core.Client(encode(t, parse("", long+what), bindTo("", ""), execute(""), sync()))
			return s.answered(s.core.Take()).Ask
		},
		"many prepared": func(s *script, what string) *Ask {
			s.core.statements.m = map[string]*name{"full": {set: true, now: definition{prepared: &prepared{text: strings.Repeat("x", maxKeptTexts)}}}}
			text := "drop table " + strings.Repeat("a", 50) + strings.Repeat(", a", shortText) + ", " + what
			s.core.Client(encode(t, parse("", text), bindTo("", ""), execute(""), sync()))
			return s.answered(s.core.Take()).Ask
		},
	} {
		one, other := ask(newScript(t, Enforce), "one"), ask(newScript(t, Enforce), "two")
		if one == nil || other == nil {
			t.Fatalf("%s: not held: %v, %v", name, one, other)
		}
		if c := one.Confirmation(); c != "" && c == other.Confirmation() {
			t.Errorf("%s: the confirmation of one is good for the other: %.60q, %.60q", name, one.SQL, other.SQL)
		}
		if one.Item != "" && one.Item == other.Item {
			t.Errorf("%s: a file that lists one lists the other", name)
		}
	}
}
