package config

var hostKeys = map[string]key{
	"name": {doc: "Unique. Shown in notices and lists.", required: true, form: "a name", example: "shop-prod"},
	"environment": {doc: "A word for people: `production`, `staging`. It stands in the notice in place of the host's name, and rules can match it.",
		usual: "none", form: "a name", example: "production"},
	"listen": {
		doc: "`HOST:PORT`, `:PORT`, or `unix:/PATH/.s.PGSQL.PORT`. An absolute path without `unix:` is a folder, and the socket in it is the one of port 5432. " +
			"Port 0 lets the system choose.",
		caveat:   "a Unix socket for clients is open to every user of the machine (mode 0777), as PostgreSQL's own is by default.",
		required: true, some: true, form: "an address, or a list of them", example: "127.0.0.1:6432",
	},
	"server": {
		doc: "A `postgres://HOST:PORT` URL. A folder as host (`postgres:///?host=/run/postgresql`) is a Unix socket. Parameters: `host`, `port`, `sslmode`, " +
			"`sslrootcert`, `sslnegotiation`; any other stops the start, and so does a password. User and database in it feed only the psql line that serve " +
			"prints; the client's own decide. Without sslmode it is `prefer` for loopback addresses and Unix sockets, and `verify-full` for every other host. " +
			"Without a port it is 5432.",
		caveat:   "`verify-ca` and `verify-full` without `sslrootcert` use the roots of the system, not `~/.postgresql/root.crt`.",
		required: true, form: "a URL", pattern: "^postgres(ql)?://", example: "postgres://db1.internal:5432?sslmode=verify-full",
	},
	"monitor": {
		doc: "A URL by which holdfast itself logs in to the server and reads how many rows were deleted from each table, so that deletes behind its back are found; see " +
			"[operations](operations.md#the-monitor). Parameters, variables (`PGPASSWORD`) and files (`~/.pgpass`) are those of libpq. Without sslmode it is as for `server`.",
		caveat: "no password in it: `monitor_password` or `passfile=PATH`. It goes to the server itself, not to a pooler.",
		usual:  "none, nothing is read", form: "a URL", pattern: "^postgres(ql)?://", example: "postgres://holdfast@db1.internal:5432/shop",
	},
	"monitor_password":  {doc: "The password of its user.", usual: "what libpq's variables and files say", example: "${HOLDFAST_MONITOR_PASSWORD}"},
	"monitor_interval":  {doc: "How often counters are read: `10s` to `1h`.", usual: "`1m`", example: "30s"},
	"monitor_databases": {doc: "The databases that are read, at most 100.", usual: "all that the user may connect to, templates aside", form: "a name, or a list of them", example: "[shop, billing]"},
	"tls": {
		doc: "TLS to clients: TLS 1.2 or newer, SSLRequest and sslnegotiation=direct.",
		caveat: "with TLS on both legs, logins with SCRAM fail unless cert and key are the server's own; see [security](security.md). Certificates are read at " +
			"the start only.",
		usual: "none, an SSLRequest is answered with no", example: "{cert: proxy.crt, key: proxy.key, require: true}",
	},
	"mode": {
		doc:    "`enforce` holds and refuses. `observe` changes nothing on the wire and records what would have been held. `off` does not look.",
		caveat: "a host in a file without a mode holds nothing, and serve warns of it.",
		usual:  "`observe`; the one host that flags make is in `enforce`", words: modeWords, example: "enforce",
	},
	"reviewers": {
		doc:    "Who answers the holds of this host, where the rule that holds does not say so itself. One deny is enough.",
		caveat: "whoever asked never counts. `serve --check` warns where a hold could only expire.", usual: "anybody, 1", example: "{group: dba, count: 1}",
	},
	"holds":  {doc: "Holds on this host.", usual: "as in the whole file", example: "{wait: 1h}"},
	"banner": {doc: "Which sessions of this host begin with the notice.", usual: "those of the whole file", words: bannerWords, some: true, example: "off"},
	"idle":   {doc: "Idle sessions of this host.", usual: "as in the whole file", example: "{limit: 1h, limit_in_transaction: 10m}"},
	"unknown_requester": {
		doc: "How many people must approve what somebody asks whom neither a certificate, peer credentials, the Postgres user nor `shared_users` make one of " +
			"`people`. `one_more` than for others, of the same groups: one of them may be who asked. `same` takes no more: for hosts where " +
			"applications ask whose users belong to nobody.",
		caveat: "without any `people` it makes no difference. `serve --check` warns where there are too few people for one more.",
		usual:  "`one_more`", words: func() []string { return []string{OneMore, Same} }, example: "same",
	},
	"self_confirm": {
		doc: "`typed` lets who asked confirm their own holds, by typing the name of the database; they count as one of the people. The answer is " +
			"recorded as confirmed by who asked. Where the rule wants a name typed, that of the database takes its place for them.",
		caveat: "it is for small teams: nobody else looks.",
		usual:  "none, nobody confirms their own", words: func() []string { return []string{Typed} }, example: "typed",
	},
}

func modeWords() []string { return []string{string(Enforce), string(Observe), string(Off)} }

var tlsKeys = map[string]key{
	"cert":    {doc: "The certificate, a PEM file, the leaf first. Relative to the file's folder.", required: true, form: "a path", example: "proxy.crt"},
	"key":     {doc: "Its key, a PEM file. Relative to the file's folder.", required: true, form: "a path", example: "proxy.key"},
	"require": {doc: "Refuses clients that come over TCP without TLS.", usual: "`false`", example: "true"},
	"client_ca": {
		doc: "The authorities whose client certificates count, a PEM file. Whose a certificate is, `certificate` of a person says. Relative to the file's folder.",
		caveat: "the certificate is not passed on: the server sees none, and its method `cert` cannot be used. There is no list of revoked ones. A client that " +
			"shows one of another authority is refused.",
		usual: "none, clients are not asked for one", form: "a path", example: "clients.crt",
	},
	"client_cert": {
		doc:   "`optional` takes clients without one too. `require` refuses them, and whoever comes over TCP without TLS. Unix sockets have none.",
		usual: "`optional`", words: func() []string { return []string{Optional, Required} }, example: "require",
	},
}

var reviewersKeys = map[string]key{
	"group": {doc: "Who may answer, a name from `groups`.", usual: "anybody in `people`; in a rule the host's group", form: "a name", example: "dba"},
	"count": {doc: "How many distinct people must approve.", usual: "1; in a rule the host's count", example: "2"},
}
