package history

import "time"

// Statement is a text that a server ran, or a function that it called by itself.
type Statement struct {
	Sender

	// At is when it was logged; zero where that is not known.
	At time.Time

	// Session tells the statements of one session from those of others. Empty where
	// the log does not.
	Session string

	// Line is where it begins in the input, from 1.
	Line int

	// SQL as the server had it, without a literal for each $1 where Placeholders is
	// set. It is valid until the callback returns.
	SQL          string
	Placeholders bool

	// Prepared is the PREPARE statement of what an EXECUTE in SQL runs, where the log
	// says it.
	Prepared string

	// Function is the OID of the function that a FunctionCall message called; SQL is
	// empty then.
	Function uint32

	// Calls is how often it ran.
	Calls uint64
}

// Sender is who sent a statement, as far as the log says.
type Sender struct {
	User, Database, Application string

	Client string // IP address, or local for a Unix socket
}

// Seen is what was read, and what was not.
type Seen struct {
	Statements uint64 // that were handed over, each counted once
	Timed      uint64 // of them, how many are there with their duration alone
	Rows       bool   // SELECT, INSERT, UPDATE or DELETE was among them
	Reads      bool   // SELECT was

	Foreign uint64 // lines that are no message of the format
	Long    uint64 // messages above MaxEntry
	Nested  uint64 // of pg_stat_statements: run inside functions, which no client sends
	Zone    string // a time zone whose offset is not known and was taken for UTC
}

// MaxEntry bounds one message of a log, or one record, in bytes: four times the longest
// text that is parsed. What is longer is counted and left out.
const MaxEntry = 1 << 20

// Plus is what was seen in two inputs.
func (s Seen) Plus(more Seen) Seen {
	s.Statements += more.Statements
	s.Timed += more.Timed
	s.Rows, s.Reads = s.Rows || more.Rows, s.Reads || more.Reads
	s.Foreign += more.Foreign
	s.Long += more.Long
	s.Nested += more.Nested
	if s.Zone == "" {
		s.Zone = more.Zone
	}
	return s
}
