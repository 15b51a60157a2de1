package rules

import (
	"cmp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// String is the name as people write it, quoted where Postgres would need it.
func (r Relation) String() string {
	if r.Schema == "" && r.Catalog == "" && r.Name != "" {
		return quoteName(r.Name)
	}
	var b strings.Builder
	for _, part := range [...]string{r.Catalog, r.Schema, r.Name} {
		if part == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(quoteName(part))
	}
	return b.String()
}

// quoteName writes an identifier on one line. It leaves alone what is a plain
// word; keywords are not quoted, since people read this and no parser does.
func quoteName(name string) string {
	plain, ascii := name != "" && class[name[0]]&isStart != 0, true
	for i := 0; i < len(name) && plain; i++ {
		c := name[i]
		plain, ascii = class[c]&isName != 0 && (c < 'A' || c > 'Z'), ascii && c < utf8.RuneSelf
	}
	switch {
	case plain && ascii: // nearly every name; nothing in it needs an escape
		return name
	case !plain:
		name = `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
	}
	return onOneLine.Replace(escapeForPeople(name))
}

var onOneLine = strings.NewReplacer("\n", `\n`, "\t", `\t`)

// String says what the effect does, in the words of SQL and without literals:
// "DROP TABLE events", "DELETE events without WHERE".
func (e Effect) String() string { return e.phrase() }

// phrase is String without a copy of the effect.
func (e *Effect) phrase() string {
	words := e.words()
	if e.Cascade {
		words += cascade
	}
	return words
}

const cascade = " CASCADE"

// words are String's without CASCADE.
func (e *Effect) words() string {
	target := e.Target.String()
	switch e.Verb {
	case VerbDropColumn:
		return "DROP " + e.Object + " " + target + "." + quoteName(e.Column)
	case VerbDropOwned:
		return "DROP OWNED BY " + target
	case VerbDrop, VerbDropDatabase, VerbDropSchema, VerbDropTable:
		return dropWords(e, target)
	case VerbTruncate:
		return "TRUNCATE " + target
	case VerbDelete:
		return "DELETE " + target + filterWords(e)
	case VerbUpdate:
		return "UPDATE " + target + filterWords(e)
	case VerbMerge:
		return "MERGE into " + target + mergeWords(e)
	case VerbDetach:
		return "DETACH PARTITION " + target
	case VerbRetype:
		return "ALTER COLUMN " + target + "." + quoteName(e.Column) + " TYPE"
	case VerbCopyProgram:
		return copyWords(e, target)
	case VerbFunction:
		return target + "(): " + cmp.Or(e.FilterText, destroyers[e.Target.Name].why)
	case VerbCall:
		return callWords(e, target) + ": " + cmp.Or(e.FilterText, "what it runs is not known")
	case VerbSet:
		return "SET " + target + " to off"
	}
	return strings.TrimSpace(strings.ToUpper(string(e.Verb)) + " " + target)
}

func dropWords(e *Effect, target string) string {
	switch {
	case e.Object == "USER MAPPING":
		return "DROP USER MAPPING FOR " + quoteName(e.Column) + " SERVER " + target
	case e.FilterText != "":
		return "DROP " + e.Object + " of " + target + ": " + e.FilterText
	case partsOfObjects[e.Object] && e.Column == "":
		return "DROP " + e.Object + " of " + target
	case e.Column != "":
		return "DROP " + e.Object + " " + quoteName(e.Column) + " ON " + target
	}
	return "DROP " + e.Object + " " + target
}

func filterWords(e *Effect) string {
	switch e.Filter {
	case FilterNone:
		return " without WHERE"
	case FilterConstant:
		if e.FilterText == rowBlind {
			return ", its filter does not look at the row"
		}
		return ", its filter is always true"
	case FilterCrossJoin:
		return ", not tied to what it is joined with"
	}
	return ""
}

func mergeWords(e *Effect) string {
	verb := ", deletes"
	if e.Object == "UPDATE" {
		verb = ", updates"
	}
	switch e.Filter {
	case FilterNone:
		return verb + " every row that matches"
	case FilterConstant, FilterCrossJoin:
		return verb + " every row"
	}
	return verb + " rows"
}

func copyWords(e *Effect, target string) string {
	words := strings.Replace(e.Object, "FILE", "a file on the server", 1)
	words = strings.Replace(words, "PROGRAM", "a program on the server", 1)
	if target == "" {
		return "COPY " + words
	}
	return "COPY " + target + " " + words
}

func callWords(e *Effect, target string) string {
	switch e.Object {
	case "DO":
		return "DO block"
	case "EXECUTE":
		return "EXECUTE " + target
	case "PROCEDURE":
		return "CALL " + target + "()"
	case "FUNCTION":
		return "code of " + target + "()"
	}
	return e.Object + " " + target
}

// reasonOf adds to the reason of the first of several verdicts what else there
// is: two tables of one kind are named, others counted. more counts those that
// have no effects.
func reasonOf(first string, effects []Effect, more int) string {
	n := more
	if len(effects) > 0 {
		n += len(effects) - 1
	}
	if n == 0 {
		return first
	}
	if n == 1 && len(effects) == 2 {
		a, b := &effects[0], &effects[1]
		tables := a.Verb == VerbTruncate || a.Verb == VerbDropTable
		if tables && a.Verb == b.Verb && a.Object == b.Object && first == a.phrase() {
			return strings.TrimSuffix(first, cascade) + ", " + b.Target.String() + first[len(a.words()):]
		}
	}
	return first + andMore(n)
}

func andMore(n int) string {
	return " and " + strconv.Itoa(n) + " more"
}
