package check

import (
	"strconv"
	"strings"

	"github.com/holdfast-db/holdfast/internal/script"
	"github.com/holdfast-db/holdfast/rules"
)

// rawVariable is the first of psql's variables that may stand for any text, or "".
func rawVariable(variables []script.Variable) string {
	for _, v := range variables {
		if (v.Quote == script.Raw || v.Quote == script.Defined) && v.Value == "" {
			return v.Name
		}
	}
	return ""
}

// quoted judges a text in which psql's variables stand for single literals and
// names only. What a literal says is not known, so it is read as a parameter; only
// where the grammar allows none (passwords, settings) as a literal that says
// nothing.
func (s *Session) quoted(st script.Statement) Result {
	if len(st.Variables) == 0 {
		return s.Text(st.SQL)
	}
	f := s.read(filled(st, parameter))
	if !f.Read {
		f = s.read(filled(st, literal))
	}
	r := s.judged(f)
	if !f.Read {
		r.Verdict = rules.Worse(r.Verdict, unreadable("psql puts its variable "+st.Variables[0].Name+" into the text"))
	}
	return r
}

// firstParameter is the number of the first parameter that stands for a variable:
// above those that a script numbers itself.
const firstParameter = 10_000

// parameter stands for a literal: the same one for the same variable.
func parameter(_ string, index int) string { return "$" + strconv.Itoa(firstParameter+index) }

func literal(name string, _ int) string { return "':" + name + "'" }

// filled is the text of a statement with something to read for each variable.
func filled(st script.Statement, stand func(name string, index int) string) []byte {
	var b strings.Builder
	indexes := map[string]int{}
	kept := 0
	for _, v := range st.Variables {
		b.Write(st.SQL[kept:v.Pos])
		kept = v.End
		if _, ok := indexes[v.Name]; !ok {
			indexes[v.Name] = len(indexes)
		}
		switch {
		case v.Value != "":
			b.WriteString(known(v))
		case v.Quote == script.Name:
			b.WriteString(`":` + v.Name + `"`)
		default:
			b.WriteString(stand(v.Name, indexes[v.Name]))
		}
	}
	b.Write(st.SQL[kept:])
	return []byte(b.String())
}

// known is what psql writes for a variable whose value is known.
func known(v script.Variable) string {
	switch v.Quote {
	case script.Literal:
		return "'" + v.Value + "'"
	case script.Name:
		return `"` + v.Value + `"`
	case script.Defined:
		return "TRUE"
	}
	return v.Value
}
