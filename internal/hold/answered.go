package hold

import "context"

// changes is closed and replaced whenever a change of a hold is in the record.
func (d *Desk) changes() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.news
}

// tell wakes those who watch holds.
func (d *Desk) tell() {
	d.mu.Lock()
	defer d.mu.Unlock()
	close(d.news)
	d.news = make(chan struct{})
}

// Answered returns a hold as soon as it is not pending any more, or as it is when ctx
// ends or the desk closes. Errors are those of Get.
func (d *Desk) Answered(ctx context.Context, id string) (Hold, error) {
	for {
		news := d.changes() // before the look: what changes behind it is not missed
		h, err := d.Get(context.WithoutCancel(ctx), id)
		if err != nil || h.State != Pending {
			return h, err
		}
		select {
		case <-news:
		case <-ctx.Done():
			return h, nil
		case <-d.stopping:
			return h, nil
		}
	}
}
