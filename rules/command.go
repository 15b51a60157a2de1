package rules

import (
	"reflect"
	"strings"

	pgquery "github.com/pganalyze/pg_query_go/v5"
)

// commandOf names a statement as the server's command tag does (manual, 55.7,
// CommandComplete, and src/include/tcop/cmdtaglist.h), without row counts.
func commandOf(node *pgquery.Node) string {
	switch n := node.GetNode().(type) {
	case *pgquery.Node_DropStmt:
		return "DROP " + objectTypes[n.DropStmt.RemoveType]
	case *pgquery.Node_AlterTableStmt:
		return "ALTER " + objectTypes[n.AlterTableStmt.Objtype]
	case *pgquery.Node_RenameStmt:
		return "ALTER " + objectTypes[renamed(n.RenameStmt)]
	case *pgquery.Node_AlterObjectSchemaStmt:
		return "ALTER " + objectTypes[n.AlterObjectSchemaStmt.ObjectType]
	case *pgquery.Node_AlterObjectDependsStmt:
		return "ALTER " + objectTypes[n.AlterObjectDependsStmt.ObjectType]
	case *pgquery.Node_AlterOwnerStmt:
		return "ALTER " + objectTypes[n.AlterOwnerStmt.ObjectType]
	case *pgquery.Node_AlterFunctionStmt:
		return "ALTER " + objectTypes[n.AlterFunctionStmt.Objtype]
	case *pgquery.Node_DefineStmt:
		return "CREATE " + objectTypes[n.DefineStmt.Kind]
	case *pgquery.Node_CreateTableAsStmt:
		if n.CreateTableAsStmt.Objtype == pgquery.ObjectType_OBJECT_MATVIEW {
			return "CREATE MATERIALIZED VIEW"
		}
		return "CREATE TABLE AS"
	case *pgquery.Node_SelectStmt:
		if n.SelectStmt.IntoClause != nil {
			return "SELECT INTO"
		}
		return "SELECT"
	case *pgquery.Node_CreateFunctionStmt:
		return pick(n.CreateFunctionStmt.IsProcedure, "CREATE PROCEDURE", "CREATE FUNCTION")
	case *pgquery.Node_GrantStmt:
		return pick(n.GrantStmt.IsGrant, "GRANT", "REVOKE")
	case *pgquery.Node_GrantRoleStmt:
		return pick(n.GrantRoleStmt.IsGrant, "GRANT ROLE", "REVOKE ROLE")
	case *pgquery.Node_VacuumStmt:
		return pick(n.VacuumStmt.IsVacuumcmd, "VACUUM", "ANALYZE")
	case *pgquery.Node_FetchStmt:
		return pick(n.FetchStmt.Ismove, "MOVE", "FETCH")
	case *pgquery.Node_VariableSetStmt:
		reset := n.VariableSetStmt.Kind == pgquery.VariableSetKind_VAR_RESET || n.VariableSetStmt.Kind == pgquery.VariableSetKind_VAR_RESET_ALL
		return pick(reset, "RESET", "SET")
	case *pgquery.Node_DiscardStmt:
		return strings.ReplaceAll(n.DiscardStmt.Target.String(), "_", " ")
	case *pgquery.Node_TransactionStmt:
		return txCommands[n.TransactionStmt.Kind]
	}
	name := nodeName(node)
	if tag, ok := irregularTags[name]; ok {
		return tag
	}
	return spaced(strings.TrimSuffix(name, "Stmt"))
}

func pick(first bool, a, b string) string {
	if first {
		return a
	}
	return b
}

// renamed is what a RENAME alters: renaming a column or constraint alters its
// table.
func renamed(n *pgquery.RenameStmt) pgquery.ObjectType {
	switch n.RenameType {
	case pgquery.ObjectType_OBJECT_COLUMN, pgquery.ObjectType_OBJECT_TABCONSTRAINT, pgquery.ObjectType_OBJECT_ATTRIBUTE:
		if n.RelationType != pgquery.ObjectType_OBJECT_TYPE_UNDEFINED {
			return n.RelationType
		}
		return pgquery.ObjectType_OBJECT_TABLE
	case pgquery.ObjectType_OBJECT_DOMCONSTRAINT:
		return pgquery.ObjectType_OBJECT_DOMAIN
	}
	return n.RenameType
}

