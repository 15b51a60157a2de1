package script

import (
	"bytes"
	"regexp"
	"strings"
)

// values are the variables that the script has set by itself to a plain word, so
// that their value is known whatever psql is started with. psql reads a value as
// part of the script, so others are not followed.
type values map[string]string

// plainValue is a number, a name or a qualified name.
var plainValue = regexp.MustCompile(`^[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*$`)

// steering are words that tell psql where a statement ends. A value of these is
// not followed.
var steering = map[string]bool{
	"create": true, "or": true, "replace": true, "function": true, "procedure": true,
	"begin": true, "case": true, "end": true, "copy": true, "from": true, "stdin": true, "stdout": true,
}

// set follows \set. Inside \if it is not known whether it is done, and names
// without a small letter are psql's own, which it changes as it likes (manual,
// psql, "Variables").
func (v values) set(arguments []byte, certain bool) {
	words := bytes.Fields(arguments)
	if len(words) == 0 {
		return // lists them
	}
	name := string(words[0])
	if strings.ContainsAny(name, "'\":`") {
		clear(v) // quotes and variables make another name of it
		return
	}
	delete(v, name)
	if !certain || len(words) != 2 || strings.ToUpper(name) == name {
		return
	}
	value := string(words[1])
	if inner, ok := strings.CutPrefix(value, "'"); ok {
		value, _ = strings.CutSuffix(inner, "'") // one that is not closed is no plain value
		if value == inner {
			return
		}
	}
	if plainValue.MatchString(value) && !steering[strings.ToLower(value)] {
		v[name] = value
	}
}
