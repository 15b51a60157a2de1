package hold

// A hold with a change that is queued is not as the store has it: nobody may answer it
// or spend it until that is written.

// change is how many jobs are queued for a hold; written is closed with the last.
type change struct {
	jobs    int
	written chan struct{}
}

// begin counts a job that changes its hold.
func (l *later) begin(j *job) {
	if j.counted = j.changes(); !j.counted {
		return
	}
	l.open.Lock()
	defer l.open.Unlock()
	c := l.changes[j.id]
	if c == nil {
		c = &change{written: make(chan struct{})}
		l.changes[j.id] = c
	}
	c.jobs++
}

// over is called when a job is done, or lost.
func (l *later) over(j *job) {
	if !j.counted {
		return
	}
	l.desk.settled(j.id, j.hold)
	l.open.Lock()
	defer l.open.Unlock()
	if c := l.changes[j.id]; c.jobs > 1 {
		c.jobs--
	} else {
		delete(l.changes, j.id)
		close(c.written)
	}
}

// unwritten is closed when every change of a hold that is queued is on disk; nil when
// none is.
func (l *later) unwritten(id string) <-chan struct{} {
	l.open.Lock()
	defer l.open.Unlock()
	if c := l.changes[id]; c != nil {
		return c.written
	}
	return nil
}
