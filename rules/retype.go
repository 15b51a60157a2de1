package rules

import (
	pgquery "github.com/pganalyze/pg_query_go/v5"
)

// plainTypes are those to which a cast that is written out keeps as much of a value
// as the one that ALTER COLUMN TYPE makes by itself: it fails where the value does
// not fit. Types with a length are none of them, since a cast that is written out
// cuts off what is too long (manual, 8.3), and boolean is none, which takes every
// number but 0 for true.
var plainTypes = map[string]bool{
	"int2": true, "int4": true, "int8": true, "float4": true, "float8": true, "numeric": true, "text": true, "varchar": true,
	"date": true, "timestamp": true, "timestamptz": true, "uuid": true,
}

// makesValues says whether the USING of ALTER COLUMN TYPE makes values that the change
// of the type alone would not. Django, among others, always writes USING column::type.
func makesValues(column string, def *pgquery.ColumnDef) bool {
	using := def.GetRawDefault()
	if using == nil {
		return false
	}
	cast := using.GetTypeCast()
	fields := names(cast.GetArg().GetColumnRef().GetFields())
	if len(fields) != 1 || fields[0] != column {
		return true
	}
	to, ok := plainType(cast.GetTypeName())
	want, wanted := plainType(def.GetTypeName())
	return !ok || !wanted || to != want
}

// plainType is the name of a type of plainTypes, false for any other, with a length,
// of arrays or from another schema.
func plainType(n *pgquery.TypeName) (string, bool) {
	path := names(n.GetNames())
	if len(path) == 2 && path[0] == "pg_catalog" {
		path = path[1:]
	}
	if len(path) != 1 || len(n.GetTypmods()) > 0 || len(n.GetArrayBounds()) > 0 || n.GetSetof() || n.GetPctType() {
		return "", false
	}
	return path[0], plainTypes[path[0]]
}
