package rules

import (
	"fmt"
	"strings"
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

// kindNames are patterns of application_name in lower case. The first that matches
// counts.
var kindNames = []struct {
	kind     Kind
	patterns []string
}{
	{KindAgent, []string{"claude*", "cursor*", "copilot*", "codex*", "gemini*", "windsurf*", "cline*", "aider*", "*mcp*", "*agent*"}},
	{KindMigration, []string{"flyway*", "liquibase*", "alembic*", "*migrat*", "sqitch*", "goose*", "atlas*", "dbmate*", "pgroll*", "prisma*migrate*"}},
	{KindInteractive, []string{
		"psql*", "pgcli*", "pgadmin*", "dbeaver*", "datagrip*", "*intellij*", "tableplus*", "postico*", "heidisql*", "navicat*", "beekeeper*",
		"azure data studio*", "*dbvisualizer*", "squirrel*", "usql*", "adminer*",
	}},
}

// KindOf is the kind of session that an application_name stands for.
func KindOf(application string) Kind {
	name := strings.ToLower(application)
	for _, k := range kindNames {
		for _, p := range k.patterns {
			if glob(p, name) {
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
