package config

import (
	"strings"

	"github.com/holdfast-db/holdfast/rules"
)

var limitsKeys = map[string]key{
	"rows":         {doc: "Deleted rows of a table.", usual: "1000", example: "500"},
	"share":        {doc: "Deleted rows as a part of the table, above 0 and at most 1, or a percentage.", usual: "0.25", form: "a number or a percentage", example: "10%"},
	"share_from":   {doc: "The share counts from so many deleted rows on: 28 of 33 rows are caught, 1 of 3 is not.", usual: "10", example: "10"},
	"updated_rows": {doc: "Updated rows of a table.", usual: "`off`", form: "a whole number, or `off`", example: "off"},
}

var ruleKeys = map[string]key{
	"name": {
		doc:      "Unique, at most 63 letters. Shown with everything the rule does. The names of the default rules are taken: " + strings.Join(defaultRules, ", ") + ".",
		required: true, form: "a name", example: "etl may truncate staging",
	},
	"when": {
		doc: "What the rule matches: all the keys that are given, and of a list one entry. A `hold` or `refuse` rule without `verbs` covers what the default " +
			"policy calls destructive; every other rule without `verbs` covers all verbs.",
		caveat: "a rule that allows, warns or measures must have it: left out by mistake it would switch the policy off. Where everything is meant, write " +
			"`when: {users: [\"*\"]}`.",
		usual: "for `hold` and `refuse`: everything destructive", example: "{users: etl, tables: \"staging.*\", verbs: truncate}",
	},
	"action": {
		doc: "`allow` lets it run. `warn` lets it run and records it. `measure` lets it run, to be counted before the commit. `hold` waits for reviewers. " +
			"`refuse` answers with an error at once.",
		later:    "counting: what a rule measures passes.",
		required: true, words: actions, example: "hold",
	},
	"reviewers": {
		doc: "Who must approve. A statement with effects of several rules needs all of them: 2 of dba for one rule and 1 of security for the other; somebody in " +
			"both groups counts for both.",
		caveat: "only with `action: hold`, as the keys below.", usual: "those of the host", example: "{group: dba, count: 2}",
	},
	"wait":                {doc: "How long it waits outside a transaction, and with `mode: return` anywhere. Of several rules the shortest counts.", usual: "that of the host", example: "2h"},
	"wait_in_transaction": {doc: "How long it waits inside one.", usual: "that of the host, or `wait` if that is shorter", example: "30s"},
	"type_name": {
		doc: "Whoever approves must type the name of what goes: `holdfast approve ID --type NAME`, with or without its schema; of several names one. Where the " +
			"text has no name, that of the database.",
		usual: "`false`", example: "true",
	},
	"mode": {
		doc: "`wait`: the session waits for the answer, whatever its client chose when it connected. `return`, for agents and programs: the statement fails " +
			"at once with ZH001 and the hold's id; once approved, the identical statement of the same user passes, one time. See [operations](operations.md).",
		caveat: "of several rules that hold one statement, one with `return` is enough. What no approval can be kept for (a password in the text, EXECUTE of " +
			"a prepared statement) waits all the same.",
		usual: "as the client chose when it connected, else `wait`", words: ruleModes, example: "return",
	},
}

func ruleModes() []string { return []string{ruleModeWait, ruleModeReturn} }

// globs is the form of names that are matched.
const globs = "a name, or a list of them; `*` is any letters, `?` one"

var whenKeys = map[string]key{
	"hosts":        {doc: "Names of `hosts`. One that no host has is a fault.", form: globs, some: true, example: "shop-*"},
	"environments": {doc: "Environments of `hosts`. One that no host has is a fault.", form: globs, some: true, example: "[production, staging]"},
	"databases":    {doc: "The database of the session. Upper and lower case differ, as in PostgreSQL.", form: globs, some: true, example: "shop"},
	"users":        {doc: "The Postgres user of the session, as it logged in.", caveat: "SET ROLE changes nothing here.", form: globs, some: true, example: "[etl, \"etl_*\"]"},
	"applications": {
		doc:    "The application_name that the session began with, in upper or lower case.",
		caveat: "every client names itself as it likes: good for holding more, no protection where it lets something pass. `serve --check` warns of that.",
		form:   globs, some: true, example: "[\"claude*\", \"cursor*\"]",
	},
	"clients": {doc: "Networks or addresses that clients come from; `local` for Unix sockets.", form: "a network, an address or `local`, or a list of them", some: true,
		example: "[10.0.0.0/8, local]"},
	"sessions": {
		doc:    "Kinds of sessions, by application_name: `interactive` (psql and graphical tools), `agent` (AI agents), `migration` (tools that change the schema), `program` (all others).",
		caveat: "as with `applications`.", words: kinds, some: true, example: "agent",
	},
	"verbs": {
		doc: "What is done. `drop` covers every drop; `detach` is that of a partition, `retype` a column's change of type, `copy-program` COPY to or from a program " +
			"or file of the server, `call` code that is not known (DO, CALL, a function), `function` a function that destroys (lo_unlink), `set` a setting that " +
			"changes how text is read.",
		caveat: "no rule lets `copy-program`, functions that reach beyond the database, or an unsafe `set` pass.",
		words:  verbs, some: true, example: "[drop, truncate]",
	},
	"tables": {
		doc: "Tables as the catalogs have them: in lower case unless made with quotes, and without quotes. `billing.*`, `billing.invoices`, or `invoices` for that of any " +
			"schema.",
		caveat: "holdfast sees names as they are written. A name without its schema matches every such pattern of a rule that holds or refuses, and none with a " +
			"schema of a rule that lets pass; write the schema in SQL that is to pass. CASCADE never passes by `tables`.",
		form: globs, some: true, example: "[\"staging.*\"]",
	},
	"filters": {
		doc: "How a delete, update or merge chooses rows: `none` (no WHERE), `constant` (`true`, `1=1`), `cross-join` (USING or FROM that is not tied to the " +
			"target), `filtered`.",
		words: rules.Filters, some: true, example: "[none, constant]",
	},
	"rows": {
		doc:   "Rows that a delete, update or merge takes of a table; a number alone means more than it.",
		later: "counting: the rule decides nothing, and those behind it are asked.",
		form:  "a number, or one behind `>`, `>=`, `<` or `<=`, in quotes", number: true, pattern: boundPattern, example: "\"<= 100\"",
	},
	"share": {
		doc: "The same as a part of the table, from 0 to 1, or as a percentage.", later: "as with `rows`.",
		form: "a number, or one behind `>`, `>=`, `<` or `<=`, in quotes", number: true, pattern: boundPattern, example: "10%",
	},
	"inside": {
		doc: "Inside one of these times. Days are one, a stretch, or several behind commas; left out they are all. Hours that end before they begin go over midnight " +
			"and belong to the day they begin on. The zone must be written.",
		form: "days, hours and a zone, or a list of them", some: true, pattern: `^\s*(\S+\s+)?\d\d:\d\d-\d\d:\d\d\s+\S+\s*$`, example: "\"Mon-Fri 08:00-18:00 Europe/Berlin\"",
	},
	"outside": {
		doc: "Outside all of these times.", form: "days, hours and a zone, or a list of them", some: true,
		pattern: `^\s*(\S+\s+)?\d\d:\d\d-\d\d:\d\d\s+\S+\s*$`, example: "\"Sat,Sun 00:00-24:00 UTC\"",
	},
}

const boundPattern = `^\s*([<>]=?)?\s*[0-9.eE+-]+\s*%?\s*$`
