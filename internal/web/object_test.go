package web

import (
	"testing"

	"github.com/holdfast-db/holdfast/internal/hold"
)

func TestObjectOf(t *testing.T) {
	for summary, want := range map[string]object{
		"DROP TABLE events":                     {"DROP TABLE", "events", ""},
		"DROP TABLE a, b CASCADE":               {"DROP TABLE", "a, b", "CASCADE"},
		"DELETE events without WHERE":           {"DELETE", "events", "without WHERE"},
		`TRUNCATE "My Table", s."x, y" CASCADE`: {"TRUNCATE", `"My Table", s."x, y"`, "CASCADE"},
		"DO":                                    {"DO", "", ""},
		"what is this":                          {"", "what is this", ""},
		"":                                      {"", "", ""},
		`DROP TABLE "a`:                         {"DROP TABLE", `"a`, ""},
		"DROP TABLE \u202eb":                    {"DROP TABLE", `\u202eb`, ""},
	} {
		if got := objectOf(summary); got != want {
			t.Errorf("%q: %+v, want %+v", summary, got, want)
		}
	}
}

func TestApproveLabel(t *testing.T) {
	for want, statements := range map[string][]string{
		"Approve, drop events":        {"DROP TABLE events"},
		"Approve, delete from events": {"DELETE events without WHERE"},
		"Approve, truncate a, b":      {"TRUNCATE a, b"},
		"Approve, drop 2 objects":     {"DROP TABLE a", "DROP VIEW b"},
		"Approve, let it run":         {"DROP TABLE a", "TRUNCATE b"},
		"Approve, drop it":            {"DROP TABLE a_name_that_is_longer_than_a_button"},
	} {
		if got := approveLabel(hold.Hold{Request: hold.Request{Statements: statements}}); got != want {
			t.Errorf("%q: %q, want %q", statements, got, want)
		}
	}
	if got := approveLabel(hold.Hold{}); got != "Approve, let it run" {
		t.Errorf("nothing is known: %q", got)
	}
}
