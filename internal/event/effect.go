package event

import "github.com/holdfast-db/holdfast/rules"

// Effect is one thing that a statement does to one object, in the words that rules
// match: without literals.
type Effect struct {
	Verb    string `json:"verb"`
	Object  string `json:"object,omitempty"` // the kind of thing: "TABLE"
	Schema  string `json:"schema,omitempty"` // as written or, where it was asked for, as in the catalogs
	Name    string `json:"name,omitempty"`   // of the table or other object, as Schema
	Column  string `json:"column,omitempty"`
	Filter  string `json:"filter,omitempty"` // of delete, update and merge
	Cascade bool   `json:"cascade,omitempty"`
}

// maxEffects bounds the effects of one event: a text can have a hundred thousand, and
// an event is one line of the record.
const maxEffects = 100

// EffectsOf are the effects that led to a verdict. Of more than maxEffects there is
// none: half of a statement would be taken for all of it.
func EffectsOf(v rules.Verdict) (list []Effect) {
	if len(v.Effects) > maxEffects {
		return nil
	}
	for _, e := range v.Effects {
		one := Effect{
			Verb: string(e.Verb), Object: e.Object, Schema: e.Target.Schema, Name: e.Target.Name, Column: e.Column, Cascade: e.Cascade,
		}
		if e.Verb.ChoosesRows() {
			one.Filter = e.Filter.String()
		}
		list = append(list, one)
	}
	return list
}
