package main

import "github.com/holdfast-db/holdfast/internal/sarif"

// rulePasses is the id under which SARIF lists what no rule has an opinion on.
const rulePasses = "holdfast: passes"

// help is what people read about a default rule: what it covers, and what to do.
type help struct{ short, full, now string }

// defaultHelp are the default rules; DESIGN.md section 9.
var defaultHelp = map[string]help{
	"drops": {"Drops an object", "DROP of a table, schema, database, view, index, type or another permanent object: it goes with all that is in it.",
		"Have a reviewer ready when it runs, or split it into a migration of its own. Rename an object first to see whether anybody misses it."},
	"truncates": {"Empties a table", "TRUNCATE takes every row, fires no row triggers and cannot be counted beforehand.",
		"Have a reviewer ready when it runs, or delete by a condition."},
	"deletes": {"Deletes every row", "DELETE without WHERE, with a condition that is always true, or with USING that nothing ties to the table.",
		"Filter by a column of the table, and tie what stands in USING to it."},
	"updates": {"Changes every row", "UPDATE without WHERE, with a condition that is always true, or with FROM that nothing ties to the table.",
		"Filter by a column of the table, and tie what stands in FROM to it."},
	"columns": {"Drops, retypes or detaches data of a table", "DROP COLUMN, DETACH PARTITION, or ALTER COLUMN ... TYPE ... USING: the values that were there go.",
		"Have a reviewer ready when it runs. Stop the programs' use of a column in one release and drop it in the next."},
	"merges": {"Merges without a condition", "MERGE that deletes or changes every row that matches.", "Add a condition on the target to its WHEN clauses."},
	"opaque": {"Runs what nobody can see", "DO, CALL, EXECUTE of an unknown name, functions that destroy, COPY to a program or file: what it does does not stand in the text.",
		"Write the statements out, or have a reviewer ready when it runs."},
	"unreadable": {"Text that cannot be read", "The text is not in the grammar of PostgreSQL, too long or too deep, not in the encoding it says, or psql makes it up when it runs.",
		"Check what will be sent, or have a reviewer ready when it runs."},
	"limits": {"May take many rows", "How many rows a filter takes only the server can tell.", "Nothing needs to be done: rows are judged when it runs."},
	"brake": {"Deletes where an alert set a brake", "Far more was deleted there than is usual, so further deletes by that actor from that table wait.",
		"Release the brake when the deletes are meant: holdfast alerts shows it."},
	"settings": {"Changes how text is read", "SET of client_encoding or standard_conforming_strings to a value under which text cannot be read with certainty.",
		"Take it out: on a host in enforce it is refused."},
	rulePasses: {"Passes", "No rule has an opinion on it.", "Nothing needs to be done."},
}

// ruleHelp describes a rule of the default policy, or one of a configuration.
func ruleHelp(name string) sarif.Rule {
	h, known := defaultHelp[name]
	if !known {
		h = help{"Rule " + escape(name), "The rule " + quote(name) + " of the configuration decides.", "Ask who keeps the configuration of holdfast."}
	}
	return sarif.Rule{
		ID: name, ShortDescription: sarif.Text{Text: h.short}, FullDescription: sarif.Text{Text: h.full},
		Help: sarif.Text{Text: h.full + "\n\n" + h.now, Markdown: "**" + h.short + ".** " + h.full + "\n\n" + h.now},
	}
}
