package web

import (
	"github.com/holdfast-db/holdfast/internal/alert"
	"github.com/holdfast-db/holdfast/internal/console"
)

// Alerts is what the pages and the API need of *alert.Desk.
type Alerts interface {
	console.Alerts
	Watch() *alert.Watch
}