// nodeName is the name of a statement's node in the grammar: DropRoleStmt.
func nodeName(node *pgquery.Node) string {
	if node.GetNode() == nil {
		return ""
	}
	return strings.TrimPrefix(reflect.TypeOf(node.Node).Elem().Name(), "Node_")
}

// spaced turns CreateRole into CREATE ROLE.
func spaced(name string) string {
	var b strings.Builder
	for i, r := range name {
		if i > 0 && 'A' <= r && r <= 'Z' {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return strings.ToUpper(b.String())
}

// irregularTags are the statements whose node is named unlike their command.
var irregularTags = map[string]string{
	"AlterDatabaseRefreshCollStmt": "ALTER DATABASE",
	"AlterDatabaseSetStmt":         "ALTER DATABASE",
	"AlterEnumStmt":                "ALTER TYPE",
	"AlterExtensionContentsStmt":   "ALTER EXTENSION",
	"AlterFdwStmt":                 "ALTER FOREIGN DATA WRAPPER",
	"AlterForeignServerStmt":       "ALTER SERVER",
	"AlterOpFamilyStmt":            "ALTER OPERATOR FAMILY",
	"AlterRoleSetStmt":             "ALTER ROLE",
	"AlterSeqStmt":                 "ALTER SEQUENCE",
	"AlterStatsStmt":               "ALTER STATISTICS",
	"AlterTableMoveAllStmt":        "ALTER TABLE",
	"AlterTableSpaceOptionsStmt":   "ALTER TABLESPACE",
	"AlterTsconfigurationStmt":     "ALTER TEXT SEARCH CONFIGURATION",
	"AlterTsdictionaryStmt":        "ALTER TEXT SEARCH DICTIONARY",
	"CheckPointStmt":               "CHECKPOINT",
	"ClosePortalStmt":              "CLOSE CURSOR",
	"CompositeTypeStmt":            "CREATE TYPE",
	"ConstraintsSetStmt":           "SET CONSTRAINTS",
	"CreateAmStmt":                 "CREATE ACCESS METHOD",
	"CreateEnumStmt":               "CREATE TYPE",
	"CreateEventTrigStmt":          "CREATE EVENT TRIGGER",
	"AlterEventTrigStmt":           "ALTER EVENT TRIGGER",
	"CreateFdwStmt":                "CREATE FOREIGN DATA WRAPPER",
	"CreateForeignServerStmt":      "CREATE SERVER",
	"CreateOpClassStmt":            "CREATE OPERATOR CLASS",
	"CreateOpFamilyStmt":           "CREATE OPERATOR FAMILY",
	"CreatePlangStmt":              "CREATE LANGUAGE",
	"CreateRangeStmt":              "CREATE TYPE",
	"CreateSeqStmt":                "CREATE SEQUENCE",
	"CreateStatsStmt":              "CREATE STATISTICS",
	"CreateStmt":                   "CREATE TABLE",
	"CreateTableSpaceStmt":         "CREATE TABLESPACE",
	"CreateTrigStmt":               "CREATE TRIGGER",
	"CreatedbStmt":                 "CREATE DATABASE",
	"DropTableSpaceStmt":           "DROP TABLESPACE",
	"DropdbStmt":                   "DROP DATABASE",
	"IndexStmt":                    "CREATE INDEX",
	"LockStmt":                     "LOCK TABLE",
	"RefreshMatViewStmt":           "REFRESH MATERIALIZED VIEW",
	"RuleStmt":                     "CREATE RULE",
	"SecLabelStmt":                 "SECURITY LABEL",
	"VariableShowStmt":             "SHOW",
	"ViewStmt":                     "CREATE VIEW",
}
