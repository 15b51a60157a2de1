package rules

import (
	_ "embed"
	"slices"
	"strings"
)

//go:generate sh -c "sh words/generate.sh $HOLDFAST_WORDS_FROM"

// functionNames are the functions, and the types usable as one, of fresh
// servers 15 to 18; see words/generate.sh.
//
//go:embed words/functions.txt
var functionNames string

// keywordNames are the keywords of the same servers with their class: R
// reserved, C not a function or type, T a function or type only, U unreserved,
// ? where the servers differ, ?C and so on where only some know the word.
//
//go:embed words/keywords.txt
var keywordNames string

// builtIn holds the folded names of functions that every server brings along;
// those of information_schema are qualified.
var builtIn = wordSet(functionNames)

// notCallable holds the keywords before a "(" which is never a call: reserved
// ones and those that cannot name a function, on all servers.
var notCallable = keywordsOf("R", "C")

// newSyntax holds the keywords that look like functions on some of the servers
// and name none there (JSON_TABLE).
var newSyntax = keywordsOf("?R", "?C")

// maxWord is the longest name looked up, in bytes: NAMEDATALEN less one with
// room for a schema.
const maxWord = 128

func wordSet(lines string) map[string]struct{} {
	set := make(map[string]struct{})
	for line := range strings.Lines(lines) {
		set[strings.ToLower(strings.TrimSpace(line))] = struct{}{}
	}
	return set
}

func keywordsOf(classes ...string) map[string]struct{} {
	set := make(map[string]struct{})
	for line := range strings.Lines(keywordNames) {
		word, class, _ := strings.Cut(strings.TrimSpace(line), " ")
		if slices.Contains(classes, class) {
			set[word] = struct{}{}
		}
	}
	return set
}

// codeRunners are built-in functions that run SQL given as text, or every view
// there is: what they call is not known. They cannot write by themselves, their
// SQL is run read-only or must be a SELECT, but a function called in it can.
var codeRunners = wordSet(`query_to_xml
query_to_xmlschema
query_to_xml_and_xmlschema
cursor_to_xml
cursor_to_xmlschema
table_to_xml
table_to_xml_and_xmlschema
schema_to_xml
schema_to_xml_and_xmlschema
database_to_xml
database_to_xml_and_xmlschema
ts_stat
ts_rewrite
`)

// destroyers are the functions known to destroy data, or to overwrite files, in
// a way that counting rows before the commit does not see or cannot undo. The
// first four are built in; the others come with extensions and are known by
// name in any schema.
var destroyers = map[string]string{
	"lo_unlink":                  "deletes a large object",
	"lo_export":                  "writes a file on the server",
	"pg_drop_replication_slot":   "drops a replication slot and the position its reader had",
	"pg_replication_origin_drop": "drops the position of a replication origin",

	"dblink_exec":                         "runs a command on another server",
	"pg_file_write":                       "writes a file on the server",
	"pg_file_rename":                      "renames a file on the server",
	"pg_file_unlink":                      "deletes a file on the server",
	"heap_force_kill":                     "kills rows below MVCC",
	"drop_chunks":                         "drops chunks of a hypertable",
	"drop_partition_time":                 "drops partitions",
	"drop_partition_id":                   "drops partitions",
	"dropgeometrytable":                   "drops a table",
	"dropgeometrycolumn":                  "drops a column",
	"droprastertable":                     "drops a table",
	"droptopology":                        "drops a schema",
	"master_modify_multiple_shards":       "runs a command on all shards",
	"run_command_on_workers":              "runs a command on other servers",
	"run_command_on_all_nodes":            "runs a command on other servers",
	"run_command_on_shards":               "runs a command on other servers",
	"run_command_on_placements":           "runs a command on other servers",
	"run_command_on_colocated_placements": "runs a command on other servers",
}

// remoteText are the functions that send the text of an argument to another
// server; read as far as the statement shows it.
var remoteText = wordSet("dblink\ndblink_open\ndblink_send_query\n")

// volatileBuiltIn are the built-in functions whose answer differs from row to
// row, so that a filter made of them alone still chooses rows.
var volatileBuiltIn = wordSet(`random
random_normal
gen_random_uuid
uuidv4
uuidv7
nextval
currval
lastval
clock_timestamp
timeofday
pg_try_advisory_lock
pg_try_advisory_xact_lock
`)

// lookup finds the ASCII-folded word in a set without allocating.
func lookup(set map[string]struct{}, word []byte) bool {
	var buf [maxWord]byte
	if len(word) > len(buf) {
		return false
	}
	_, ok := set[string(fold(buf[:0], word))]
	return ok
}

// fold appends the word in lower case as Postgres folds keywords: ASCII only.
func fold(to, word []byte) []byte {
	for _, c := range word {
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		to = append(to, c)
	}
	return to
}

// isWord says whether the bytes are the given lower-case ASCII word.
func isWord(b []byte, lower string) bool {
	if len(b) != len(lower) {
		return false
	}
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}
