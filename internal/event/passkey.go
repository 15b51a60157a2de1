package event

import "time"

// PasskeyAdded says that a person can sign in to the web console with another key.
type PasskeyAdded struct {
	At     time.Time `json:"-"`
	Person string    `json:"person"`
	Key    string    `json:"key"`  // its id, in hexadecimal
	Name   string    `json:"name"` // as the person called it
	Site   string    `json:"site"` // the name of the console that it is for
}

// PasskeyRemoved says that nobody can sign in with that key any more.
type PasskeyRemoved struct {
	At     time.Time `json:"-"`
	Person string    `json:"person"`
	Key    string    `json:"key"`
	Name   string    `json:"name"`
	Cause  string    `json:"cause"` // who or what removed it
}

// PasskeyRefused says that a key signed rightly and was refused all the same: its
// counter went back, so there may be a copy of it.
type PasskeyRefused struct {
	At     time.Time `json:"-"`
	Person string    `json:"person"`
	Key    string    `json:"key"`
	Name   string    `json:"name"`
	Known  uint32    `json:"known_count"`
	Shown  uint32    `json:"shown_count"`
}

// Kind implements Event.
func (PasskeyAdded) Kind() string { return "passkey added" }

// Kind implements Event.
func (PasskeyRemoved) Kind() string { return "passkey removed" }

// Kind implements Event.
func (PasskeyRefused) Kind() string { return "passkey refused" }

// When implements Event.
func (e PasskeyAdded) When() time.Time { return e.At }

// When implements Event.
func (e PasskeyRemoved) When() time.Time { return e.At }

// When implements Event.
func (e PasskeyRefused) When() time.Time { return e.At }
