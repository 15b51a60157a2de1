package rules

// The names of the default rules; DESIGN.md section 9.
const (
	ruleDrops      = "drops"
	ruleTruncates  = "truncates"
	ruleDeletes    = "deletes"
	ruleUpdates    = "updates"
	ruleColumns    = "columns"
	ruleMerges     = "merges"
	ruleOpaque     = "opaque"
	ruleUnreadable = "unreadable"
	ruleLimits     = "limits"
	ruleSettings   = "settings"
	ruleBrake      = "brake"
)

// DefaultRules are the names of the rules that follow those of people; the caller owns
// the slice.
func DefaultRules() []string {
	return []string{
		ruleDrops, ruleTruncates, ruleDeletes, ruleUpdates, ruleColumns, ruleMerges, ruleOpaque, ruleUnreadable, ruleLimits, ruleSettings, ruleBrake,
	}
}

// ruling is what the default rules say of an effect; the zero value holds. It fits
// registers, which a Verdict does not.
type ruling struct {
	action    Action
	rule, why string
}

// defaultRule has an opinion on every verb that exists; what it does not know
// Judge holds.
func defaultRule(e *Effect) (ruling, bool) {
	switch e.Verb {
	case VerbDrop, VerbDropDatabase, VerbDropSchema, VerbDropTable, VerbDropOwned:
		if partsOfObjects[e.Object] {
			return ruling{Measure, ruleDrops, "a definition inside it goes, no data"}, true
		}
		return held(ruleDrops, dropWhy(e)), true
	case VerbTruncate:
		return held(ruleTruncates, "every row goes"), true
	case VerbDelete:
		return byFilter(e, ruleDeletes, "every row goes"), true
	case VerbUpdate:
		return byFilter(e, ruleUpdates, "every row changes"), true
	case VerbMerge:
		return mergeRuling(e), true
	case VerbDropColumn:
		return held(ruleColumns, "the column's data goes"), true
	case VerbDetach:
		return held(ruleColumns, "the partition's rows are no longer in the table"), true
	case VerbRetype:
		return retypeRuling(e), true
	case VerbCopyProgram:
		return held(ruleOpaque, "it acts outside the database"), true
	case VerbFunction:
		return held(ruleOpaque, "it cannot be counted or undone"), true
	case VerbCall:
		return held(ruleOpaque, callWhy(e)), true
	case VerbSet:
		return held(ruleSettings, "without it nobody can count what is deleted"), true
	case VerbReplication:
		return held(ruleOpaque, "it acts on replication"), true
	}
	return ruling{}, false
}

// partsOfObjects are definitions inside an object that an ALTER drops. They hold
// no data and are no objects of their own; what the ALTER does to the catalogs
// is counted with the transaction.
var partsOfObjects = map[string]bool{
	"CONSTRAINT": true, "DEFAULT": true, "EXPRESSION": true, "IDENTITY": true, "NOT NULL": true,
	"INHERITANCE": true, typedTable: true, "FOREIGN KEY TRIGGER": true, "DEFAULT PRIVILEGES": true,
	"PUBLICATION MEMBER": true, "EXTENSION MEMBER": true, "OPERATOR FAMILY MEMBER": true,
	"TEXT SEARCH MAPPING": true, "SUBSCRIBED PUBLICATION": true,
}

// typedTable is what ALTER TABLE ... NOT OF drops.
const typedTable = "TYPE OF TABLE"

// callWhy says why code is not known.
func callWhy(e *Effect) string {
	if e.FilterText != "" {
		return "what it runs is not known: " + e.FilterText
	}
	return "what it runs is not known"
}

func held(rule, why string) ruling { return ruling{Hold, rule, why} }

// dropWhy says what is lost with an object.
func dropWhy(e *Effect) string {
	switch e.Object {
	case "TABLE", "FOREIGN TABLE", "MATERIALIZED VIEW", "SCHEMA", "DATABASE", "TABLESPACE":
		return "it goes with all that is in it"
	case "OWNED":
		return "everything the role owns goes"
	}
	return "the definition goes"
}

// byFilter holds what takes every row; how many a filter takes only a count can
// tell.
func byFilter(e *Effect, rule, why string) ruling {
	if e.Filter == Filtered {
		return ruling{Measure, ruleLimits, whyUncounted}
	}
	switch e.FilterText {
	case "":
	case rowBlind:
		why += ", or none: " + e.FilterText
	default:
		why += ": " + e.FilterText
	}
	return held(rule, why)
}

func mergeRuling(e *Effect) ruling {
	if e.Filter == FilterNone {
		return held(ruleMerges, "every row that matches goes")
	}
	if e.Object == "UPDATE" {
		return byFilter(e, ruleMerges, "every row changes")
	}
	return byFilter(e, ruleMerges, "every row goes")
}

func retypeRuling(e *Effect) ruling {
	if e.Using {
		return held(ruleColumns, "an expression makes the new values, the old ones go")
	}
	if e.FilterText != "" {
		return ruling{Measure, ruleColumns, e.FilterText}
	}
	return ruling{Warn, ruleColumns, "the values are cast to the new type"}
}
