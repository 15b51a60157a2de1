package volume

const (
	// bulkLasts is how many hours after its last crossing a bulk is still the
	// same alert.
	bulkLasts = 24

	// bulkAgain is how many times larger another burst must be to be told within
	// them.
	bulkAgain = 4

	// After bulkAlerts alerts within bulkWeek hours further bulks of the actor are
	// the last one, going on, unless they are bulkAgain times as large as all of them.
	bulkAlerts = 2
	bulkWeek   = daysOfWeek * hoursOfDay
)

// incident is an alert while it lasts. Times are hours since 1970.
type incident struct {
	ID     uint64 // 0: there is none
	Kind   Kind
	Since  int64 // second
	Opened int64
	Newest int64   // the last crossing
	Told   float64 // rows when last told
	Usual  float64
	Reason string
	Calm   int32 // hours as usual, of a leak
}

func (i *incident) open() bool { return i.ID != 0 }

// toldBulks remembers the bulks of a unit that were told lately.
type toldBulks struct {
	Hours [bulkAlerts]int64 // of the newest alerts
	Most  float64           // rows of the largest of them
	Last  incident
}

// note takes in a bulk that is told.
func (t *toldBulks) note(hour int64, rows float64) {
	if t.Hours[0]+bulkWeek <= hour {
		t.Most = 0
	}
	copy(t.Hours[1:], t.Hours[:bulkAlerts-1])
	t.Hours[0] = hour
	t.Most = max(t.Most, rows)
}

// enough reports whether another bulk of so many rows need not be told anew.
func (t *toldBulks) enough(hour int64, rows float64) bool {
	return t.full(hour) && rows < bulkAgain*t.Most
}

// full reports whether as many bulks were told within the week as need to be.
func (t *toldBulks) full(hour int64) bool {
	oldest := t.Hours[bulkAlerts-1]
	return oldest != 0 && hour-oldest < bulkWeek && t.Last.open()
}
