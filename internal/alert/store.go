package alert

import (
	"github.com/holdfast-db/holdfast/internal/volume"
)

// Store is where the desk keeps alerts, what people said that stands, and what was
// counted and learned. Every change is on disk when the method returns without an
// error. All methods may be called from any goroutine.
type Store interface {
	volume.Store
}
