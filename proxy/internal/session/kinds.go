package session

import "github.com/holdfast-db/holdfast/rules"

// Kinds of names, as a question tells them.
const (
	kindRelation     = 'r'
	kindSchema       = 'n'
	kindType         = 't'
	kindFunction     = 'f'
	kindExtension    = 'e'
	kindRole         = 'o'
	kindLanguage     = 'l'
	kindPublication  = 'p'
	kindServer       = 's'
	kindWrapper      = 'w'
	kindEventTrigger = 'v'
)

// kinds are the kinds of things that the server can be asked about, by the words of
// the DROP command. What is not here is asked about people only.
var kinds = map[string]byte{
	"TABLE": kindRelation, "VIEW": kindRelation, "MATERIALIZED VIEW": kindRelation, "SEQUENCE": kindRelation,
	"INDEX": kindRelation, "FOREIGN TABLE": kindRelation,
	"SCHEMA": kindSchema, "TYPE": kindType, "DOMAIN": kindType,
	"FUNCTION": kindFunction, "PROCEDURE": kindFunction, "ROUTINE": kindFunction, "AGGREGATE": kindFunction,
	"EXTENSION": kindExtension, "ROLE": kindRole, "LANGUAGE": kindLanguage, "PUBLICATION": kindPublication,
	"SERVER": kindServer, "FOREIGN DATA WRAPPER": kindWrapper, "EVENT TRIGGER": kindEventTrigger,
}

// relationKinds are the values of pg_class.relkind that a kind of name stands for.
// Rows of a view or a foreign table are those of something else.
var relationKinds = map[string]string{
	"TABLE": "rp", "VIEW": "v", "MATERIALIZED VIEW": "m", "SEQUENCE": "S", "INDEX": "iI", "FOREIGN TABLE": "f",
}

// standings are the words of a question for how a relation stands.
var standings = map[string]rules.Standing{
	"temporary": rules.StandingTemporary, "created": rules.StandingCreated, "permanent": rules.StandingPermanent,
	"none": rules.StandingPermanent,
}
