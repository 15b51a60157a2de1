package console

import (
	"time"

	"github.com/holdfast-db/holdfast/internal/alert"
)

// Alert is an alert as the API shows it, and AlertActor and AlertAnswer are parts of it.
type (
	Alert       = alert.Shown
	AlertActor  = alert.ShownActor
	AlertAnswer = alert.ShownAnswer
)

// Standing is what an answer said that stands: a silence, or a job.
type Standing struct {
	Alert    string    `json:"alert"` // whose answer it was; lift takes it back there
	Host     string    `json:"host"`
	Database string    `json:"database"`
	Table    string    `json:"table"`
	Actor    string    `json:"actor"`
	Until    time.Time `json:"until,omitzero"` // of a silence
	Job      string    `json:"job,omitempty"`  // the line for expected in the configuration
	By       string    `json:"by"`
	At       time.Time `json:"at"`
}

func standingOf(stands []alert.Standing) []Standing {
	list := []Standing{}
	for _, s := range stands {
		shown := Standing{Alert: s.Alert, Host: s.Host, Database: s.Database, Table: s.Table, Actor: alert.ActorKey(s.Actor), Until: s.Until, By: s.By, At: s.At}
		if s.Job != nil {
			shown.Job = alert.JobLine(*s.Job)
		}
		list = append(list, shown)
	}
	return list
}
