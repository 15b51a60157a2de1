package simulate

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// deskMutants are desks that are wrong on purpose.
func deskMutants() map[string]Options {
	all := map[string]Options{}
	for name, wrap := range map[string]func(desk) desk{
		"takes a no for a yes":                func(d desk) desk { return &agreeable{desk: d} },
		"lets the requester answer":           func(d desk) desk { return &accomplice{desk: d} },
		"takes no more for who is unknown":    func(d desk) desk { return &gullible{desk: d} },
		"lets requesters confirm their own":   func(d desk) desk { return &lenient{desk: d} },
		"counts one person twice":             func(d desk) desk { return &doubler{desk: d} },
		"answers another hold":                func(d desk) desk { return &confused{desk: d} },
		"takes any name that is typed":        func(d desk) desk { return &illiterate{desk: d} },
		"does not withdraw on leaving":        func(d desk) desk { return &loyal{desk: d} },
		"waits longer than it was told":       func(d desk) desk { return &patient{desk: d} },
		"uses an approval again":              func(d desk) desk { return &thrifty{desk: d} },
		"takes any statement for a granted":   func(d desk) desk { return &blurred{desk: d} },
		"forgets to revoke":                   func(d desk) desk { return &oblivious{desk: d} },
		"lets anybody revoke":                 func(d desk) desk { return &generous{desk: d} },
		"takes a yes for the transaction":     func(d desk) desk { return &sweeping{desk: d} },
		"gives back what was executed":        func(d desk) desk { return &refunding{desk: d} },
		"releases what it could not write":    func(d desk) desk { return &careless{desk: d} },
		"says denied for expired":             func(d desk) desk { return &rude{desk: d} },
		"says withdrawn for abandoned":        func(d desk) desk { return &mild{desk: d} },
		"says that an outcome was as hoped":   func(d desk) desk { return &optimist{desk: d} },
		"forgets what a death left":           func(d desk) desk { return &carefree{desk: d} },
		"never hears how a hold ended":        func(d desk) desk { return &deafDesk{desk: d} },
		"says that an unknown id has ended":   func(d desk) desk { return &knowing{desk: d} },
		"hangs when a reviewer answers twice": func(d desk) desk { return &hanging{desk: d} },
	} {
		all[name] = Options{Desk: wrap}
	}
	return all
}

type agreeable struct{ desk }

func (m *agreeable) Decide(ctx context.Context, id string, d hold.Decision) (hold.Hold, error) {
	d.Approve = true
	return m.desk.Decide(ctx, id, d)
}

type accomplice struct{ desk }

func (m *accomplice) Decide(ctx context.Context, id string, d hold.Decision) (hold.Hold, error) {
	h, err := m.desk.Decide(ctx, id, d)
	var refused hold.ErrNotAllowed
	if errors.As(err, &refused) && d.By.OS == "ana" {
		d.By = hold.Answerer{OS: "cy"}
		return m.desk.Decide(ctx, id, d)
	}
	return h, err
}

type doubler struct{ desk }

func (m *doubler) Decide(ctx context.Context, id string, d hold.Decision) (hold.Hold, error) {
	h, err := m.desk.Decide(ctx, id, d)
	if err == nil && h.State == hold.Pending {
		d.By = hold.Answerer{OS: map[string]string{"cy": "dee"}[d.By.OS]}
		if h2, err2 := m.desk.Decide(ctx, id, d); err2 == nil {
			return h2, nil
		}
	}
	return h, err
}

type confused struct {
	desk
	last string
}

func (m *confused) Wait(ctx context.Context, r hold.Request, held func(hold.Hold)) (hold.Hold, error) {
	return m.desk.Wait(ctx, r, func(h hold.Hold) { m.last = h.ID; held(h) })
}

func (m *confused) Decide(ctx context.Context, id string, d hold.Decision) (hold.Hold, error) {
	if m.last != "" {
		id = m.last
	}
	return m.desk.Decide(ctx, id, d)
}

type illiterate struct{ desk }

func (m *illiterate) Decide(ctx context.Context, id string, d hold.Decision) (hold.Hold, error) {
	d.Type = ""
	return m.desk.Decide(ctx, id, d)
}

type loyal struct{ desk }

