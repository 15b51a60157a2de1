package rules

import (
	pgquery "github.com/pganalyze/pg_query_go/v5"
)

// createTable reads CREATE TABLE and FOREIGN TABLE: defaults, checks and generated
// columns run when rows are written, and so does what a parent has of them.
func (x *extractor) createTable(n *pgquery.CreateStmt) {
	name := rangeVar(n.Relation)
	var run []*pgquery.Node
	var types []Relation
	for _, e := range n.TableElts {
		switch {
		case e.GetColumnDef() != nil:
			run = append(run, columnRuns(e.GetColumnDef())...)
			types = append(types, columnTypes(e.GetColumnDef().TypeName)...)
		case e.GetConstraint() != nil:
			run = append(run, constraintRuns(e.GetConstraint())...)
		case e.GetTableLikeClause() != nil:
			x.inherit(name, rangeVar(e.GetTableLikeClause().GetRelation()), rowWrites)
		}
	}
	for _, parent := range n.InhRelations {
		x.belong(name, rangeVar(parent.GetRangeVar()))
	}
	if n.OfTypename != nil {
		types = append(types, columnTypes(n.OfTypename)...)
	}
	d := x.defined(DefinesRelation, name, nil, run...)
	d.Types = types
	if len(d.Effects)+len(d.Calls)+len(d.Touches)+len(types) > 0 {
		d.Fires = rowWrites
	}
	x.define(d)
}

// inherit makes each command on a table run what it runs on another.
func (x *extractor) inherit(name, other Relation, commands []string) {
	for _, c := range commands {
		x.define(&Definition{
			Kind: DefinesRelation, Name: name, Known: true,
			Fires: []string{c}, Touches: []Touch{{other, c}},
		})
	}
}

// belong makes a table a partition or child of another: it has what fires there, and
// rows that are written there may be its own.
func (x *extractor) belong(name, parent Relation) {
	x.inherit(name, parent, rowCommands)
	x.inherit(parent, name, rowCommands)
}

// renames reads the statements by which a relation gets another name, with all that
// belongs to it.
func (x *extractor) renames(node any) {
	switch n := node.(type) {
	case *pgquery.RenameStmt:
		if n.Relation != nil && n.Subname == "" {
			to := rangeVar(n.Relation)
			to.Name = n.Newname
			x.inherit(to, rangeVar(n.Relation), allCommands)
		}
	case *pgquery.AlterObjectSchemaStmt:
		if n.Relation != nil {
			to := rangeVar(n.Relation)
			to.Schema = n.Newschema
			x.inherit(to, rangeVar(n.Relation), allCommands)
		}
	}
}

// columnRuns are the expressions that run when a row with the column is written.
func columnRuns(c *pgquery.ColumnDef) []*pgquery.Node {
	run := []*pgquery.Node{c.GetRawDefault()}
	for _, k := range c.GetConstraints() {
		run = append(run, constraintRuns(k.GetConstraint())...)
	}
	return run
}

func constraintRuns(c *pgquery.Constraint) []*pgquery.Node {
	return append([]*pgquery.Node{c.GetRawExpr(), c.GetWhereClause()}, c.GetExclusions()...)
}

// serials are the words that stand for an integer with a sequence.
var serials = map[string]bool{"smallserial": true, "serial": true, "bigserial": true, "serial2": true, "serial4": true, "serial8": true}

// columnTypes is the name of a type, if it is not built in.
func columnTypes(t *pgquery.TypeName) []Relation {
	name := relation(names(t.GetNames()))
	if name.Name == "" || isBuiltIn(name) || serials[name.Name] {
		return nil
	}
	return []Relation{name}
}

// alterDefinition reads the ALTER TABLE commands that change what runs when rows
// are written.
func (x *extractor) alterDefinition(n *pgquery.AlterTableStmt, c *pgquery.AlterTableCmd) {
	var run []*pgquery.Node
	var types []Relation
	switch c.GetSubtype() {
	case pgquery.AlterTableType_AT_AddColumn, pgquery.AlterTableType_AT_AlterColumnType:
		column := c.GetDef().GetColumnDef()
		run, types = columnRuns(column), columnTypes(column.GetTypeName())
	case pgquery.AlterTableType_AT_ColumnDefault:
		run = []*pgquery.Node{c.Def}
	case pgquery.AlterTableType_AT_AddConstraint:
		run = constraintRuns(c.GetDef().GetConstraint())
	case pgquery.AlterTableType_AT_AttachPartition:
		x.belong(rangeVar(c.GetDef().GetPartitionCmd().GetName()), rangeVar(n.Relation))
		return
	case pgquery.AlterTableType_AT_AddInherit:
		x.belong(rangeVar(n.Relation), rangeVar(c.GetDef().GetRangeVar()))
		return
	default:
		return
	}
	d := x.defined(DefinesRelation, rangeVar(n.Relation), rowWrites, run...)
	d.Types = types
	if len(d.Effects)+len(d.Calls)+len(d.Touches)+len(types) > 0 {
		x.define(d)
	}
}

// createView reads CREATE VIEW. What is written through a view of one relation is
// written to that.
func (x *extractor) createView(n *pgquery.ViewStmt) {
	name := rangeVar(n.View)
	d := x.defined(DefinesRelation, name, []string{touchSelect}, n.Query)
	x.define(d)
	if from := n.Query.GetSelectStmt().GetFromClause(); len(from) == 1 && from[0].GetRangeVar() != nil {
		x.inherit(name, rangeVar(from[0].GetRangeVar()), rowCommands)
	}
}
