package event

import "time"

// DeletedBehind says that the server counted deletes of rows that no session of holdfast
// is known to have run, between From and At.
type DeletedBehind struct {
	From     time.Time `json:"from"`
	At       time.Time `json:"-"`
	Host     string    `json:"host"`
	Database string    `json:"database"`
	Table    string    `json:"table"` // as in Rows
	Deleted  int64     `json:"deleted"`
	Rows     int64     `json:"rows"` // of the table, as the server estimates them

	// Triggers are tables with triggers that were written to through holdfast meanwhile,
	// and which may have deleted the rows.
	Triggers []string `json:"triggers,omitempty"`
}

// Kind implements Event.
func (DeletedBehind) Kind() string { return "rows deleted behind" }

// When implements Event.
func (e DeletedBehind) When() time.Time { return e.At }
