package rules

import (
	_ "embed"
	"slices"
	"strings"
)

//go:generate sh -c "sh words/generate.sh $HOLDFAST_WORDS_FROM && sh words/extensions.sh $HOLDFAST_WORDS_FROM"

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

// remoteText are the functions that send the text of an argument to another server
// or process, out of the transaction; read as far as the statement shows it.
var remoteText = wordSet("dblink\ndblink_open\ndblink_send_query\npg_background_launch\n")

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
