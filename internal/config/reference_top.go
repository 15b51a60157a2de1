package config

var topKeys = map[string]key{
	"control": {
		doc:    "Where holds and answers are kept: `sqlite://` and an absolute path, so three slashes, and no options. Folder (0700) and file (0600) are made.",
		caveat: "local disks only; one holdfast at a time uses it.",
		later:  "PostgreSQL as a store.",
		usual:  "`sqlite:///var/lib/holdfast/holdfast.db`", form: "a URL", pattern: "^sqlite:///",
	},
	"socket": {
		doc: "Path of the control socket, which all other commands use. At most 107 bytes on Linux. Relative to the file's folder. Mode 0600; its folder is " +
			"made with 0700, and left as it is where it exists.",
		caveat: "whoever can open it can list holds with their SQL, and without `people` can answer them.",
		usual:  "`/run/holdfast/holdfast.sock`", form: "a path",
	},
	"socket_group": {
		doc:    "An OS group that may use the socket as well: mode 0660. holdfast must run as a member of it or as root.",
		caveat: "a folder that exists already must let the group pass.",
		usual:  "none, mode 0600", form: "a name", example: "dba",
	},
	"audit": {
		doc:    "Path of the record; see [security](security.md). Relative to the file's folder. Made with 0600. Rename it to rotate, never copy and truncate.",
		caveat: "it is synced to disk before each hold, decision and release. Put it on a disk of its own if sessions are many.",
		usual:  "`/var/lib/holdfast/audit.jsonl`", form: "a path",
	},
	"trace": {
		doc:    "Records the connections of one client as text; see [operations](operations.md). Both keys, or none.",
		caveat: "statements, values and rows are in it. Passwords, logins and cancel keys are not. serve warns of it at each start.",
		usual:  "none, nothing is recorded", example: "{dir: traces, client: 10.20.3.14}",
	},
	"console": {
		doc:   "The web console; see [console](console.md).",
		usual: "none", example: "{listen: \"127.0.0.1:8432\", url: \"https://holdfast.example.com\"}",
	},
	"slack": {
		doc:   "Asks in Slack and takes answers there; see [Slack](slack.md). `holdfast slack test` proves a set-up.",
		usual: "none, Slack is not asked", example: "{bot_token: \"${SLACK_BOT_TOKEN}\", app_token: \"${SLACK_APP_TOKEN}\", channel: C0123ABCD}",
	},
	"webhook": {
		doc:    "Tells another system of every hold, by signed POSTs with JSON; see [Slack](slack.md).",
		caveat: "it only tells. Answers are given by the other doors.",
		usual:  "none", example: "{url: \"https://hooks.example.com/holdfast\", secret: \"${HOLDFAST_WEBHOOK_SECRET}\"}",
	},
	"volume": {
		doc:     "When deletes are told as unusual, and what an alert does; see [volume](volume.md). What is not written keeps its default: alerts need no key.",
		usual:   "the defaults below",
		example: "{limit: {rows: 1000, share: 25%}, zone: Europe/Berlin}",
	},
	"holds": {
		doc: "How long a held statement waits for an answer before it expires, how long an approval is good that comes afterwards, and whether a client may " +
			"choose not to wait.",
		example: "{wait: 30m, wait_in_transaction: 60s, grant: 30m}",
	},
	"banner": {
		doc: "Which kinds of sessions on a host in `enforce` begin with a notice that names environment and host; `off` alone is none. Kinds are those of " +
			"`sessions` of a rule. psql prints it on standard error, of scripts too. A client that connects with client_min_messages above notice gets none.",
		caveat: "a client names itself as it likes, and a session without an application_name counts as a program.",
		usual:  "`[interactive, agent, migration]`", words: bannerWords, some: true, example: "interactive",
	},
	"idle": {
		doc: "Ends sessions on hosts in `enforce` that nobody uses: a forgotten tab is where the wrong statement is typed the next morning. The server's own " +
			"limits count as well.",
		example: "{limit: 8h, limit_in_transaction: 30m, sessions: interactive}",
	},
	"people": {
		doc: "Who asks and who answers.",
		caveat: "with `people`, an OS user who maps to nobody may list and not answer; that includes root. Without any `people`, every caller of the control " +
			"socket may answer, is recorded as an OS user with `identity: unverified`, and holdfast cannot tell whether that is who asked.",
		usual: "none", form: "a list", example: "[{name: ana, postgres: [ana], os: ana}]",
	},
	"shared_users": {
		doc: "Whose the sessions of a Postgres user are that several people or programs use. All entries that match count: if they name several people, none of " +
			"them may confirm it.",
		caveat: "an application_name is what the client says of itself, and whoever knows of the entry can say it; holds then show `says it is`. See [security](security.md).",
		usual:  "none", form: "a list", example: "[{user: app, address: 10.1.2.3, person: ana}]",
	},
	"groups": {
		doc:   "Groups of people: the name of each, and a list of names from `people`.",
		usual: "none", form: "names with a list each", example: "{dba: [ana, ben]}",
	},
	"hosts": {
		doc:  "At least one. Each is one door: where clients connect, and the server behind it.",
		form: "a list", required: true, some: true,
	},
	"limits": {
		doc: "What one transaction may take of a table before the default policy asks about it. Rules stand before it.",
		later: "counting. What passes a filter is not counted yet, so these limits decide nothing until it is; a `DELETE` or `UPDATE` without a filter is held " +
			"whatever they say.",
		example: "{rows: 1000, share: 25%, share_from: 10, updated_rows: off}",
	},
	"rules": {
		doc:   "The policy of one's own; see [how rules are read](#how-rules-are-read). The first rule that matches counts, and the default rules follow.",
		usual: "none, the default rules alone", form: "a list",
		example: "[{name: etl may truncate staging, when: {users: etl, tables: \"staging.*\", verbs: truncate}, action: allow}]",
	},
}

