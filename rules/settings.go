package rules

import "strings"

// The two settings that decide how the server reads the bytes of a text.
const (
	settingEncoding = "client_encoding"
	settingStrings  = "standard_conforming_strings"
)

// decidesReading says whether the lower-case name is one of the two.
func decidesReading(name string) bool {
	return name == settingEncoding || name == settingStrings
}

// SafeSetting says whether text can still be read with certainty once the
// setting has the value. Names are compared as Postgres compares them, without
// regard to case; names other than client_encoding and
// standard_conforming_strings are always safe, and a value that the server
// would refuse is not.
func SafeSetting(name, value string) bool {
	switch strings.ToLower(name) {
	case settingEncoding:
		_, ok := readingOf(value)
		return ok
	case settingStrings:
		return isOn(value)
	}
	return true
}

// isOn reads a Boolean as Postgres's parse_bool does: on, 1, and every
// beginning of true and yes, in any case.
func isOn(value string) bool {
	v := strings.ToLower(value)
	if v == "" {
		return false
	}
	return v == "on" || v == "1" || strings.HasPrefix("true", v) || strings.HasPrefix("yes", v)
}

// unsafeSetting finds the first setting whose value makes text uncertain, and
// whether it does so for sure: a value that the text does not show may be safe.
func unsafeSetting(settings []Setting) (s Setting, certain, found bool) {
	for _, s := range settings {
		switch {
		case !decidesReading(s.Name):
		case !s.Known:
			return s, false, true
		case !SafeSetting(s.Name, s.Value):
			return s, true, true
		}
	}
	return Setting{}, false, false
}
