package rules

import pgquery "github.com/pganalyze/pg_query_go/v5"

// drop reads the statements that drop objects.
func (x *extractor) drop(node any, s scope) {
	switch n := node.(type) {
	case *pgquery.DropStmt:
		x.dropObjects(n, s)
	case *pgquery.DropdbStmt:
		x.emit(Effect{Verb: VerbDropDatabase, Object: "DATABASE", Target: Relation{Name: n.Dbname}}, s)
	case *pgquery.DropTableSpaceStmt:
		x.emit(Effect{Verb: VerbDrop, Object: "TABLESPACE", Target: Relation{Name: n.Tablespacename}}, s)
	case *pgquery.DropSubscriptionStmt:
		x.emit(Effect{Verb: VerbDrop, Object: "SUBSCRIPTION", Target: Relation{Name: n.Subname}}, s)
	case *pgquery.DropUserMappingStmt:
		x.emit(Effect{Verb: VerbDrop, Object: "USER MAPPING", Target: Relation{Name: n.Servername}, Column: roleName(n.User)}, s)
	case *pgquery.DropRoleStmt:
		for _, r := range n.Roles {
			x.emit(Effect{Verb: VerbDrop, Object: "ROLE", Target: Relation{Name: roleName(r.GetRoleSpec())}}, s)
		}
	case *pgquery.DropOwnedStmt:
		for _, r := range n.Roles {
			x.emit(Effect{
				Verb: VerbDropOwned, Object: "OWNED", Target: Relation{Name: roleName(r.GetRoleSpec())},
				Cascade: n.Behavior == pgquery.DropBehavior_DROP_CASCADE,
			}, s)
		}
	}
}

func (x *extractor) dropObjects(n *pgquery.DropStmt, s scope) {
	for _, object := range n.Objects {
		e := Effect{
			Verb:    dropVerb(n.RemoveType),
			Object:  objectTypes[n.RemoveType],
			Target:  objectName(object),
			Cascade: n.Behavior == pgquery.DropBehavior_DROP_CASCADE,
		}
		switch n.RemoveType {
		case pgquery.ObjectType_OBJECT_TRIGGER, pgquery.ObjectType_OBJECT_RULE, pgquery.ObjectType_OBJECT_POLICY:
			parts := names(object.GetList().GetItems())
			if last := len(parts) - 1; last > 0 {
				e.Target, e.Column = relation(parts[:last]), parts[last]
			}
		case pgquery.ObjectType_OBJECT_OPCLASS, pgquery.ObjectType_OBJECT_OPFAMILY:
			if parts := names(object.GetList().GetItems()); len(parts) > 1 {
				e.Target = relation(parts[1:]) // the first is the access method
			}
		case pgquery.ObjectType_OBJECT_CAST, pgquery.ObjectType_OBJECT_TRANSFORM:
			if items := object.GetList().GetItems(); len(items) > 0 {
				e.Target = objectName(items[0])
			}
		}
		x.emit(e, s)
	}
}

func dropVerb(t pgquery.ObjectType) Verb {
	switch t {
	case pgquery.ObjectType_OBJECT_TABLE, pgquery.ObjectType_OBJECT_FOREIGN_TABLE:
		return VerbDropTable
	case pgquery.ObjectType_OBJECT_SCHEMA:
		return VerbDropSchema
	case pgquery.ObjectType_OBJECT_DATABASE:
		return VerbDropDatabase
	}
	return VerbDrop
}

// objectTypes are the kinds of objects in the words of the DROP command.
var objectTypes = map[pgquery.ObjectType]string{
	pgquery.ObjectType_OBJECT_ACCESS_METHOD:   "ACCESS METHOD",
	pgquery.ObjectType_OBJECT_AGGREGATE:       "AGGREGATE",
	pgquery.ObjectType_OBJECT_CAST:            "CAST",
	pgquery.ObjectType_OBJECT_COLLATION:       "COLLATION",
	pgquery.ObjectType_OBJECT_CONVERSION:      "CONVERSION",
	pgquery.ObjectType_OBJECT_DATABASE:        "DATABASE",
	pgquery.ObjectType_OBJECT_DOMAIN:          "DOMAIN",
	pgquery.ObjectType_OBJECT_EVENT_TRIGGER:   "EVENT TRIGGER",
	pgquery.ObjectType_OBJECT_EXTENSION:       "EXTENSION",
	pgquery.ObjectType_OBJECT_FDW:             "FOREIGN DATA WRAPPER",
	pgquery.ObjectType_OBJECT_FOREIGN_SERVER:  "SERVER",
	pgquery.ObjectType_OBJECT_FOREIGN_TABLE:   "FOREIGN TABLE",
	pgquery.ObjectType_OBJECT_FUNCTION:        "FUNCTION",
	pgquery.ObjectType_OBJECT_INDEX:           "INDEX",
	pgquery.ObjectType_OBJECT_LANGUAGE:        "LANGUAGE",
	pgquery.ObjectType_OBJECT_MATVIEW:         "MATERIALIZED VIEW",
	pgquery.ObjectType_OBJECT_OPCLASS:         "OPERATOR CLASS",
	pgquery.ObjectType_OBJECT_OPERATOR:        "OPERATOR",
	pgquery.ObjectType_OBJECT_OPFAMILY:        "OPERATOR FAMILY",
	pgquery.ObjectType_OBJECT_POLICY:          "POLICY",
	pgquery.ObjectType_OBJECT_PROCEDURE:       "PROCEDURE",
	pgquery.ObjectType_OBJECT_PUBLICATION:     "PUBLICATION",
	pgquery.ObjectType_OBJECT_ROLE:            "ROLE",
	pgquery.ObjectType_OBJECT_ROUTINE:         "ROUTINE",
	pgquery.ObjectType_OBJECT_RULE:            "RULE",
	pgquery.ObjectType_OBJECT_SCHEMA:          "SCHEMA",
	pgquery.ObjectType_OBJECT_SEQUENCE:        "SEQUENCE",
	pgquery.ObjectType_OBJECT_STATISTIC_EXT:   "STATISTICS",
	pgquery.ObjectType_OBJECT_SUBSCRIPTION:    "SUBSCRIPTION",
	pgquery.ObjectType_OBJECT_TABLE:           "TABLE",
	pgquery.ObjectType_OBJECT_TABLESPACE:      "TABLESPACE",
	pgquery.ObjectType_OBJECT_TRANSFORM:       "TRANSFORM",
	pgquery.ObjectType_OBJECT_TRIGGER:         "TRIGGER",
	pgquery.ObjectType_OBJECT_TSCONFIGURATION: "TEXT SEARCH CONFIGURATION",
	pgquery.ObjectType_OBJECT_TSDICTIONARY:    "TEXT SEARCH DICTIONARY",
	pgquery.ObjectType_OBJECT_TSPARSER:        "TEXT SEARCH PARSER",
	pgquery.ObjectType_OBJECT_TSTEMPLATE:      "TEXT SEARCH TEMPLATE",
	pgquery.ObjectType_OBJECT_TYPE:            "TYPE",
	pgquery.ObjectType_OBJECT_USER_MAPPING:    "USER MAPPING",
	pgquery.ObjectType_OBJECT_VIEW:            "VIEW",
}
