package rules

// Resolved says what names stand for on the session that sends them, asked of the
// server itself. Nil, and a name that is not in it, says that nobody knows. It is
// not changed once made.
type Resolved map[Named]Object

// Named is a name as written and what kind of thing it names, in the words of
// Effect.Object; "TABLE" for the targets of effects on rows and TRUNCATE.
type Named struct {
	Relation
	Object string
}

// Object is what a name stands for. The zero value is not known.
type Object struct {
	// Relation is the name with its schema, as the catalogs have it.
	Relation

	// Standing says whether dropping it can lose anything that others have.
	Standing Standing
}

// Standing is how an object stands to the rest of the database.
type Standing uint8

// The ways an object can stand. Only the last three are exempt from being asked
// about, as DESIGN.md section 4 says.
const (
	StandingUnknown   Standing = iota
	StandingPermanent          // there, and others may see it
	StandingTemporary          // in the session's own pg_temp, and all that CASCADE takes too
	StandingAbsent             // the server would answer that it does not exist
	StandingCreated            // made by the transaction that is open, and all that CASCADE takes too
)
