package rules

import (
	"bytes"
	"fmt"
)

// Kind is what sort of client a session comes from, by the application_name it
// began with. A client may claim any name: a rule by kind is a convenience, never
// a protection.
type Kind string

// The kinds of sessions.
const (
	KindInteractive Kind = "interactive" // a person at psql or a graphical tool
	KindAgent       Kind = "agent"       // an AI agent
	KindMigration   Kind = "migration"   // a tool that changes the schema
	KindProgram     Kind = "program"     // anything else, a name left out included
)

// Kinds are all kinds, in the order of their description.
func Kinds() []Kind { return []Kind{KindInteractive, KindAgent, KindMigration, KindProgram} }

// kindNames are what application_name begins with, or has in it, in lower case. The
// first kind that matches counts.
var kindNames = []struct {
	kind   Kind
	begins []string
	has    [][]byte
}{
	{
		KindAgent, []string{"claude", "cursor", "copilot", "codex", "gemini", "windsurf", "cline", "aider"},
		[][]byte{[]byte("mcp"), []byte("agent")},
	},
	{
		KindMigration, []string{"flyway", "liquibase", "alembic", "sqitch", "goose", "atlas", "dbmate", "pgroll"},
		[][]byte{[]byte("migrat")}, // "prisma migrate" too
	},
	{
		KindInteractive, []string{
			"psql", "pgcli", "pgadmin", "dbeaver", "datagrip", "tableplus", "postico", "heidisql", "navicat", "beekeeper",
			"azure data studio", "squirrel", "usql", "adminer",
		},
		[][]byte{[]byte("intellij"), []byte("dbvisualizer")},
	},
}

// KindOf is the kind of session that an application_name stands for. A rule by kind asks
// for each statement.
func KindOf(application string) Kind {
	var room [loweredRoom]byte
	name := lowered(room[:0], application)
	if len(name) == 0 {
		return KindProgram
	}
	for i := range kindNames {
		k := &kindNames[i]
		for _, word := range k.begins {
			if name[0] == word[0] && len(name) >= len(word) && string(name[:len(word)]) == word {
				return k.kind
			}
		}
		for _, word := range k.has {
			if bytes.Contains(name, word) {
				return k.kind
			}
		}
	}
	return KindProgram
}

// ParseKind reads a kind.
func ParseKind(text string) (Kind, error) {
	for _, k := range Kinds() {
		if string(k) == text {
			return k, nil
		}
	}
	return "", fmt.Errorf("%q is none of interactive, agent, migration and program", text)
}
