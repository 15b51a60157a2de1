package rules

// Named is the name that decides how the effect stands (Object.Standing), for the
// question that is asked of the server; false where the effect has none.
func (e *Effect) Named() (Named, bool) {
	if e.Target.Name == "" || e.Target.Name == UnclearName {
		return Named{}, false
	}
	switch e.Verb {
	case VerbDelete, VerbUpdate, VerbMerge, VerbTruncate, VerbDetach:
		return Named{e.Target, "TABLE"}, true
	case VerbDropColumn, VerbRetype:
		if e.Object == "ATTRIBUTE" {
			return Named{e.Target, "TYPE"}, true
		}
		return Named{e.Target, "TABLE"}, true
	case VerbDropTable, VerbDropSchema:
		return Named{e.Target, e.Object}, true
	case VerbDrop:
		switch {
		case e.Object == "USER MAPPING": // whose target is a server
			return Named{}, false
		case e.Column != "": // a part of a table
			return Named{e.Target, "TABLE"}, true
		}
		return Named{e.Target, e.Object}, true
	}
	return Named{}, false
}

// living says where the target of an effect lives, for the patterns of tables.
type living uint8

const (
	inSchema  living = iota // it has a name in a schema
	isSchema                // it is a schema, with all that is in it
	anywhere                // it may be any table, or many
	elsewhere               // it is no table and has none in it
)

func (e *Effect) lives() living {
	switch e.Verb {
	case VerbDropSchema:
		return isSchema
	case VerbDropDatabase, VerbDropOwned, VerbCall, VerbFunction, "":
		return anywhere
	case VerbSet, VerbReplication:
		return elsewhere
	case VerbDrop:
		switch {
		case e.Object == "EXTENSION":
			return anywhere
		case notInSchemas[e.Object]:
			return elsewhere
		}
	}
	if e.Target.Name == "" || e.Target.Name == UnclearName {
		return anywhere
	}
	return inSchema
}

// notInSchemas are the kinds of objects whose names have no schema.
var notInSchemas = map[string]bool{
	"ACCESS METHOD": true, "CAST": true, "EVENT TRIGGER": true, "FOREIGN DATA WRAPPER": true, "LANGUAGE": true,
	"PUBLICATION": true, "PUBLICATION MEMBER": true, "ROLE": true, "SERVER": true, "SUBSCRIPTION": true,
	"SUBSCRIBED PUBLICATION": true, "TABLESPACE": true, "TRANSFORM": true, "USER MAPPING": true,
}