// exampleHash is of no token.
const exampleHash = "0000000000000000000000000000000000000000000000000000000000000000"

var traceKeys = map[string]key{
	"dir": {doc: "A folder for the files. Relative to the file's folder. Made with 0700, and left as it is where it exists; the files have 0600.",
		form: "a path", example: "/var/lib/holdfast/traces"},
	"client": {doc: "Whose connections: one IP address, or `local` for clients of Unix sockets. No networks: nobody is recorded by accident.",
		form: "an address", example: "10.20.3.14"},
}

var holdsKeys = map[string]key{
	"wait": {doc: "Outside a transaction. It holds no lock meanwhile.", usual: "`30m`; in a host that of the whole file", example: "1h"},
	"wait_in_transaction": {doc: "Inside a transaction, or behind statements of its batch that the server has already and that are not synced.",
		caveat: "the transaction keeps its locks that long.", usual: "`60s`; in a host that of the whole file", example: "30s"},
	"blocked_wait": {doc: "How long another session may wait on the server for a strong lock of the transaction that a held statement is in: stronger than " +
		"ROW EXCLUSIVE, which writing rows takes; ALTER TABLE, LOCK TABLE and CREATE INDEX take such. Then the hold ends as expired, the transaction is aborted, and its locks go. " +
		"`off` shows who waits and ends nothing.",
		caveat: "who waits for a row does not end a hold; that has `wait_in_transaction`.", usual: "`5s`; in a host that of the whole file", example: "10s"},
	"grant": {doc: "How long an approval is good when nobody waits for it: of a hold that ended without an answer, or one of a rule with `mode: return`. The " +
		"identical statement of the same user passes once meanwhile, without being asked about again.",
		usual: "`30m`; in a host that of the whole file", example: "1h"},
	"client_mode": {
		doc: "`allow`: a client may choose return mode for its session when it connects, with the startup parameter `holdfast.mode=return`: what is held then " +
			"fails at once with ZH001 and the hold's id, as with `mode: return` of a rule. `refuse` turns such a client away. See [operations](operations.md).",
		caveat: "a rule with `mode: wait` waits all the same, and one with `mode: return` returns to a client that chose `wait`.",
		usual:  "`allow`; in a host that of the whole file", words: func() []string { return []string{Allow, Refuse} }, example: "refuse",
	},
}

var sharedUserKeys = map[string]key{
	"user":        {doc: "The Postgres user. It is in nobody's `postgres`.", required: true, form: "a name", example: "app"},
	"application": {doc: "A pattern of application_name, as in rules: `*` is anything, capitals count as small letters.", usual: "any", example: "\"psql-ana*\""},
	"address":     {doc: "Where the client is: a network, one address, or `local` for Unix sockets.", usual: "any", example: "10.1.2.0/24"},
	"person":      {doc: "Who that is, a name from `people`.", required: true, form: "a name", example: "ana"},
}

var personKeys = map[string]key{
	"name":  {doc: "Unique, at most 63 letters.", required: true, form: "a name", example: "ana"},
	"email": {doc: "The address as whom an OpenID provider knows them; one person's only.", usual: "none", example: "ana@example.com"},
	"slack": {doc: "The member id in Slack, as whom they answer there; one person's only.", usual: "none", example: "U012AB3CD"},
	"postgres": {doc: "The Postgres users that are theirs alone. A hold asked by one of them cannot be answered by this person.",
		usual: "none", example: "[ana, ana_admin]"},
	"os": {doc: "The OS user as whom they call the command line, and as whom they connect to a Unix socket in `listen` of a host: a hold asked so is theirs.",
		usual: "none", form: "a name", example: "ana"},
	"certificate": {doc: "Names in client certificates that are theirs alone: the common name, an e-mail address or a DNS name, exactly as it stands there. " +
		"They count on hosts with `client_ca`.",
		usual: "none", example: "[ana@example.com]"},
	"password": {doc: "The hash of a password for the [console](console.md); `holdfast console password` prints one.",
		usual: "none, they sign in there with a link", form: secretForm, pattern: secretPattern, example: "file:ana.hash"},
	"token": {doc: "The hash of a token with which programs of this person use the API of the [console](console.md); `holdfast console token` prints both.",
		usual: "none", form: "a hash", pattern: "^sha256:[0-9a-f]{64}$", example: "sha256:" + exampleHash},
}
