package rules

// Definition is something a statement defines that makes later statements do more
// than their text says: a function that is called, a trigger or rule that fires, a
// view or default that calls a function. See Definitions for what becomes of it.
type Definition struct {
	Kind DefinitionKind

	// Name is the function, or the relation that a trigger, rule, default or view
	// belongs to. A new relation without any of these is defined too, with Known
	// set and nothing else. Of an operator, a cast, a type or an event trigger it
	// is empty.
	Name Relation

	// Fires are the commands on the relation that run it, for triggers, rules and
	// relations: any of insert, update, delete, truncate and select (of ON SELECT
	// rules and of views).
	Fires []string

	// Effects and Calls are what running it does, and the functions it calls that
	// are not known as built in and harmless; sorted, without duplicates.
	Effects []Effect
	Calls   []Relation

	// Touches are the relations that running it reads and writes.
	Touches []Touch

	// Types are those of a table's columns that are not built in. They matter where
	// one is a domain.
	Types []Relation

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
	DefinesDomain                             // CREATE DOMAIN: its checks and default
	DefinesUnnamed                            // CREATE OPERATOR, CAST, TYPE, EVENT TRIGGER: run without being named
)

// Touch is a relation that a statement reads or writes, as written.
type Touch struct {
	Relation
	Command string // select, insert, update, delete or truncate
}
