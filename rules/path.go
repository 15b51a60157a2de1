package rules

import (
	"strings"

	pgquery "github.com/pganalyze/pg_query_go/v5"
)

// PathChange is a statement that may change what names without a schema stand for
// in the rest of the session: the search_path, or the role that "$user" in it is.
// Functions, DO and CALL may do so too, and are not among them.
type PathChange struct {
	// Name is the setting in lower case: search_path, role or
	// session_authorization; "all" for DISCARD ALL.
	Name string

	// Index is the statement's, as in Statement.
	Index int

	// Text is the statement as Normalize leaves it.
	Text string

	// Local is true for what the end of the transaction undoes.
	Local bool

	// Hidden is true when the text does not show the new value, or when it comes: what
	// PREPARE and DECLARE name may be run at any time.
	Hidden bool
}

// decidesNames says whether what names stand for depends on the lower-case setting.
func decidesNames(name string) bool {
	return name == "search_path" || name == "role" || name == "session_authorization"
}

// pathChanges are those of one statement of a text.
func pathChanges(node *pgquery.Node, st *Statement, text []byte) (changes []PathChange) {
	changes = st.configs
	switch n := node.Node.(type) {
	case *pgquery.Node_VariableSetStmt:
		set := n.VariableSetStmt
		switch name := strings.ToLower(set.Name); {
		case set.Kind == pgquery.VariableSetKind_VAR_RESET_ALL:
			changes = append(changes, PathChange{Name: "search_path"}) // role and the like are left out of RESET ALL
		case decidesNames(name):
			changes = append(changes, PathChange{Name: name, Local: set.IsLocal})
		}
	case *pgquery.Node_DiscardStmt:
		if n.DiscardStmt.Target == pgquery.DiscardMode_DISCARD_ALL {
			changes = append(changes, PathChange{Name: "all"})
		}
	}
	st.configs = nil
	for _, named := range st.Names {
		if named.Body == nil {
			continue
		}
		for _, c := range named.Body.configs {
			c.Hidden = true
			changes = append(changes, c)
		}
		named.Body.configs = nil
	}
	for i := range changes {
		changes[i].Index, changes[i].Text = st.Index, string(Normalize(text[st.Pos:st.End]))
	}
	return changes
}

// configPath notes set_config of a setting that decides names, and of one that the
// text does not show.
func (x *extractor) configPath(name string, shown bool, value, local *pgquery.Node) {
	if shown && !decidesNames(name) {
		return
	}
	_, constant := constString(value)
	b := local.GetAConst().GetBoolval()
	x.st.configs = append(x.st.configs, PathChange{Name: name, Hidden: !shown || !constant, Local: b != nil && b.Boolval})
}
