package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// laterKeys are keys of the design that this version does not have yet, by the
// struct they belong to. They are told apart from typos, and stop the start all
// the same: a limit that is written down and not kept is worse than none.
var laterKeys = map[reflect.Type][]string{
	reflect.TypeFor[Host](): {"monitor", "auth", "limits", "rules"},
}

// sections names the structs for people, in the order in which a misplaced key
// is looked for.
var sections = []struct {
	of   reflect.Type
	name string
}{
	{reflect.TypeFor[Config](), "the top of the file"},
	{reflect.TypeFor[Host](), "hosts"},
	{reflect.TypeFor[Person](), "people"},
	{reflect.TypeFor[SharedUser](), "shared_users"},
	{reflect.TypeFor[TLS](), "tls"},
	{reflect.TypeFor[Reviewers](), "reviewers"},
	{reflect.TypeFor[Holds](), "holds"},
	{reflect.TypeFor[Limits](), "limits"},
	{reflect.TypeFor[Rule](), "rules"},
	{reflect.TypeFor[When](), "when"},
	{reflect.TypeFor[Trace](), "trace"},
	{reflect.TypeFor[Console](), "console"},
	{reflect.TypeFor[ConsoleTLS](), "tls"},
	{reflect.TypeFor[OIDC](), "oidc"},
	{reflect.TypeFor[Slack](), "slack"},
	{reflect.TypeFor[Webhook](), "webhook"},
	{reflect.TypeFor[Volume](), "volume"},
	{reflect.TypeFor[Bound](), "limit and bulk of volume"},
	{reflect.TypeFor[Expected](), "expected"},
	{reflect.TypeFor[Brake](), "brake"},
}

// fieldsOf maps the yaml names of a struct to the indexes of its fields.
func fieldsOf(t reflect.Type) map[string]int {
	m := map[string]int{}
	for i := range t.NumField() {
		if name := t.Field(i).Tag.Get("yaml"); name != "-" {
			m[name] = i
		}
	}
	return m
}

// unknownKey says what is wrong with a key that the struct does not have: not
// yet, misspelt, or in the wrong place.
func unknownKey(in reflect.Type, key string) string {
	if slices.Contains(laterKeys[in], key) {
		return key + ": not in this version of holdfast; remove it"
	}
	if near := nearest(key, keysOf(in)); near != "" {
		return fmt.Sprintf("unknown key %q, did you mean %s?", key, near)
	}
	for _, s := range sections {
		switch near := nearest(key, keysOf(s.of)); {
		case s.of == in:
		case slices.Contains(keysOf(s.of), key):
			return fmt.Sprintf("unknown key %q in this place; it belongs to %s", key, s.name)
		case near != "":
			return fmt.Sprintf("unknown key %q, did you mean %s? It belongs to %s", key, near, s.name)
		}
	}
	known := keysOf(in)[:len(fieldsOf(in))]
	return fmt.Sprintf("unknown key %q; the keys here are %s", key, strings.Join(known, ", "))
}

// keysOf is every key a struct has, in its order, and then those of later
// versions.
func keysOf(t reflect.Type) []string {
	var keys []string
	for i := range t.NumField() {
		if name := t.Field(i).Tag.Get("yaml"); name != "-" {
			keys = append(keys, name)
		}
	}
	return append(keys, laterKeys[t]...)
}

// nearest is the word that word was probably meant to be: at most two letters
// away, and less than half of it. Empty if there is none.
func nearest(word string, among []string) string {
	best, at := "", 3
	for _, w := range among {
		if d := distance(word, w); d < at && d*2 < len(w) {
			best, at = w, d
		}
	}
	return best
}

// maxWord bounds the words that distance compares: no key is longer.
const maxWord = 64

// distance is the number of letters to insert, delete, replace or swap with
// their neighbour to turn a into b.
func distance(a, b string) int {
	if len(a) > maxWord || len(b) > maxWord {
		return maxWord
	}
	before, last := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row := make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
