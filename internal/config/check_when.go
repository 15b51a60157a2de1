package config

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/holdfast-db/holdfast/rules"
)

// when reads what a rule matches; nil matches all.
func (n *notes) when(w *When, path string, c *Config) rules.When {
	if w == nil {
		return rules.When{}
	}
	out := rules.When{
		Hosts:        parseAll(n, path+".hosts", w.Hosts, rules.ParsePattern),
		Environments: parseAll(n, path+".environments", w.Environments, rules.ParsePattern),
		Databases:    parseAll(n, path+".databases", w.Databases, rules.ParsePattern),
		Users:        parseAll(n, path+".users", w.Users, rules.ParsePattern),
		Applications: parseAll(n, path+".applications", w.Applications, rules.ParseFoldedPattern),
		Clients:      parseAll(n, path+".clients", w.Clients, rules.ParseNetwork),
		Kinds:        parseAll(n, path+".sessions", w.Sessions, oneOf("kind of session", kinds(), rules.ParseKind)),
		Verbs:        parseAll(n, path+".verbs", w.Verbs, oneOf("verb", verbs(), rules.ParseVerb)),
		Tables:       parseAll(n, path+".tables", w.Tables, rules.ParseTablePattern),
		Filters:      parseAll(n, path+".filters", w.Filters, oneOf("class of filter", rules.Filters(), rules.ParseFilter)),
		Rows:         n.bound(path+".rows", w.Rows, wholeRows),
		Share:        n.bound(path+".share", w.Share, partOfAll),
		Inside:       parseAll(n, path+".inside", w.Inside, n.window),
		Outside:      parseAll(n, path+".outside", w.Outside, n.window),
	}
	n.checkHostPatterns(path, out, c)
	n.checkCounted(path, out)
	return out
}

// parseAll reads a list. One that is empty is a fault: it could mean all or nothing.
func parseAll[T any](n *notes, path string, texts []string, parse func(string) (T, error)) (all []T) {
	if texts != nil && len(texts) == 0 && !n.hasFaultAt(path) {
		n.fault(path, "%s is empty, which could mean everything or nothing; list what is meant, or remove the key", nameOf(path))
	}
	for i, text := range texts {
		at := fmt.Sprintf("%s[%d]", path, i)
		if n.full() {
			break
		}
		if n.hasFaultAt(at) {
			continue
		}
		v, err := parse(text)
		if err != nil {
			n.fault(at, "%s: %v", nameOf(path), err)
		}
		all = append(all, v)
	}
	return all
}

// oneOf reads a word of a closed list, and says which was probably meant.
func oneOf[T any](what string, words []string, parse func(string) (T, error)) func(string) (T, error) {
	return func(text string) (T, error) {
		v, err := parse(text)
		switch near := nearest(text, words); {
		case err == nil:
		case near != "":
			err = fmt.Errorf("unknown %s %q, did you mean %s?", what, text, near)
		default:
			err = fmt.Errorf("unknown %s %q; there are %s", what, text, strings.Join(words, ", "))
		}
		return v, err
	}
}

func verbs() (words []string) {
	for _, v := range rules.Verbs() {
		words = append(words, string(v))
	}
	return words
}

func kinds() (words []string) {
	for _, k := range rules.Kinds() {
		words = append(words, string(k))
	}
	return words
}

// window reads a window of time, and says which zone was probably meant.
func (n *notes) window(text string) (rules.Window, error) {
	w, err := rules.ParseWindow(text)
	if err == nil {
		return w, nil
	}
	fields := strings.Fields(text)
	if len(fields) < 2 || len(n.faults) >= maxHints {
		return w, err
	}
	zone := fields[len(fields)-1]
	if _, unknown := time.LoadLocation(zone); unknown != nil {
		if near := n.nearest(zone, zones()); near != "" {
			return w, errors.New(err.Error() + hint(near))
		}
	}
	return w, err
}

// bound reads a condition on a number; nil is none.
func (n *notes) bound(path, text string, check func(rules.Bound) error) *rules.Bound {
	if text == "" {
		if _, given := n.places[path]; given && !n.hasFaultAt(path) {
			n.fault(path, "%s is empty; write a number, or one behind >, >=, < or <=", nameOf(path))
		}
		return nil
	}
	b, err := rules.ParseBound(text)
	if err == nil {
		err = check(b)
	}
	if err != nil {
		n.fault(path, "%s: %v", nameOf(path), err)
	}
	return &b
}

func wholeRows(b rules.Bound) error {
	if b.Limit() != math.Trunc(b.Limit()) {
		return fmt.Errorf("%q is no number of rows; for a part of the table write share", b)
	}
	return nil
}

func partOfAll(b rules.Bound) error {
	if b.Limit() > 1 {
		return fmt.Errorf("%q is no part of a table; write a number from 0 to 1, or a percentage", b)
	}
	return nil
}

// checkHostPatterns refuses patterns that match no host: a rule for a host that was
// renamed would silently be none.
func (n *notes) checkHostPatterns(path string, w rules.When, c *Config) {
	var names, environments []string
	for _, h := range c.Hosts {
		names = append(names, h.Name)
		if h.Environment != "" {
			environments = append(environments, h.Environment)
		}
	}
	n.checkMatches(path+".hosts", w.Hosts, names, "no host is called %q%s")
	n.checkMatches(path+".environments", w.Environments, environments, "no host has the environment %q%s")
}

func (n *notes) checkMatches(path string, patterns []rules.Pattern, among []string, format string) {
	for i, p := range patterns {
		at := fmt.Sprintf("%s[%d]", path, i)
		if !slices.ContainsFunc(among, p.Matches) && !n.hasFaultAt(at) {
			n.fault(at, format, p.String(), hint(n.nearest(p.String(), among)))
		}
	}
}

// checkCounted refuses conditions on rows and filters for verbs that have none: the
// rule would never match.
func (n *notes) checkCounted(path string, w rules.When) {
	for i, v := range w.Verbs {
		at := fmt.Sprintf("%s.verbs[%d]", path, i)
		if v == "" || v.ChoosesRows() || n.hasFaultAt(at) {
			continue
		}
		switch {
		case w.Rows != nil || w.Share != nil:
			n.fault(at, "rows and share are counted of delete, update and merge; a rule with %s and one of them would never match it", v)
		case len(w.Filters) > 0:
			n.fault(at, "filters are those of delete, update and merge; a rule with %s and filters would never match it", v)
		}
	}
}
