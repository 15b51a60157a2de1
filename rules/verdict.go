package rules

// Origin is who sends a statement, and to where. All fields are as the client
// gave them in its StartupMessage or as the host's configuration names them.
type Origin struct {
	Host        string // name of the host in the configuration
	Environment string // "production", "staging", ...; may be empty
	Database    string
	User        string // the Postgres user
	Application string // application_name; may be empty
	Client      string // address of the client, without port for TCP
}

// Action is what happens to a statement. The zero value holds.
type Action uint8

// The actions. Their order is not their severity: see Worse.
const (
	Hold    Action = iota // waits for a reviewer
	Allow                 // goes on as it came
	Warn                  // goes on, recorded
	Measure               // goes on, to be counted before the commit
	Refuse                // answered with an error at once
)

// String is the word for the action in configuration and JSON.
func (a Action) String() string {
	switch a {
	case Allow:
		return "allow"
	case Warn:
		return "warn"
	case Measure:
		return "measure"
	case Refuse:
		return "refuse"
	}
	return "hold" // and whatever is none of them
}

// Verdict is the opinion of a policy on a text. The zero value holds.
type Verdict struct {
	Action Action

	// Rule is the name of the rule that decided: a user's or one of the default
	// ones (drops, truncates, deletes, updates, columns, merges, opaque,
	// unreadable, limits, settings, brake).
	Rule string

	// Reason says in a few words what would happen, for the first line of a
	// notice, without a full stop: "DROP TABLE events", "DELETE events without
	// WHERE". It contains no literals and no passwords.
	Reason string

	// Why is the sentence that explains the rule: "every row goes". May be empty.
	Why string

	// SQLState of the refusal when Action is Refuse: ZH004 by policy, ZH005 for
	// a setting under which text cannot be read with certainty.
	SQLState string

	// Braked is true where a Brake is on one of the effects that are held, whether or not
	// they would be held without it.
	Braked bool

	// Terms of the rules that hold: every one of them must be met. Empty means those
	// of the host alone.
	Terms []Terms

	// Effects that led to the verdict, the worst one first. They are shared with the
	// facts that were judged: nobody may change them.
	Effects []Effect
}
