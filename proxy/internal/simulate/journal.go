package simulate

import (
	"context"
	"fmt"
	"slices"

	"github.com/holdfast-db/holdfast/internal/event"
	"github.com/holdfast-db/holdfast/internal/hold"
)

var _ hold.Record = (*port)(nil)

// Write implements hold.Record.
func (p *port) Write(ctx context.Context, e event.Event) error {
	h := e.(event.HoldChanged)
	return p.do(ctx, "record "+h.Hold+" "+h.State, func() error {
		p.journal = append(p.journal, h)
		return nil
	})
}

// followers is what may come after a state, written down once more beside
// hold's own table: the two must agree.
var followers = map[hold.State][]hold.State{
	hold.Pending:   {hold.Approved, hold.Granted, hold.Denied, hold.Expired, hold.Withdrawn, hold.Abandoned},
	hold.Approved:  {hold.Released, hold.Lapsed},
	hold.Released:  {hold.Executed, hold.Failed, hold.Unknown, hold.Granted},
	hold.Expired:   {hold.Granted},
	hold.Withdrawn: {hold.Granted},
	hold.Abandoned: {hold.Granted},
	hold.Granted:   {hold.Released, hold.Lapsed},
}

// leads says that one state leads to another, perhaps by way of others. A grant that
// is given back is the one way round.
func leads(from, to hold.State) bool {
	reached := slices.Clone(followers[from])
	for i := 0; i < len(reached); i++ {
		for _, s := range followers[reached[i]] {
			if !slices.Contains(reached, s) {
				reached = append(reached, s)
			}
		}
	}
	return slices.Contains(reached, to)
}

// recordOf is the states of a hold in the record.
func (d *disk) recordOf(id string) (list []event.HoldChanged) {
	for _, e := range d.journal {
		if e.Hold == id {
			list = append(list, e)
		}
	}
	return list
}

func (d *disk) recorded(id string, s hold.State) bool {
	return slices.ContainsFunc(d.journal, func(e event.HoldChanged) bool { return e.Hold == id && e.State == string(s) })
}

// approvals is how many people have made a grant of a hold, as the record says.
func (d *disk) approvals(id string) (n int) {
	for _, e := range d.recordOf(id) {
		if e.State == string(hold.Granted) {
			n = len(e.Approvals)
		}
	}
	return n
}

// checkRecord: the states of a hold in the record are a path of the state machine
// that ends where the hold did. A write that failed may be missing, be there or be
// there twice, but nothing goes back.
func (d *disk) checkRecord(s *stored) {
	list := d.recordOf(s.ID)
	at := hold.State("")
	for _, e := range list {
		state := hold.State(e.State)
		if from := hold.State(e.From); from != "" && from != at && at != "" && at != state && !leads(at, from) {
			d.w.fail(fmt.Sprintf("the record says that hold %s became %s when it was %s, but it was %s before", s.ID, state, from, at))
		}
		if at != "" && at != state && !leads(at, state) {
			d.w.fail(fmt.Sprintf("the record has hold %s as %s after %s", s.ID, state, at))
		}
		at = state
	}
	if at != s.State {
		d.w.fail(fmt.Sprintf("hold %s ended as %s, the record's last word is %q", s.ID, s.State, at))
	}
}
