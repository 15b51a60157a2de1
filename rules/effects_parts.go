package rules

import (
	pgquery "github.com/pganalyze/pg_query_go/v5"
)

// parts reads the other statements by which definitions inside an object vanish,
// some of them only by the way. They hold no rows.
func (x *extractor) parts(node any, s scope) {
	var object, column string
	var target Relation
	switch n := node.(type) {
	case *pgquery.AlterDomainStmt:
		object, target, column = domainParts[n.Subtype], relation(names(n.TypeName)), n.Name
		if n.Subtype == "T" && n.Def != nil { // SET DEFAULT
			object = ""
		}
	case *pgquery.AlterPublicationStmt:
		if n.Action == pgquery.AlterPublicationAction_AP_DropObjects || n.Action == pgquery.AlterPublicationAction_AP_SetObjects {
			object, target = "PUBLICATION MEMBER", Relation{Name: n.Pubname}
		}
	case *pgquery.AlterOpFamilyStmt:
		if n.IsDrop {
			object, target = "OPERATOR FAMILY MEMBER", relation(names(n.Opfamilyname))
		}
	case *pgquery.AlterTSConfigurationStmt:
		if n.Kind != pgquery.AlterTSConfigType_ALTER_TSCONFIG_ADD_MAPPING { // the others replace or drop
			object, target = "TEXT SEARCH MAPPING", relation(names(n.Cfgname))
		}
	case *pgquery.AlterSubscriptionStmt:
		if unsubscribes[n.Kind] {
			object, target = "SUBSCRIBED PUBLICATION", Relation{Name: n.Subname}
		}
	case *pgquery.AlterExtensionStmt: // its scripts drop what the new version has no more
		object, target = "EXTENSION MEMBER", Relation{Name: n.Extname}
	case *pgquery.AlterExtensionContentsStmt:
		if n.Action < 0 {
			object, target = "EXTENSION MEMBER", Relation{Name: n.Extname}
		}
	case *pgquery.AlterDefaultPrivilegesStmt: // what is as without it is not kept
		object, target = "DEFAULT PRIVILEGES", defaultPrivilegesOf(n)
	}
	if object != "" {
		x.emit(Effect{Verb: VerbDrop, Object: object, Target: target, Column: column}, s)
	}
}

// domainParts are what ALTER DOMAIN drops, by its subtype.
var domainParts = map[string]string{"X": "CONSTRAINT", "T": "DEFAULT", "N": "NOT NULL"}

// unsubscribes are the kinds of ALTER SUBSCRIPTION after which tables may be
// subscribed to no more, or changes were left out.
var unsubscribes = map[pgquery.AlterSubscriptionType]bool{
	pgquery.AlterSubscriptionType_ALTER_SUBSCRIPTION_DROP_PUBLICATION: true,
	pgquery.AlterSubscriptionType_ALTER_SUBSCRIPTION_SET_PUBLICATION:  true,
	pgquery.AlterSubscriptionType_ALTER_SUBSCRIPTION_REFRESH:          true,
	pgquery.AlterSubscriptionType_ALTER_SUBSCRIPTION_SKIP:             true,
}

// defaultPrivilegesOf is the role whose default privileges are altered, as far as
// the statement says it.
func defaultPrivilegesOf(n *pgquery.AlterDefaultPrivilegesStmt) Relation {
	for _, o := range n.Options {
		d := o.GetDefElem()
		if roles := d.GetArg().GetList().GetItems(); d.GetDefname() == "roles" && len(roles) > 0 {
			return Relation{Name: roleName(roles[0].GetRoleSpec())}
		}
	}
	return Relation{Name: "current_role"}
}
