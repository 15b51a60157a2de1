package audit

// Kinds of lines that the log writes of itself. All others are those of the
// events.
const (
	kindOpened         = "audit opened"     // holdfast started
	kindClosed         = "audit closed"     // holdfast stopped in order
	kindContinued      = "continued"        // first line of a file after a rotation
	kindRecovered      = "recovered"        // behind a torn line
	kindUnacknowledged = "not acknowledged" // lines whose writers were told they failed
)

// recovered are the fields of kindRecovered.
type recovered struct {
	TornBytes  int64  `json:"torn_bytes"`
	TornSHA256 string `json:"torn_sha256"`
}

// continued are the fields of kindContinued.
type continued struct {
	PreviousSeq  uint64 `json:"previous_seq"`
	PreviousHash string `json:"previous_hash"`
}

// unacknowledged are the fields of kindUnacknowledged.
type unacknowledged struct {
	FirstSeq uint64 `json:"first_seq"`
	LastSeq  uint64 `json:"last_seq"`
}
