package simulate

import (
	"context"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// Desks that are wrong about grants, on purpose.

type blurred struct{ desk }

func (m *blurred) Wait(ctx context.Context, r hold.Request, held func(hold.Hold)) (hold.Hold, error) {
	if r.Binding != "" {
		r.Binding = "same"
	}
	return m.desk.Wait(ctx, r, held)
}

type refunding struct{ desk }

func (m *refunding) Finish(id string, s hold.State, result string) {
	m.desk.Finish(id, hold.Failed, "not sent: so it says")
}