func (m *loyal) Wait(ctx context.Context, r hold.Request, held func(hold.Hold)) (hold.Hold, error) {
	return m.desk.Wait(context.WithoutCancel(ctx), r, held)
}

type gullible struct{ desk }

func (m *gullible) Wait(ctx context.Context, r hold.Request, held func(hold.Hold)) (hold.Hold, error) {
	r.UnknownSame = true
	return m.desk.Wait(ctx, r, held)
}

type lenient struct{ desk }

func (m *lenient) Wait(ctx context.Context, r hold.Request, held func(hold.Hold)) (hold.Hold, error) {
	r.SelfConfirm = true
	return m.desk.Wait(ctx, r, held)
}

type patient struct{ desk }

func (m *patient) Wait(ctx context.Context, r hold.Request, held func(hold.Hold)) (hold.Hold, error) {
	r.Wait = 10*r.Wait + time.Hour
	return m.desk.Wait(ctx, r, held)
}

type thrifty struct {
	desk
	mu   sync.Mutex
	kept map[string]hold.Hold
}

func (m *thrifty) Wait(ctx context.Context, r hold.Request, held func(hold.Hold)) (hold.Hold, error) {
	m.mu.Lock()
	h, again := m.kept[r.Binding]
	m.mu.Unlock()
	if again {
		held(h)
		return h, nil
	}
	h, err := m.desk.Wait(ctx, r, held)
	if err == nil && h.State == hold.Released {
		m.mu.Lock()
		m.kept = map[string]hold.Hold{r.Binding: h}
		m.mu.Unlock()
	}
	return h, err
}

type careless struct{ desk }

func (m *careless) Wait(ctx context.Context, r hold.Request, held func(hold.Hold)) (hold.Hold, error) {
	var asked hold.Hold
	h, err := m.desk.Wait(ctx, r, func(h hold.Hold) { asked = h; held(h) })
	if err != nil && asked.ID != "" {
		asked.State = hold.Released
		return asked, nil
	}
	return h, err
}

type rude struct{ desk }

func (m *rude) Wait(ctx context.Context, r hold.Request, held func(hold.Hold)) (hold.Hold, error) {
	h, err := m.desk.Wait(ctx, r, held)
	if h.State == hold.Expired {
		h.State = hold.Denied
	}
	return h, err
}

type mild struct{ desk }

func (m *mild) Wait(ctx context.Context, r hold.Request, held func(hold.Hold)) (hold.Hold, error) {
	h, err := m.desk.Wait(ctx, r, held)
	if h.State == hold.Abandoned {
		h.State = hold.Withdrawn
	}
	return h, err
}

type optimist struct{ desk }

func (m *optimist) Finish(id string, s hold.State, result string) {
	m.desk.Finish(id, hold.Executed, result)
}

type carefree struct{ desk }

func (m *carefree) Finish(id string, s hold.State, result string) {
	if s != hold.Unknown {
		m.desk.Finish(id, s, result)
	}
}

type deafDesk struct{ desk }

func (m *deafDesk) Finish(string, hold.State, string) {}

type knowing struct{ desk }

func (m *knowing) Decide(ctx context.Context, id string, d hold.Decision) (hold.Hold, error) {
	h, err := m.desk.Decide(ctx, id, d)
	if errors.Is(err, hold.ErrUnknownID) {
		err = hold.ErrEnded{}
	}
	return h, err
}

type hanging struct {
	desk
	mu   sync.Mutex
	seen []string
}

// Wait never returns once the same person has answered twice.
func (m *hanging) Wait(ctx context.Context, r hold.Request, held func(hold.Hold)) (hold.Hold, error) {
	h, err := m.desk.Wait(ctx, r, held)
	m.mu.Lock()
	hangs := slices.Contains(m.seen, h.ID)
	m.mu.Unlock()
	if hangs {
		<-ctx.Done()
	}
	return h, err
}

func (m *hanging) Decide(ctx context.Context, id string, d hold.Decision) (hold.Hold, error) {
	h, err := m.desk.Decide(ctx, id, d)
	var ended hold.ErrEnded
	if errors.As(err, &ended) {
		m.mu.Lock()
		m.seen = append(m.seen, id)
		m.mu.Unlock()
	}
	return h, err
}
