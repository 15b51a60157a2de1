package rules

import (
	"strings"

	pgquery "github.com/pganalyze/pg_query_go/v5"
)

// createFunction reads CREATE FUNCTION and PROCEDURE. What the body would do is
// planted, and defined.
func (x *extractor) createFunction(n *pgquery.CreateFunctionStmt) {
	name := relation(names(n.Funcname))
	b, text := x.functionBody(n)
	if n.SqlBody == nil { // else it is part of the tree, and visited
		x.st.Plants = append(x.st.Plants, b.Effects...)
	}
	if b.unread != "" && (b.unread == unreadDynamic || suspectTokens([]byte(text))) {
		x.st.Plants = append(x.st.Plants, Effect{Verb: VerbCall, Object: "FUNCTION", Target: name, FilterText: b.unread})
	}
	d := Definition{Kind: DefinesFunction, Name: name, Known: b.unread == ""}
	b.Executes = nil // they are why it was not read
	d.take(&b.Statement)
	for _, p := range n.Parameters {
		if e := p.GetFunctionParameter().GetDefexpr(); e != nil {
			d.take(x.aside(e))
		}
	}
	if b.ends && len(d.Effects)+len(d.Calls) > 0 {
		d.Known = false // nobody can count what it has committed itself
	}
	x.define(&d)
}

// functionBody reads the body of a new function, and gives the literal that it
// stands in, if it is one.
func (x *extractor) functionBody(n *pgquery.CreateFunctionStmt) (b body, text string) {
	language := ""
	for _, o := range n.Options {
		d := o.GetDefElem()
		switch d.GetDefname() {
		case "language":
			language = strings.ToLower(d.GetArg().GetString_().GetSval())
		case "as":
			if parts := names(d.GetArg().GetList().GetItems()); len(parts) == 1 {
				text = parts[0]
			} else { // a library and the name in it
				language = "c"
			}
		}
	}
	if n.SqlBody != nil {
		b.merge(x.aside(n.SqlBody))
		return b, ""
	}
	b = x.readBody(language, text)
	if len(b.Executes) > 0 {
		b.because(unreadPrepared)
	}
	return b, text
}

// createRule reads CREATE RULE.
func (x *extractor) createRule(n *pgquery.RuleStmt) {
	command := map[pgquery.CmdType]string{
		pgquery.CmdType_CMD_SELECT: touchSelect, pgquery.CmdType_CMD_INSERT: touchInsert,
		pgquery.CmdType_CMD_UPDATE: touchUpdate, pgquery.CmdType_CMD_DELETE: touchDelete,
	}[n.Event]
	x.define(x.defined(DefinesRule, rangeVar(n.Relation), []string{command}, append(nodesOf(n.Actions), n.WhereClause)...))
}

// The bits of CreateTrigStmt.Events (src/include/catalog/pg_trigger.h).
const (
	triggerInsert   = 1 << 2
	triggerDelete   = 1 << 3
	triggerUpdate   = 1 << 4
	triggerTruncate = 1 << 5
)

// createTrigger reads CREATE TRIGGER.
func (x *extractor) createTrigger(n *pgquery.CreateTrigStmt) {
	var fires []string
	for _, e := range []struct {
		bit     int32
		command string
	}{{triggerInsert, touchInsert}, {triggerDelete, touchDelete}, {triggerUpdate, touchUpdate}, {triggerTruncate, touchTruncate}} {
		if n.Events&e.bit != 0 {
			fires = append(fires, e.command)
		}
	}
	d := x.defined(DefinesTrigger, rangeVar(n.Relation), fires, n.WhenClause)
	d.calls(relation(names(n.Funcname)))
	x.define(d)
}
