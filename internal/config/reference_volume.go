package config

var volumeKeys = map[string]key{
	"limit": {doc: "The hard limit within ten minutes, which also counts while nothing is learned.", example: "{rows: 1000, share: 25%}"},
	"bulk":  {doc: "The smallest bulk within an hour, once it is learned what is usual.", example: "{rows: 500, share: 10%}"},
	"day_share": {doc: "What all actors together delete of a table in 24 hours, above 0 and at most 1, or a percentage.", usual: "0.25",
		form: "a number or a percentage", example: "25%"},
	"week_share": {doc: "The same in seven days.", usual: "0.5", form: "a number or a percentage", example: "50%"},
	"times":      {doc: "How many times the most so far a bulk is; more than 1.", usual: "3", form: "a number", example: "3"},
	"learn": {doc: "How long nothing but `limit` is told, while it is learned what is usual: at most five weeks.", usual: "`288h`, twelve days",
		example: "288h"},
	"zone": {doc: "Whose hours and days count.", usual: "`UTC`", form: "a name as of the time zone database", example: "Europe/Berlin"},
	"expected": {doc: "Jobs whose deletes are no news, such as one that runs once a month, which cannot be learned. An alert that is answered with `job` adds one, " +
		"and shows the line for here.",
		usual: "none", form: "a list", example: "[{table: public.orders, actor: batch/purge, cron: \"0 2 1 * *\", max_rows: 5000}]"},
	"brake": {doc: "Which alerts set a brake: further deletes by that actor from that table are held until somebody releases it, whatever the rules allow. Other " +
		"actors, other tables and reads go on.",
		caveat: "only on hosts in mode enforce.", usual: "none, no alert does", form: "a list", example: "[{hosts: shop-prod, kinds: [limit, bulk]}]"},
}

var boundKeys = map[string]key{
	"rows":  {doc: "Deleted rows of one table by one actor.", usual: "`1000` for limit, `500` for bulk", example: "500"},
	"share": {doc: "The same as a part of the table, where its size is known.", usual: "`0.25` for limit, `0.1` for bulk", form: "a number or a percentage", example: "10%"},
}

var expectedKeys = map[string]key{
	"host":     {doc: "A pattern: `*`, `?` and `[a-z]`.", usual: "any", form: "a pattern", example: "shop-prod"},
	"database": {doc: "A pattern.", usual: "any", form: "a pattern", example: "shop"},
	"table": {doc: "A pattern of the name as it is counted: the bare name of a table of the schema public, with or without `public.` before it, `audit.orders` of " +
		"others.", required: true,
		form: "a pattern", example: "orders"},
	"actor": {doc: "A pattern of the user, or of user/application.", usual: "any", form: "a pattern", example: "batch/purge"},
	"cron": {doc: "When it begins, an hour earlier or later: five fields, or `@daily` and the like, in `zone`.", required: true, form: "a schedule as of cron(5)",
		example: "\"0 2 1 * *\""},
	"max_rows": {doc: "More in one run is told.", usual: "any number", example: "5000"},
}

var brakeKeys = map[string]key{
	"hosts": {doc: "Names of hosts.", usual: "any", form: "a pattern, or a list of them", example: "shop-prod"},
	"tables": {doc: "Tables as they are counted: the bare name of a table of the schema public, or `public.` before it, `audit.orders` of others.", usual: "any",
		form: "a pattern, or a list of them", example: "[orders, \"audit.*\"]"},
	"kinds": {doc: "Kinds of alerts. Those about everybody together set no brake.", usual: "any", words: brakeKinds, example: "[limit, bulk]"},
}
