package event

import "time"

// AlertChanged says that an alert about unusual deletes was raised, has changed, or
// that somebody answered it. It carries no text of a statement.
type AlertChanged struct {
	At    time.Time `json:"-"`
	Alert string    `json:"alert"` // id

	// Change is what happened: see the constants.
	Change string `json:"change"`

	Host        string `json:"host"`
	Environment string `json:"environment,omitempty"`
	Database    string `json:"database"`
	Table       string `json:"table"`
	User        string `json:"user,omitempty"` // empty: everybody
	Application string `json:"application,omitempty"`

	Detector string    `json:"detector"`
	Deleted  int64     `json:"deleted"` // rows since Since
	Usual    float64   `json:"usual"`   // rows
	Since    time.Time `json:"since"`
	Reason   string    `json:"reason"`
	State    string    `json:"state"` // afterwards

	Silenced time.Time `json:"silenced,omitzero"` // until when nobody is told
	Braked   bool      `json:"braked,omitempty"`  // its brake is on

	// By is whose answer this is; empty where nobody answered.
	By       string `json:"by,omitempty"`
	Via      string `json:"via,omitempty"`
	Identity string `json:"identity,omitempty"`
	Note     string `json:"note,omitempty"`
	Job      string `json:"job,omitempty"` // as it was declared
}

// What happens to an alert by itself. What people do has the names of their answers.
const (
	AlertRaised   = "raised"
	AlertUpdated  = "updated"
	AlertResolved = "resolved"
)

// Kind implements Event: the change is part of it.
func (e AlertChanged) Kind() string {
	if e.By != "" {
		return "alert answered: " + e.Change
	}
	return "alert " + e.Change
}

// When implements Event.
func (e AlertChanged) When() time.Time { return e.At }
