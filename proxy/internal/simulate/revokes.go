package simulate

import (
	"context"
	"errors"
	"fmt"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// revoke lets somebody take a grant back, or try to.
func (w *world) revoke(f *fact) {
	name := w.crowd.names[w.IntN(len(w.crowd.names))]
	run, desk := w.run, w.run.desk
	w.crowd.serial++
	key := fmt.Sprintf(decisions+"%06d", w.crowd.serial)
	if w.options.Trace != nil {
		w.trace(fmt.Sprintf("%s revokes %s", name, f.id))
	}
	if w.crowd.mayRevoke(name, f.User) {
		f.revoking = true
	}
	go func() {
		h, err := desk.Revoke(context.WithValue(context.Background(), asker{}, key), f.id, hold.Revoking{By: hold.Answerer{OS: name}, Via: "cli"})
		w.post(key, func() {
			if !run.gone {
				w.revoked(f, name, h, err)
			}
		})
	}()
}

// mayRevoke: who may answer the holds of that user may, and the user's own person.
func (c *crowd) mayRevoke(name, user string) bool {
	_, may := c.allowed(hold.Answerer{OS: name}, user)
	return may || c.known && name == c.owner(user)
}

// revoked checks what somebody was told who wanted to take a grant back.
func (w *world) revoked(f *fact, name string, h hold.Hold, err error) {
	if w.options.Trace != nil {
		w.trace(fmt.Sprintf("%s is told about revoking %s: %s %v", name, f.id, h.State, err))
	}
	may := w.crowd.mayRevoke(name, f.User)
	var late hold.ErrNotRevocable
	var refused hold.ErrNotAllowed
	switch {
	case err == nil && may && h.State != hold.Lapsed && h.Revoked.By == name && f.out && len(f.scopes) > 0:
		f.revoked = true // for the rest of its transaction
		w.stats.Revoked++
	case err == nil && (!may || h.State != hold.Lapsed || h.Revoked.By != name || !f.granted):
		w.fail(fmt.Sprintf("%s revoked hold %s of %s, which is %s now", name, f.id, f.User, h.State))
	case err == nil && f.out:
		w.fail(fmt.Sprintf("%s revoked hold %s, which was sent", name, f.id))
	case err == nil:
		f.revoked = true
		w.stats.Revoked++
	case errors.Is(err, hold.ErrUnavailable):
		if w.disk.failed == 0 && w.run.ready() && !f.granted {
			w.fail(fmt.Sprintf("%s cannot revoke %s, and the disk has no fault: %v", name, f.id, err))
		}
	case errors.As(err, &refused) && !may:
	case !errors.As(err, &late) || !may:
		w.fail(fmt.Sprintf("revoking hold %s by %s failed: %v", f.id, name, err))
	}
}

// oblivious says that it has revoked, and has not.
type oblivious struct{ desk }

func (m *oblivious) Revoke(ctx context.Context, id string, r hold.Revoking) (hold.Hold, error) {
	h, err := m.desk.Get(ctx, id)
	if err != nil || h.State != hold.Granted {
		return m.desk.Revoke(ctx, id, r)
	}
	h.State, h.Revoked = hold.Lapsed, hold.Revocation{By: r.By.OS}
	return h, nil
}

// generous lets anybody revoke.
type generous struct{ desk }

func (m *generous) Revoke(ctx context.Context, id string, r hold.Revoking) (hold.Hold, error) {
	h, err := m.desk.Revoke(ctx, id, r)
	if refused := (hold.ErrNotAllowed{}); errors.As(err, &refused) {
		r.By = hold.Answerer{OS: "ben"}
		return m.desk.Revoke(ctx, id, r)
	}
	return h, err
}
