package volume

const (
	// bulkLasts is how many hours after its last crossing a bulk is still the
	// same alert.
	bulkLasts = 24

	// bulkAgain is how many times larger another burst must be to be told within
	// them.
	bulkAgain = 4
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
