package alert

// CountNow counts what was handed in, for benchmarks.
func (d *Desk) CountNow() { d.countNow() }

// Snapshots is how many bytes are kept each minute.
func (d *Desk) Snapshots() (watch, hours int, err error) {
	s, err := d.snapshot(false)
	for _, b := range s.hours {
		hours += len(b)
	}
	return len(s.watch), hours, err
}
