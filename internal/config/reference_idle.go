package config

var idleKeys = map[string]key{
	"limit": {
		doc: "For sessions outside of a transaction, from the last byte in either direction. The session ends with the server's own code for it, 57P05. It is " +
			"not idle while a statement runs or is held, during COPY, nor once its client has sent LISTEN, up to `DISCARD ALL`.",
		caveat: "the limit is kept to within four seconds. A tool that sends a statement now and then to keep its connection is never idle.",
		usual:  "`8h`; in a host that of the whole file", form: "a time, or `off`", example: "1h",
	},
	"limit_in_transaction": {
		doc:    "For sessions inside a transaction. They hold locks, and keep dead rows from being cleaned up. The server's own code is 25P03.",
		caveat: "the transaction is rolled back.",
		usual:  "that of the whole file, else `limit`", form: "a time, or `off`", example: "10m",
	},
	"sessions": {
		doc:    "Which kinds of sessions, as in `sessions` of a rule, by the application_name they began with.",
		caveat: "pools of programs keep idle sessions on purpose. A client names itself as it likes.",
		usual:  "`interactive`; in a host those of the whole file", words: kinds, some: true, example: "[interactive, agent]",
	},
}

func bannerWords() []string { return append(kinds(), off) }
