package rules

import (
	pgquery "github.com/pganalyze/pg_query_go/v5"
)

// creates reads the statements that make what runs later. ok: it was one; below is
// the scope of what it stores.
func (x *extractor) creates(node any, s scope) (below scope, ok bool) {
	switch n := node.(type) {
	case *pgquery.CreateFunctionStmt:
		x.createFunction(n)
		s.planted = true
	case *pgquery.RuleStmt:
		x.createRule(n)
		s.planted = true
	case *pgquery.CreateStmt:
		if n.Partbound != nil { // evaluated at once, unlike defaults and checks
			x.visit(n.Partbound.ProtoReflect(), s)
		}
		x.createTable(n)
		s.stored = true
	case *pgquery.ViewStmt:
		x.createView(n)
		s.stored = true
	case *pgquery.CreateTrigStmt:
		x.createTrigger(n)
		s.stored = true
	case *pgquery.CreateDomainStmt:
		d := x.defined(DefinesDomain, relation(names(n.Domainname)), nil, nodesOf(n.Constraints)...)
		d.Types = columnTypes(n.TypeName)
		x.define(d)
		s.stored = true
	case *pgquery.CreatePolicyStmt:
		x.define(x.defined(DefinesRelation, rangeVar(n.Table), everyCommand, n.Qual, n.WithCheck))
		s.stored = true
	case *pgquery.AlterPolicyStmt:
		x.define(x.defined(DefinesRelation, rangeVar(n.Table), everyCommand, n.Qual, n.WithCheck))
		s.stored = true
	case *pgquery.CreateStatsStmt:
		s.stored = true
	case *pgquery.AlterTableCmd:
		s.stored = s.stored || n.Subtype == pgquery.AlterTableType_AT_ColumnDefault
	default:
		return s, x.createsOther(node, s)
	}
	return s, true
}

// createsOther reads the statements whose parts are run at once, or that have none.
func (x *extractor) createsOther(node any, s scope) bool {
	switch n := node.(type) {
	case *pgquery.CreateTableAsStmt:
		if !s.planned {
			x.define(&Definition{Kind: DefinesRelation, Name: rangeVar(n.Into.GetRel()), Known: true})
		}
	case *pgquery.IndexStmt:
		x.define(x.defined(DefinesRelation, rangeVar(n.Relation), rowWrites, append(nodesOf(n.IndexParams), n.WhereClause)...))
	case *pgquery.CreateRangeStmt: // its constructors: of ranges, and of several of them
		d := Definition{Kind: DefinesFunction, Name: relation(names(n.TypeName)), Known: true}
		for _, o := range n.Params {
			if name := o.GetDefElem().GetDefname(); name == "canonical" || name == "subtype_diff" {
				d.calls(objectName(o.GetDefElem().GetArg()))
			}
		}
		x.define(&d)
	case *pgquery.CreateEventTrigStmt:
		x.defineUnnamed(relation(names(n.Funcname)))
	case *pgquery.CreateCastStmt:
		if n.Func != nil {
			x.defineUnnamed(relation(names(n.Func.Objname)))
		}
	case *pgquery.DefineStmt:
		x.createByName(n)
	case *pgquery.RenameStmt, *pgquery.AlterObjectSchemaStmt:
		x.renames(n)
	default:
		return false
	}
	return true
}

// The commands that run what a table stores.
var (
	rowWrites    = []string{touchInsert, touchUpdate}
	rowCommands  = []string{touchInsert, touchUpdate, touchDelete}
	everyCommand = []string{touchSelect, touchInsert, touchUpdate, touchDelete}
	allCommands  = append(everyCommand[:4:4], touchTruncate)
)

// define adds a definition to those of the statement.
func (x *extractor) define(d *Definition) { x.st.Defines = append(x.st.Defines, *d) }

// defined is a definition that runs the expressions given.
func (x *extractor) defined(kind DefinitionKind, name Relation, fires []string, run ...*pgquery.Node) *Definition {
	d := &Definition{Kind: kind, Name: name, Fires: fires, Known: true}
	d.take(x.aside(run...))
	return d
}

// aside reads parts of a statement as if they were run by themselves.
func (x *extractor) aside(run ...*pgquery.Node) *Statement {
	st := new(Statement)
	y := extractor{st: st, inside: x.inside}
	for _, n := range run {
		y.visitNode(n, scope{})
	}
	return st
}

// take makes what a statement does what running the definition does.
func (d *Definition) take(st *Statement) {
	st.sort()
	d.Effects = append(d.Effects, st.Effects...)
	d.Calls = append(d.Calls, st.Functions...)
	d.Touches = append(d.Touches, st.Touches...)
	if len(st.Settings)+len(st.Executes)+len(st.Names) > 0 {
		d.Known = false
	}
	for i := range st.Defines { // it makes functions and the like when it runs
		if st.Defines[i].Kind != DefinesRelation || len(st.Defines[i].Calls) > 0 {
			d.Known = false
		}
	}
}

// createByName reads the CREATEs whose functions stand in a list of options:
// aggregates, operators and types.
func (x *extractor) createByName(n *pgquery.DefineStmt) {
	d := &Definition{Kind: DefinesUnnamed, Known: true}
	if n.Kind == pgquery.ObjectType_OBJECT_AGGREGATE {
		d.Kind, d.Name = DefinesFunction, relation(names(n.Defnames))
	}
	for _, o := range n.Definition {
		if name := o.GetDefElem(); runsFunction[name.GetDefname()] {
			d.calls(objectName(name.GetArg()))
		}
	}
	if d.Kind == DefinesFunction || len(d.Calls) > 0 {
		x.define(d)
	}
}

// runsFunction are the options of CREATE AGGREGATE, OPERATOR and TYPE that name a
// function.
var runsFunction = map[string]bool{
	"sfunc": true, "sfunc1": true, "finalfunc": true, "combinefunc": true, "serialfunc": true, "deserialfunc": true,
	"msfunc": true, "minvfunc": true, "mfinalfunc": true,
	"procedure": true, "function": true, "restrict": true, "join": true,
	"input": true, "output": true, "receive": true, "send": true, "typmod_in": true, "typmod_out": true, "analyze": true, "subscript": true,
}

// calls adds a function that is not known as harmless.
func (d *Definition) calls(name Relation) {
	_, destroys := destroyers[name.Name]
	switch {
	case destroys:
		d.Effects = append(d.Effects, Effect{Verb: VerbFunction, Object: "FUNCTION", Target: name})
	case !isBuiltIn(name) && name.Name != "":
		d.Calls = append(d.Calls, name)
	}
}

func (x *extractor) defineUnnamed(function Relation) {
	d := &Definition{Kind: DefinesUnnamed, Known: true}
	d.calls(function)
	x.define(d)
}

// nodesOf are the nodes of a list that are there.
func nodesOf(list []*pgquery.Node) []*pgquery.Node { return append([]*pgquery.Node(nil), list...) }
