package rules

import (
	pgquery "github.com/pganalyze/pg_query_go/v5"
)

// call reads a function call: one known to destroy is an effect, set_config is
// a setting, and what is not known as built in is recorded. Built-in functions
// are those of pg_catalog and information_schema; an unqualified name is taken
// for one of them, since pg_catalog comes first on every usual search_path.
func (x *extractor) call(n *pgquery.FuncCall, s scope) {
	name := relation(names(n.Funcname))
	own := isBuiltIn(name)
	_, destroys := destroyers[name.Name]
	_, everywhere := builtIn[name.Name]
	switch {
	case destroys && (own || !everywhere):
		x.emit(Effect{Verb: VerbFunction, Object: "FUNCTION", Target: name}, s)
	case s.planted, s.stored:
		return
	case own && name.Name == setConfig:
		x.setConfig(n, s)
		return
	case isRemote(name) && x.remote(name, n, s):
		return
	}
	_, runs := codeRunners[name.Name]
	switch {
	case own && !runs:
	case !runs && ofExtension(name):
		x.st.Extensions = append(x.st.Extensions, name)
	default:
		x.st.Functions = append(x.st.Functions, name)
	}
}

func isBuiltIn(name Relation) bool {
	switch name.Schema {
	case "", "pg_catalog":
		_, ok := builtIn[name.Name]
		return ok
	case "information_schema":
		_, ok := builtIn["information_schema."+name.Name]
		return ok
	}
	return false
}

func isRemote(name Relation) bool {
	_, ok := remoteText[name.Name]
	return ok
}

// remote reads a call that sends a text to another server or process. done: the
// statement shows the text, and it is harmless there.
func (x *extractor) remote(name Relation, n *pgquery.FuncCall, s scope) (done bool) {
	text, ok := sentText(n)
	e := Effect{Verb: VerbFunction, Object: "FUNCTION", Target: name, FilterText: "sends a text that does not show to another server"}
	if !ok {
		x.emit(e, s)
		return true
	}
	e.FilterText = "sends a destructive statement to another server"
	list, ok := x.statementsIn(text)
	if !ok && suspectTokens([]byte(text)) {
		x.emit(e, s)
		return true
	}
	harmless := ok
	for i := range list {
		if len(list[i].Effects)+len(list[i].Executes) > 0 {
			x.emit(e, s)
			return true
		}
		harmless = harmless && len(list[i].Functions)+len(list[i].Settings) == 0
	}
	return harmless
}

// sentText is the text that a call sends: its last argument but for flags and sizes.
func sentText(n *pgquery.FuncCall) (string, bool) {
	for i := len(n.Args) - 1; i >= 0; i-- {
		arg := n.Args[i]
		if named := arg.GetNamedArgExpr(); named != nil {
			arg = named.Arg
		}
		if c, ok := constant(arg); ok && (c.isBool || c.isNum) {
			continue
		}
		return constString(arg)
	}
	return "", false
}

// maxInside is how many literals of SQL inside each other are read; the deeper
// ones are judged by their words, or a few KB could cost minutes.
const maxInside = 2

// statementsIn reads SQL that stands in a literal; false if it is not read.
func (x *extractor) statementsIn(text string) ([]Statement, bool) {
	body := []byte(text)
	if x.inside >= maxInside || beyond(body) != "" {
		return nil, false
	}
	tree, err := parseTree(text)
	if err != nil {
		return nil, false
	}
	list := make([]Statement, 0, len(tree.Stmts))
	for _, raw := range tree.Stmts {
		list = append(list, readInside(raw.Stmt, x.inside+1))
	}
	return list, true
}

// constString is the text of a literal, as such or with a cast.
func constString(n *pgquery.Node) (string, bool) {
	if c := n.GetTypeCast(); c != nil {
		n = c.Arg
	}
	if s, ok := n.GetAConst().GetVal().(*pgquery.A_Const_Sval); ok {
		return s.Sval.Sval, true
	}
	return "", false
}
