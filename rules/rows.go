package rules

import (
	"strings"
	"unicode/utf8"
	"unsafe"

	pgquery "github.com/pganalyze/pg_query_go/v5"
)

// Rows says what the number in the command tag of a statement stands for, behind the
// word that is the statement's Command (DELETE, UPDATE, MERGE or COPY): rows of one
// table, each deleted or each updated. It is made only for statements whose tag tells
// that for certain, so not for a MERGE that does several things nor for an INSERT with
// ON CONFLICT DO UPDATE. What a statement deletes beside that, in a WITH, by a cascade, a
// trigger or a function, no tag tells.
type Rows struct {
	// Verb is VerbDelete or VerbUpdate.
	Verb Verb

	// Table is the table as written: its bare name where the text has no schema or
	// public, "audit.orders" for others. Empty where the name is not certain.
	Table string

	// Returns is true when each of the rows is returned, so that a part of them can be
	// fetched.
	Returns bool

	// Example is the text with its values replaced (see Hide), without comments, at
	// most MaxExample bytes; empty for updates and where the text is not certain.
	Example string
}

// MaxExample bounds the text of an example in bytes: a line or two for people. There is
// one for each table of a transaction.
const MaxExample = 200

// rowsOf is what the tag of a statement counts; nil for most.
func rowsOf(node *pgquery.Node) *Rows {
	switch n := node.GetNode().(type) {
	case *pgquery.Node_DeleteStmt:
		d := n.DeleteStmt
		return &Rows{Verb: VerbDelete, Table: countedName(d.Relation), Returns: len(d.ReturningList) > 0}
	case *pgquery.Node_UpdateStmt:
		u := n.UpdateStmt
		return &Rows{Verb: VerbUpdate, Table: countedName(u.Relation), Returns: len(u.ReturningList) > 0}
	case *pgquery.Node_MergeStmt:
		if verb := onlyVerb(n.MergeStmt); verb != "" {
			return &Rows{Verb: verb, Table: countedName(n.MergeStmt.Relation)}
		}
	case *pgquery.Node_CopyStmt: // its tag counts the rows that the query returns
		if r := rowsOf(n.CopyStmt.Query); r != nil && r.Returns {
			r.Returns = false
			return r
		}
	}
	return nil
}

// onlyVerb is what a MERGE does to each row that its tag counts; empty where it does
// several things. DO NOTHING is not counted.
func onlyVerb(n *pgquery.MergeStmt) (only Verb) {
	for _, w := range n.MergeWhenClauses {
		verb := Verb("")
		switch w.GetMergeWhenClause().GetCommandType() {
		case pgquery.CmdType_CMD_NOTHING:
			continue
		case pgquery.CmdType_CMD_DELETE:
			verb = VerbDelete
		case pgquery.CmdType_CMD_UPDATE:
			verb = VerbUpdate
		}
		if verb == "" || only != "" && only != verb {
			return ""
		}
		only = verb
	}
	return only
}

func countedName(v *pgquery.RangeVar) string {
	return Relation{Schema: v.GetSchemaname(), Name: v.GetRelname()}.Counted()
}

// Counted is the name by which rows of a table are counted: its bare name without a
// schema or in public, "audit.orders" in others.
func (r Relation) Counted() string {
	switch r.Schema {
	case "", "public":
		return r.Name
	}
	return r.Schema + "." + r.Name
}

// Empties says that it takes all rows of a table at once.
func (e *Effect) Empties() bool { return e.Verb == VerbTruncate || e.Verb == VerbDropTable }

// exemplify gives the statement, and what it prepares, its text as an example.
func (st *Statement) exemplify(text []byte) {
	for _, r := range st.counted() {
		if r.Verb == VerbDelete {
			r.Example = example(text[st.Pos:st.End])
		}
	}
}

// counted is what the tags of the statement and of what it prepares count.
func (st *Statement) counted() (all []*Rows) {
	if st.Rows != nil {
		all = append(all, st.Rows)
	}
	for _, c := range st.Names {
		if c.Body != nil && c.Body.Rows != nil {
			all = append(all, c.Body.Rows)
		}
	}
	return all
}

// example is a statement for people, short and without values.
func example(text []byte) string {
	s := escapeForPeople(Hide(string(Normalize(text))))
	s = strings.ReplaceAll(s, "\n", " ")
	if len(s) <= MaxExample {
		return s
	}
	end := MaxExample - len(cutMark)
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + cutMark
}

// cutMark stands at the end of an example that was shortened.
const cutMark = "..."

// blur forgets the name and the text where they may not be what they seem to be.
func (r *Rows) blur() {
	if hasHigh([]byte(r.Table)) {
		r.Table = ""
	}
	r.Example = ""
}

func (r *Rows) size() int {
	if r == nil {
		return 0
	}
	return int(unsafe.Sizeof(*r)) + len(r.Table) + len(r.Example)
}
