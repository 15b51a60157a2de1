package rules

// Facts is what the text of one Query or Parse message says, without opinion.
// It depends on the text and on the settings it is read under, never on who
// sent it, so it is shared between sessions: nobody may change it.
//
// The zero value says that nothing is known; Judge holds it.
type Facts struct {
	// Statements in the order in which the server runs them. Empty for an
	// empty string, and for a text that could not be read. Of a text too long to
	// be parsed as a whole those that can do no harm may be left out.
	Statements []Statement

	// Read is true when the text was read to its end. A long text that was read in part has Statements and
	// Unreadable both.
	Read bool

	// Harmless is true when the prefilter saw that no word of the text can
	// destroy, name or set anything. Statements is then nil although the text
	// was not parsed.
	Harmless bool

	// Unreadable says why the text was not read, for people ("text of 300 KiB
	// is above the limit of 256 KiB"). Empty when it was read.
	Unreadable string

	// Suspect is set for unreadable text whose words may destroy or run code.
	// Unreadable text without it is for the server to refuse or run.
	Suspect bool

	// ChangesSettings is true when running the text may change how later text
	// is read (SET, set_config, DO, CALL, any function not known as built in).
	ChangesSettings bool

	// Path are the changes of what names stand for, in order. A text that was not
	// read may have others.
	Path []PathChange

	// Size is a rough count of the bytes this value keeps alive, for caches.
	Size int
}

// Statement is what one statement of a text does.
type Statement struct {
	// Pos and End are byte offsets into the text as it was sent, leading
	// white space and comments left out.
	Pos, End int

	// Index counts the statements of the text in front of this one, those that
	// Facts leave out because they can do no harm included. The server answers
	// each with a CommandComplete.
	Index int

	// Command is the command as its tag names it: "DROP TABLE", "SELECT".
	Command string

	// Rows says what the number in its command tag stands for; nil where that is
	// not for certain rows deleted or updated. It and what is above share a cache line:
	// the tag of each statement is looked up by them.
	Rows *Rows

	// Effects are what it does to data and definitions, nested parts (CTEs,
	// EXPLAIN, COPY, CREATE TABLE AS) included. For PREPARE and DECLARE they are
	// what running the prepared body would do: see Names.
	Effects []Effect

	// Functions called anywhere in it that are not known as built in, or of an
	// extension, and harmless, as written, sorted, without duplicates.
	Functions []Relation

	// Extensions are the functions called that are taken for those of an extension
	// known as harmless, by their names, sorted, without duplicates. They matter
	// where a function of such a name was defined: see Definitions.
	Extensions []Relation

	// Plants are what the body of a function or rule that the statement creates
	// would do when it runs; nothing of it is done now.
	Plants []Effect

	// Defines are what it defines that makes later statements do more than they
	// say, in order.
	Defines []Definition

	// Touches are the relations it reads and writes, nested parts included, sorted,
	// without duplicates.
	Touches []Touch

	// Makes is what it makes anew.
	Makes []Made

	// Names are the changes to the session's prepared statements and cursors
	// made when the statement completes, in order.
	Names []NameChange

	// Executes are the prepared statements it runs (EXECUTE, also inside
	// EXPLAIN and CREATE TABLE AS), folded as Postgres folds identifiers.
	Executes []string

	// Settings are the values of section "When text cannot be trusted" of the
	// design that the statement sets, as far as the text shows them:
	// client_encoding and standard_conforming_strings, and the empty name for a
	// set_config whose name the text does not show.
	Settings []Setting

	// Tx says whether it begins or ends a transaction.
	Tx TxControl

	// Savepoint is the name in SAVEPOINT, RELEASE and ROLLBACK TO, folded.
	Savepoint string

	configs []PathChange // of set_config, until they have their text

	// NoTransaction is true for statements that the server refuses inside a
	// transaction block (VACUUM, CREATE DATABASE, ...).
	NoTransaction bool
}

// Relation is a name as written, folded as Postgres folds identifiers; Schema
// and Catalog are empty where the text has none.
type Relation struct {
	Catalog, Schema, Name string
}

