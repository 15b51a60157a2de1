package rules

import pgquery "github.com/pganalyze/pg_query_go/v5"

// session reads the statements that change or use the names of the session's
// prepared statements and cursors. done: it has read what is below too.
func (x *extractor) session(node any, s scope) (done bool) {
	switch n := node.(type) {
	case *pgquery.PrepareStmt:
		body := readInside(n.Query, x.inside)
		x.st.Effects = append(x.st.Effects, body.Effects...)
		x.calls(&body)
		x.rename(NamePrepare, n.Name, &body)
		return true
	case *pgquery.DeclareCursorStmt:
		body := readInside(n.Query, x.inside)
		for _, e := range body.Effects {
			x.emit(e, s)
		}
		x.calls(&body)
		x.st.Settings = append(x.st.Settings, body.Settings...)
		if n.Options&cursorHold != 0 && len(body.Functions) > 0 {
			x.emit(Effect{
				Verb: VerbCall, Object: "CURSOR", Target: Relation{Name: n.Portalname},
				FilterText: "it calls unknown functions when the transaction ends",
			}, s)
		}
		if !s.planned {
			x.rename(NameDeclare, n.Portalname, &body)
		}
		return true
	case *pgquery.ExecuteStmt:
		if !s.planned {
			x.st.Executes = append(x.st.Executes, n.Name)
		}
	case *pgquery.DeallocateStmt:
		x.rename(allOr(n.Name, NameDeallocateAll, NameDeallocate), n.Name, nil)
	case *pgquery.ClosePortalStmt:
		x.rename(allOr(n.Portalname, NameCloseAll, NameClose), n.Portalname, nil)
	case *pgquery.DiscardStmt:
		if n.Target == pgquery.DiscardMode_DISCARD_ALL {
			x.rename(NameDiscardAll, "", nil)
		}
	}
	return false
}

// cursorHold is the bit of WITH HOLD (CURSOR_OPT_HOLD in the server's parsenodes.h).
// Its query runs to its end at COMMIT, behind the last moment to count what it did.
const cursorHold = 0x0020

// calls makes the functions and relations of a body those of the statement.
func (x *extractor) calls(body *Statement) {
	x.st.Functions = append(x.st.Functions, body.Functions...)
	x.st.Extensions = append(x.st.Extensions, body.Extensions...)
	x.st.Touches = append(x.st.Touches, body.Touches...)
}

// allOr picks the kind of change: an empty name is ALL.
func allOr(name string, all, one NameKind) NameKind {
	if name == "" {
		return all
	}
	return one
}

func (x *extractor) rename(kind NameKind, name string, body *Statement) {
	x.st.Names = append(x.st.Names, NameChange{Kind: kind, Name: name, Body: body})
}
