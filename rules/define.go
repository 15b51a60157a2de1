package rules

// Definition is something a statement defines that makes later statements do more
// than their text says: a function that is called, a trigger or rule that fires, a
// view or default that calls a function.
type Definition struct {
	Kind DefinitionKind

	// Name is the function, or the relation that a trigger, rule, default or view
	// belongs to. A new relation without any of these is defined too, with Known
	// set and nothing else.
	Name Relation

	// Fires are the commands on the relation that run it, for triggers and rules:
	// any of insert, update, delete, truncate and select (of ON SELECT rules and of
	// views).
	Fires []string

	// Effects and Calls are what running it does, and the functions it calls that
	// are not known as built in and harmless.
	Effects []Effect
	Calls   []Relation

	// Known says that the whole of it was read. The zero value says that nobody
	// knows what it does.
	Known bool
}

// DefinitionKind says what a Definition defines.
type DefinitionKind uint8

// The kinds of definitions.
const (
	DefinesFunction DefinitionKind = iota + 1 // CREATE FUNCTION, PROCEDURE or AGGREGATE
	DefinesTrigger                            // CREATE TRIGGER
	DefinesRule                               // CREATE RULE
	DefinesRelation                           // CREATE TABLE, VIEW, ...: defaults, checks, columns of a view
)

// Touch is a relation that a statement reads or writes, as written.
type Touch struct {
	Relation
	Command string // select, insert, update, delete or truncate
}
