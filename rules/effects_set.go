package rules

import (
	"strconv"
	"strings"

	pgquery "github.com/pganalyze/pg_query_go/v5"
)

// set reads SET wherever it stands: by itself, in ALTER ROLE, DATABASE, SYSTEM
// and FUNCTION, and in CREATE FUNCTION. RESET and SET TO DEFAULT go back to the
// values of the start of the session, which were judged then.
func (x *extractor) set(n *pgquery.VariableSetStmt, s scope) {
	name := strings.ToLower(n.Name)
	if name == trackCounts && n.Kind == pgquery.VariableSetKind_VAR_SET_VALUE {
		value, known := setValue(n.Args)
		x.blind(value, known, s)
	}
	if !decidesReading(name) {
		return
	}
	switch n.Kind {
	case pgquery.VariableSetKind_VAR_SET_VALUE:
		value, known := setValue(n.Args)
		x.st.Settings = append(x.st.Settings, Setting{Name: name, Value: value, Known: known})
	case pgquery.VariableSetKind_VAR_SET_CURRENT:
		x.st.Settings = append(x.st.Settings, Setting{Name: name})
	}
}

// setValue is the value of SET name TO value, which must be one literal.
func setValue(args []*pgquery.Node) (string, bool) {
	if len(args) != 1 {
		return "", false
	}
	if s, ok := constString(args[0]); ok {
		return s, true
	}
	switch v := args[0].GetAConst().GetVal().(type) {
	case *pgquery.A_Const_Ival:
		return strconv.Itoa(int(v.Ival.Ival)), true
	case *pgquery.A_Const_Boolval:
		return strconv.FormatBool(v.Boolval.Boolval), true
	}
	return "", false
}

// setConfig reads set_config(name, value, is_local), by place or by name.
func (x *extractor) setConfig(n *pgquery.FuncCall, s scope) {
	var nameArg, valueArg, localArg *pgquery.Node
	for i, arg := range n.Args {
		named := arg.GetNamedArgExpr()
		switch {
		case named != nil && named.Name == "setting_name":
			nameArg = named.Arg
		case named != nil && named.Name == "new_value":
			valueArg = named.Arg
		case named != nil && named.Name == "is_local":
			localArg = named.Arg
		case named == nil && i == 0:
			nameArg = arg
		case named == nil && i == 1:
			valueArg = arg
		case named == nil && i == 2:
			localArg = arg
		}
	}
	name, ok := constString(nameArg)
	x.configPath(strings.ToLower(name), ok, valueArg, localArg)
	if !ok {
		x.st.Settings = append(x.st.Settings, Setting{})
		return
	}
	name = strings.ToLower(name)
	value, known := constString(valueArg)
	if name == trackCounts {
		x.blind(value, known, s)
	}
	if decidesReading(name) {
		x.st.Settings = append(x.st.Settings, Setting{Name: name, Value: value, Known: known})
	}
}

// updateSettings knows that UPDATE of the view pg_settings is set_config by a
// rule (manual, 54.24). Which setting it changes is not worth reading.
func (x *extractor) updateSettings(n *pgquery.UpdateStmt) {
	schema := n.Relation.GetSchemaname()
	if n.Relation.GetRelname() == "pg_settings" && (schema == "" || schema == "pg_catalog") {
		x.st.Settings = append(x.st.Settings, Setting{Name: settingStrings}, Setting{Name: settingEncoding})
		x.configPath("", false, nil, nil)
	}
}

// trackCounts is the setting without which deleted rows cannot be counted.
const trackCounts = "track_counts"

// blind tells of a track_counts that is, or may be, off.
func (x *extractor) blind(value string, known bool, s scope) {
	if !known || !isOn(strings.ToLower(strings.TrimSpace(value))) {
		x.emit(Effect{Verb: VerbSet, Target: Relation{Name: trackCounts}}, s)
	}
}
