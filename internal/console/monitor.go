package console

import "time"

// MonitorStatus is how the monitor of one host is, which reads the server's own counters.
type MonitorStatus struct {
	Host string `json:"host"`

	Up    bool      `json:"up"`             // the last try read the counters of a database
	Since time.Time `json:"since,omitzero"` // since when it is up or not; zero before the first try
	Why   string    `json:"why,omitempty"`  // why not

	Read      time.Time `json:"read,omitzero"` // when counters were last read
	Databases int       `json:"databases"`     // that were read then
	Tables    int       `json:"tables"`
	Standby   bool      `json:"standby,omitempty"` // which counts no writes

	Faults           []MonitorFault `json:"faults,omitempty"`
	DatabasesLeftOut int            `json:"databases_left_out,omitempty"` // too many to be read
	TablesLeftOut    int            `json:"tables_left_out,omitempty"`

	// Anew is when counters last started anew, so that for one interval nothing could be
	// compared.
	Anew    time.Time `json:"anew,omitzero"`
	AnewWhy string    `json:"anew_why,omitempty"`
}

// MonitorFault is a database that could not be read.
type MonitorFault struct {
	Database string `json:"database"`
	Why      string `json:"why"`
}
