package web

import (
	"net/http"
	"time"
)

// Policy is what is in force, as the policy's page shows it.
type Policy struct {
	File   string    // where the rules come from; empty without a file
	SHA256 string    // of the file
	Loaded time.Time // when it began to count

	Fault   string   // why the file as it is now does not count; empty when it does
	Restart []string // keys of the file that count only after a restart

	Rules []Rule // of people, in the order in which they are asked; the defaults follow

	// Limits are what one transaction may take before it is asked about, as sentences.
	Limits []string
}

// Rule is one rule.
type Rule struct {
	Name   string
	Line   int // of the file; 0 when it is not known
	Action string
	When   []Condition // all of them must hold; none is everything
	Terms  []string    // what its holds ask for, as sentences
}

// Condition is one key of a rule and its values, of which one must fit.
type Condition struct {
	Key    string
	Values []string
}

func (s *Server) showPolicy(w http.ResponseWriter, r *http.Request, who session) {
	s.showTo(w, r, http.StatusOK, who, "policy", frame{Title: "Policy", Current: "policy"}, s.Policy())
}
