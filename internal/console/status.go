package console

import "time"

// Status is what a running holdfast says about itself.
type Status struct {
	Version string    `json:"version"`
	PID     int       `json:"pid"`
	Started time.Time `json:"started"`
	Uptime  float64   `json:"uptime"` // seconds

	// Ready is true when every host listens and the control store answers; Why
	// says what is missing.
	Ready bool   `json:"ready"`
	Why   string `json:"why,omitempty"`

	Hosts []HostStatus `json:"hosts"`

	// Monitors are those of the hosts that have one.
	Monitors []MonitorStatus `json:"monitors,omitempty"`

	Policy PolicyStatus `json:"policy"`

	// Counting says whether rows are counted before a commit. It is false in
	// this version: CountingNote says what that means.
	Counting     bool   `json:"counting"`
	CountingNote string `json:"counting_note,omitempty"`

	// People may answer, by name; without any, everybody who can open the socket
	// may, and Identity is "unverified".
	People   []string `json:"people"`
	Identity string   `json:"identity"`

	Control string `json:"control"` // URL of the control store
	Audit   string `json:"audit"`   // path
	Socket  string `json:"socket"`  // path

	Waiting int `json:"waiting"` // holds that wait for people
	Granted int `json:"granted"` // approvals that wait to be used

	Deletes *DeleteStatus `json:"deletes,omitempty"`

	Lost Lost `json:"lost"`

	Warnings []string `json:"warnings,omitempty"` // of the configuration
}

// DeleteStatus says how deletes are watched.
type DeleteStatus struct {
	Alerts int `json:"alerts"` // that last
	Brakes int `json:"brakes"` // that are on

	// Learned is when the baseline speaks, or has begun to: before it only limits are
	// told.
	Learned time.Time `json:"learned,omitzero"`

	// Fault is why counts cannot be kept or are not judged; empty when all is well.
	Fault string `json:"fault,omitempty"`

	// Gaps are times whose counts are lost.
	Gaps []Gap `json:"gaps,omitempty"`
}

// PolicyStatus is the policy that judges now.
type PolicyStatus struct {
	File   string    `json:"file,omitempty"`        // empty for the default policy
	SHA256 string    `json:"file_sha256,omitempty"` // of the file as it was read
	Loaded time.Time `json:"loaded"`
	Rules  int       `json:"rules"` // of the file; the default ones follow

	// Fault is why the file as it is now was not taken; empty when it was.
	Fault string `json:"fault,omitempty"`

	// Restart are the keys that were changed and wait for a restart.
	Restart []string `json:"needs_restart,omitempty"`
}

// HostStatus is one host, and what passed through it since the start.
type HostStatus struct {
	Name        string   `json:"name"`
	Environment string   `json:"environment,omitempty"`
	Mode        string   `json:"mode"` // enforce, observe or off
	Listen      []string `json:"listen"`
	Server      string   `json:"server"` // without user and password
	SSLMode     string   `json:"sslmode"`

	Sessions int `json:"sessions"` // open now
	Held     int `json:"held"`     // of them, waiting for people

	Statements uint64 `json:"statements"`  // read
	NotCounted uint64 `json:"not_counted"` // passed although nobody counted what they destroyed
	WouldHold  uint64 `json:"would_hold"`  // in observe mode
	Refused    uint64 `json:"refused"`     // by the policy
}

// Lost is what could not be kept. Anything but zero is a fault to look into.
type Lost struct {
	Events uint64 `json:"events"` // did not reach an observer
	Holds  uint64 `json:"holds"`  // changes of holds that could not be written
	Counts uint64 `json:"counts"` // of deletes that could not be told apart
}
