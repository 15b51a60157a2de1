package rules

import (
	"cmp"
	"slices"

	pgquery "github.com/pganalyze/pg_query_go/v5"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// scope says what becomes of the part of the tree that is being visited.
type scope struct {
	// planted: the part is the body of a function or rule that the statement
	// creates; it does nothing now.
	planted bool

	// planned: EXPLAIN without ANALYZE. Nothing is done but planning, which
	// runs functions.
	planned bool

	// stored: the expressions are kept (views, defaults, policies), and no
	// function is run.
	stored bool
}

// extractor collects the facts of one statement.
type extractor struct {
	st     *Statement
	inside int      // in how many literals of SQL the statement stands
	ctes   []string // the names that WITH gives at this place of the tree
}

// readStatement reads the facts of one statement but for its place.
func readStatement(node *pgquery.Node) Statement {
	return readInside(node, 0)
}

// readInside reads a statement that stands in so many literals of SQL.
func readInside(node *pgquery.Node, inside int) Statement {
	st := Statement{
		Command: commandOf(node), Rows: rowsOf(node), Makes: makes(node),
		Tx: txControl(node), Savepoint: node.GetTransactionStmt().GetSavepointName(), NoTransaction: noTransaction(node),
	}
	x := extractor{st: &st, inside: inside}
	x.visit(node.ProtoReflect(), scope{})
	st.sort()
	return st
}

// sort orders what has no order of its own and drops duplicates.
func (st *Statement) sort() {
	slices.SortFunc(st.Functions, compareRelations)
	st.Functions = slices.Compact(st.Functions)
	slices.SortFunc(st.Extensions, compareRelations)
	st.Extensions = slices.Compact(st.Extensions)
	slices.SortFunc(st.Touches, func(a, b Touch) int {
		return cmp.Or(compareRelations(a.Relation, b.Relation), cmp.Compare(a.Command, b.Command))
	})
	st.Touches = slices.Compact(st.Touches)
}

func compareRelations(a, b Relation) int {
	return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Schema, b.Schema), cmp.Compare(a.Catalog, b.Catalog))
}

// emit records an effect where its scope says.
func (x *extractor) emit(e Effect, s scope) {
	switch {
	case s.planted, s.stored && e.Verb == VerbFunction:
		x.st.Plants = append(x.st.Plants, e)
	case s.planned && e.Verb != VerbFunction:
	default:
		x.st.Effects = append(x.st.Effects, e)
	}
}

// visit reads one node and all below it.
func (x *extractor) visit(m protoreflect.Message, s scope) {
	switch m.Interface().(type) {
	case *pgquery.Node, *pgquery.ColumnRef, *pgquery.String, *pgquery.A_Const, *pgquery.ResTarget, *pgquery.A_Expr:
		children(m, func(child protoreflect.Message) { x.visit(child, s) }) // they say nothing by themselves
		return
	}
	below, done := x.node(m.Interface(), s)
	if done {
		return
	}
	if with := x.query(m.Interface(), below); with != nil {
		outside := len(x.ctes)
		x.with(with, below)
		x.touch(m.Interface(), below)
		children(m, func(child protoreflect.Message) {
			if child.Interface() != protoreflect.ProtoMessage(with) {
				x.visit(child, below)
			}
		})
		x.ctes = x.ctes[:outside]
		return
	}
	children(m, func(child protoreflect.Message) { x.visit(child, below) })
}

// visitNode visits a node that may be missing.
func (x *extractor) visitNode(n *pgquery.Node, s scope) {
	if n != nil {
		x.visit(n.ProtoReflect(), s)
	}
}

// node reads what one node says by itself. It gives the scope of what is below
// it, or says that it has read that too.
func (x *extractor) node(node any, s scope) (below scope, done bool) {
	switch n := node.(type) {
	case *pgquery.DeleteStmt, *pgquery.UpdateStmt, *pgquery.MergeStmt, *pgquery.InsertStmt:
		x.rows(n, s)
	case *pgquery.FuncCall:
		x.call(n, s)
	case *pgquery.VariableSetStmt:
		x.set(n, s)
	case *pgquery.TruncateStmt, *pgquery.AlterTableStmt:
		x.tables(n, s)
	case *pgquery.CopyStmt:
		x.copy(n, s)
	case *pgquery.DoStmt:
		x.do(n, s)
		return s, true
	case *pgquery.CallStmt:
		x.emit(Effect{Verb: VerbCall, Object: "PROCEDURE", Target: relation(names(n.Funccall.GetFuncname()))}, s)
		for _, arg := range n.Funccall.GetArgs() {
			x.visitNode(arg, s)
		}
		return s, true
	case *pgquery.ExplainStmt:
		s.planned = s.planned || !analyzes(n)
	case *pgquery.PrepareStmt, *pgquery.ExecuteStmt, *pgquery.DeclareCursorStmt,
		*pgquery.DeallocateStmt, *pgquery.ClosePortalStmt, *pgquery.DiscardStmt:
		return s, x.session(n, s)
	default:
		if s, ok := x.creates(node, s); ok {
			return s, false
		}
		x.drop(node, s)
		x.parts(node, s)
	}
	return s, false
}
