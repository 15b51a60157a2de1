package rules

import (
	"fmt"
	"slices"
)

// Verbs are the verbs that a rule may name, in the order of DESIGN.md section 4.
func Verbs() []Verb {
	return []Verb{
		VerbDrop, VerbDropDatabase, VerbDropSchema, VerbDropTable, VerbDropColumn, VerbDropOwned, VerbTruncate, VerbDelete,
		VerbUpdate, VerbMerge, VerbDetach, VerbRetype, VerbCopyProgram, VerbCall, VerbFunction, VerbSet,
	}
}

// ParseVerb reads a verb that a rule may name.
func ParseVerb(text string) (Verb, error) {
	if v := Verb(text); slices.Contains(Verbs(), v) {
		return v, nil
	}
	return "", fmt.Errorf("%q is no verb", text)
}

// filterNames are the classes of filters as rules and JSON name them.
var filterNames = [...]string{FilterNone: "none", FilterConstant: "constant", FilterCrossJoin: "cross-join", Filtered: "filtered"}

// Filters are the words of all classes of filters, the most dangerous one first.
func Filters() []string { return slices.Clone(filterNames[:]) }

// ChoosesRows says whether effects of the verb have a filter.
func (v Verb) ChoosesRows() bool { return v == VerbDelete || v == VerbUpdate || v == VerbMerge }

// String is the word for the class in configuration and JSON.
func (f Filter) String() string {
	if int(f) < len(filterNames) {
		return filterNames[f]
	}
	return filterNames[FilterNone]
}

// ParseFilter reads a class of filters.
func ParseFilter(text string) (Filter, error) {
	if i := slices.Index(filterNames[:], text); i >= 0 {
		return Filter(i), nil
	}
	return FilterNone, fmt.Errorf("%q is none of none, constant, cross-join and filtered", text)
}

// Actions are all actions, the least severe first.
func Actions() []Action { return []Action{Allow, Warn, Measure, Hold, Refuse} }

// ParseAction reads an action.
func ParseAction(text string) (Action, error) {
	for _, a := range Actions() {
		if a.String() == text {
			return a, nil
		}
	}
	return Hold, fmt.Errorf("%q is none of allow, warn, measure, hold and refuse", text)
}
