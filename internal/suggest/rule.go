package suggest

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/holdfast-db/holdfast/internal/event"
	"github.com/holdfast-db/holdfast/rules"
)

// groupsOf are the rules that would let an event pass, one for each of its verbs, or
// why there are none: all of its effects must be covered, or it is asked about.
func groupsOf(e event.Judged) (groups []group, why string) {
	switch {
	case e.Rule == "unreadable":
		return nil, "text that cannot be read"
	case len(e.Effects) == 0:
		return nil, "what it does is not in the record"
	case e.User == "" || !exact(e.User) || !exact(e.Host) || !exact(e.Database) || e.Application != "" && !exact(e.Application):
		return nil, "a name that no pattern can say exactly"
	}
	tables := map[group][]string{}
	for _, effect := range e.Effects {
		table, why := tableOf(effect)
		if why != "" {
			return nil, why
		}
		g := group{
			held: e.Rule, host: e.Host, database: e.Database, user: e.User, application: e.Application,
			verb: effect.Verb, filter: effect.Filter,
		}
		tables[g] = append(tables[g], table)
	}
	for g, names := range tables {
		slices.Sort(names)
		names = slices.Compact(names)
		if len(names) > maxTables {
			return nil, "more than 50 tables at once"
		}
		g.tables = strings.Join(names, "\n")
		groups = append(groups, g)
	}
	return groups, ""
}

// suggested are the verbs that rules are suggested for, with tables as targets.
var suggested = []rules.Verb{
	rules.VerbDropTable, rules.VerbDropColumn, rules.VerbTruncate, rules.VerbDelete, rules.VerbUpdate,
	rules.VerbMerge, rules.VerbDetach, rules.VerbRetype,
}

// tableOf is the pattern for the table of an effect, or why there is none.
func tableOf(e event.Effect) (pattern, why string) {
	switch {
	case !slices.Contains(suggested, rules.Verb(e.Verb)):
		return "", e.Verb + " is never suggested"
	case e.Cascade:
		return "", "CASCADE takes more than it names"
	case e.Name == "":
		return "", "the table is not known"
	}
	pattern = e.Name
	if e.Schema != "" {
		pattern = e.Schema + "." + e.Name
	}
	if !exact(e.Name) || !exact(e.Schema) || strings.ContainsAny(e.Schema+e.Name, `."`) {
		return "", "a name that no pattern can say exactly"
	}
	if _, err := rules.ParseTablePattern(pattern); err != nil {
		return "", "a name that no pattern can say exactly"
	}
	return pattern, ""
}

// exact says that a name as a pattern stands for nothing but itself, and that people
// can see all of it.
func exact(name string) bool {
	return strings.IndexFunc(name, func(c rune) bool { return c == '*' || c == '?' || c == utf8.RuneError || !unicode.IsPrint(c) }) < 0
}
