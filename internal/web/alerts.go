package web

import (
	"context"
	"time"

	"github.com/holdfast-db/holdfast/internal/alert"
)

// Alerts is what the pages need of *alert.Desk.
type Alerts interface {
	Get(ctx context.Context, id string) (alert.Alert, error)
	List(ctx context.Context, all bool) ([]alert.Alert, error)
	Answer(ctx context.Context, id string, a alert.Answer) (alert.Alert, error)
	Tables(ctx context.Context, from, to time.Time) ([]alert.Table, error)
	Series(ctx context.Context, of alert.SeriesOf) (alert.Series, error)
	Standing() []alert.Standing
	Watch() *alert.Watch
}
