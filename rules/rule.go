package rules

import "time"

// Rule is one rule of a policy, as people write it. DESIGN.md section 4.
type Rule struct {
	// Name is shown with every verdict of the rule. Unique, not empty.
	Name string

	When   When
	Action Action // its zero value holds

	// Terms are who must approve what the rule holds, and how. The zero value are
	// those of the host.
	Terms Terms
}

// When says what a rule matches: all that is not empty must match, and of a list
// one entry. The zero value matches everything that the action covers: a hold or
// refuse rule without verbs covers what the default policy calls destructive,
// every other action covers all.
type When struct {
	Hosts        []Pattern
	Environments []Pattern
	Databases    []Pattern
	Users        []Pattern
	Applications []Pattern
	Clients      []Network
	Kinds        []Kind
	Verbs        []Verb
	Tables       []TablePattern
	Filters      []Filter

	// Rows and Share are conditions on what was counted; nil is none. A rule with
	// one of them is undecided before the count.
	Rows, Share *Bound

	// Inside and Outside are windows of time: inside any of the first, outside all
	// of the second.
	Inside, Outside []Window
}

// Terms are the conditions under which a reviewer's answer counts. A zero field
// means that of the host. Comparable.
type Terms struct {
	Group             string // who may answer; empty is that of the host
	Count             int    // distinct people
	Wait              time.Duration
	WaitInTransaction time.Duration
	TypeName          bool // the object's name must be typed

	// Return is true when the statement fails at once with the hold's id instead of
	// waiting; approved, it is to be sent again. The zero value waits, unless the
	// client has asked for the other when it connected.
	Return bool

	// MustWait is true when it waits whatever the client has asked for.
	MustWait bool
}

// Limits are what the default policy lets one transaction take before it is asked
// about; they are judged on counts. The zero value of a field means its default.
type Limits struct {
	Rows        int64   // deleted rows of a table; default 1000
	Share       float64 // of a table's rows, above 0 and at most 1; default 0.25
	ShareFrom   int64   // share counts from so many deleted rows on; default 10
	UpdatedRows int64   // updated rows of a table; 0 is off
}
