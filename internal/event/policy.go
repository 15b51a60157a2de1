package event

import "time"

// PolicyLoaded says that statements are judged by another policy from now on, or
// by the first one of this run.
type PolicyLoaded struct {
	At     time.Time `json:"-"`
	File   string    `json:"file,omitempty"`        // empty for the default policy
	SHA256 string    `json:"file_sha256,omitempty"` // of its bytes
	Rules  int       `json:"rules"`                 // of the file
}

// PolicyNotLoaded says that a file was changed and not taken: the policy before it
// goes on.
type PolicyNotLoaded struct {
	At     time.Time `json:"-"`
	File   string    `json:"file"`
	Faults int       `json:"faults"`
	First  string    `json:"first,omitempty"` // line and column of the first
}

// Kind implements Event.
func (PolicyLoaded) Kind() string { return "policy loaded" }

// Kind implements Event.
func (PolicyNotLoaded) Kind() string { return "policy not loaded" }

// When implements Event.
func (e PolicyLoaded) When() time.Time { return e.At }

// When implements Event.
func (e PolicyNotLoaded) When() time.Time { return e.At }
