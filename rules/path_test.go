package rules_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/holdfast-db/holdfast/rules"
)

// TestPathChanges: what changes what names stand for, as Facts tell it.
func TestPathChanges(t *testing.T) {
	reader := rules.NewReader(rules.ReaderOptions{})
	utf8 := rules.Settings{StandardConformingStrings: "on", ClientEncoding: "UTF8"}
	for text, want := range map[string]string{
		"set search_path to a, b":                       "search_path [set search_path to a, b]",
		"SET  SEARCH_PATH /* x */ = a":                  "search_path [SET SEARCH_PATH = a]",
		"select 1; set local search_path = a; select 2": "search_path [set local search_path = a] local",
		"set schema 'a'":                                "search_path [set schema 'a']",
		"reset search_path":                             "search_path [reset search_path]",
		"reset all":                                     "search_path [reset all]",
		"set role x":                                    "role [set role x]",
		"set session authorization x":                   "session_authorization [set session authorization x]",
		"discard all":                                   "all [discard all]",
		"discard temp":                                  "",
		"set work_mem = '1MB'":                          "",
		"select pg_catalog.set_config('search_path', '', false)":                         "search_path [select pg_catalog.set_config('search_path', '', false)]",
		"select set_config('Search_Path', 'a', true)":                                    "search_path [select set_config('Search_Path', 'a', true)] local",
		"select set_config('search_path', $1, false)":                                    "search_path [select set_config('search_path', $1, false)] hidden",
		"select set_config($1, 'a', false)":                                              " [select set_config($1, 'a', false)] hidden",
		"prepare p as select set_config('search_path', 'a', false)":                      "search_path [prepare p as select set_config('search_path', 'a', false)] hidden",
		"declare c cursor for select set_config('role', 'a', false)":                     "role [declare c cursor for select set_config('role', 'a', false)] hidden",
		"select set_config('work_mem', '1MB', false)":                                    "",
		"select set_config(is_local => true, new_value => 'a', setting_name => 'role')":  "role [select set_config(is_local => true, new_value => 'a', setting_name => 'role')] local",
		"create function f() returns int language sql set search_path = a as 'select 1'": "",
		"alter role ana set search_path = a":                                             "",
		"update pg_settings set setting = 'a' where name = 'search_path'":                " [update pg_settings set setting = 'a' where name = 'search_path'] hidden",
		"begin; set search_path = a; drop table t; commit":                               "search_path [set search_path = a]",
	} {
		var got []string
		for _, c := range reader.Read([]byte(text), utf8).Path {
			line := fmt.Sprintf("%s [%s]", c.Name, c.Text)
			if c.Local {
				line += " local"
			}
			if c.Hidden {
				line += " hidden"
			}
			got = append(got, line)
		}
		if strings.Join(got, "; ") != want {
			t.Errorf("%s:\n got %q\nwant %q", text, got, want)
		}
	}
}