// Effect is one thing a statement does to one object.
type Effect struct {
	Verb Verb

	// Object is the kind of thing in Postgres's words: "TABLE", "INDEX",
	// "SCHEMA", "COLUMN"; empty for verbs that act on rows of a table. For merge
	// it is what the MERGE does to rows, DELETE or UPDATE; for call what runs the
	// code, DO, PROCEDURE or EXECUTE; for copy-program FROM PROGRAM, TO PROGRAM
	// or TO FILE.
	Object string

	// Target is the relation or object; for a column, trigger, rule or policy the
	// table, with its own name in Column; for DROP OWNED the role. Empty where
	// the text does not say (DO).
	Target Relation
	Column string

	// Filter says how delete, update and merge choose their rows.
	Filter Filter

	// FilterText is the reason for the class, for people ("1 = 1 is always
	// true"). Empty for FilterNone and Filtered. For call it is why the code is not
	// known ("dynamic SQL"), and for retype what the new type may do to values.
	FilterText string

	Cascade bool // CASCADE was written
	Using   bool // retype: an expression makes the new values
}

// Verb names what an effect does. The list is closed; DESIGN.md section 4.
type Verb string

// The verbs of the policy. A rule that names VerbDrop covers every drop-*.
const (
	VerbDrop         Verb = "drop"
	VerbDropDatabase Verb = "drop-database"
	VerbDropSchema   Verb = "drop-schema"
	VerbDropTable    Verb = "drop-table"
	VerbDropColumn   Verb = "drop-column"
	VerbDropOwned    Verb = "drop-owned"
	VerbTruncate     Verb = "truncate"
	VerbDelete       Verb = "delete"
	VerbUpdate       Verb = "update"
	VerbMerge        Verb = "merge"
	VerbDetach       Verb = "detach"
	VerbRetype       Verb = "retype"
	VerbCopyProgram  Verb = "copy-program"
	VerbCall         Verb = "call"
	VerbFunction     Verb = "function"
	VerbSet          Verb = "set"
	VerbReplication  Verb = "replication"
)

// Filter classes how a DELETE, UPDATE or MERGE chooses rows. The zero value is
// FilterNone, the most dangerous one.
type Filter uint8

// The classes of filters.
const (
	FilterNone      Filter = iota // no WHERE
	FilterConstant                // WHERE true, 1=1, id=id, ...
	FilterCrossJoin               // USING or FROM that is not tied to the target
	Filtered                      // a condition on the target's rows
)

// NameChange is one change to the names of prepared statements and cursors that
// a statement makes by SQL. SQL and the protocol share one name space.
type NameChange struct {
	Kind NameKind
	Name string // folded; empty for the *All kinds

	// Body is what the name stands for after PREPARE and DECLARE: one
	// Statement, its effects not yet done.
	Body *Statement
}

// NameKind says what a NameChange does.
type NameKind uint8

// The kinds of changes.
const (
	NamePrepare       NameKind = iota + 1 // PREPARE name AS ...
	NameDeallocate                        // DEALLOCATE name
	NameDeallocateAll                     // DEALLOCATE ALL
	NameDeclare                           // DECLARE name CURSOR FOR ...
	NameClose                             // CLOSE name
	NameCloseAll                          // CLOSE ALL
	NameDiscardAll                        // DISCARD ALL: both
)

// Setting is a run-time setting changed by SET, SET NAMES, set_config, ALTER
// ROLE ... SET, ALTER DATABASE ... SET or ALTER SYSTEM.
type Setting struct {
	Name string // lower case

	// Value as written; Known is false where the text does not show it
	// (set_config with an expression, SET ... FROM CURRENT).
	Value string
	Known bool
}

// TxControl is what a statement does to the transaction it is in.
type TxControl uint8

// The kinds of transaction control.
const (
	TxNone     TxControl = iota
	TxBegin              // BEGIN, START TRANSACTION
	TxCommit             // COMMIT, END, PREPARE TRANSACTION
	TxRollback           // ROLLBACK, ABORT
	TxOther              // SAVEPOINT, RELEASE, ROLLBACK TO, COMMIT PREPARED, ...
)
