package web

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/wording"
)

// object is what one statement destroys, read from its summary: "DELETE events
// without WHERE".
type object struct {
	Does string // DELETE; empty where the summary is not made that way
	Name string // events
	How  string // without WHERE
}

// objects are those of a hold, in the order of its statements.
func objects(h hold.Hold) (all []object) {
	for _, s := range h.Statements {
		all = append(all, objectOf(s))
	}
	return all
}

func objectOf(summary string) object {
	words := strings.Fields(summary)
	n := slices.IndexFunc(words, func(word string) bool {
		return strings.IndexFunc(word, func(r rune) bool { return r < 'A' || r > 'Z' }) >= 0
	})
	switch {
	case n < 0:
		n = len(words)
	case n == 0:
		return object{Name: visible(summary)}
	}
	o := object{Does: strings.Join(words[:n], " ")}
	rest := strings.TrimSpace(strings.TrimPrefix(summary, o.Does))
	at := endOfNames(rest)
	o.Name, o.How = visible(rest[:at]), visible(strings.TrimSpace(rest[at:]))
	return o
}

// endOfNames is where the names end that a summary begins with: at the first blank
// outside double quotes that follows no comma.
func endOfNames(s string) int {
	quoted := false
	for i := range len(s) {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == ' ' && !quoted && s[i-1] != ',':
			return i
		}
	}
	return len(s)
}

// longestLabel is the longest name that stands on a button, in characters.
const longestLabel = 28

// approveLabel says what approving does.
func approveLabel(h hold.Hold) string {
	verb := map[string]string{"dropped": "drop", "truncated": "truncate", "deleted": "delete", "updated": "update"}[wording.Done(h.Statements)]
	if verb == "" || len(h.Statements) == 0 {
		return "Approve, let it run"
	}
	o := objectOf(h.Statements[0])
	switch {
	case len(h.Statements) > 1:
		return fmt.Sprintf("Approve, %s %d objects", verb, len(h.Statements))
	case o.Name == "" || utf8.RuneCountInString(o.Name) > longestLabel:
		return "Approve, " + verb + " it"
	case verb == "delete":
		return "Approve, delete from " + o.Name
	}
	return "Approve, " + verb + " " + o.Name
}
