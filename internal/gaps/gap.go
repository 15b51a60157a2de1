package gaps

import "time"

// Kind says where a gap is, and how it may have come about.
type Kind string

// The kinds. How many ids may be missing in a Short one depends on the sequence.
const (
	Single Kind = "single" // one id: what a rolled back insert leaves
	Short  Kind = "short"  // no more than a cache or a crash skips
	Long   Kind = "long"   // more than that
	Head   Kind = "head"   // from the sequence's start to the first row it gave
	Tail   Kind = "tail"   // from the last one to the sequence's last number
)

// afterCrash is how many numbers a sequence may skip when the server crashes, as it
// writes to the log once for so many (SEQ_LOG_VALS in PostgreSQL's sequence.c), beside
// those of the cache.
const afterCrash = 32

// Gap is a run of ids without a row, ids ascending. Its neighbours are rows that are
// there, or were when they were read.
type Gap struct {
	Kind    Kind       `json:"kind"`
	From    int64      `json:"from"`    // the first id that is missing
	To      int64      `json:"to"`      // the last one
	Missing uint64     `json:"missing"` // how many of the sequence's steps that is
	Below   *Neighbour `json:"below"`   // the row before it; nil below all of them
	Above   *Neighbour `json:"above"`   // the row after it; nil above all of them

	// MadeAfter and MadeBefore say between when the missing rows were made, as far as
	// the neighbours' times tell; nil is not known, as where these do not ascend as the
	// sequence does. That the rows vanished after MadeAfter is all that is known of
	// their end.
	MadeAfter  *Moment `json:"made_after"`
	MadeBefore *Moment `json:"made_before"`
}

// Neighbour is a row beside a gap. Made is nil where it has no time, or the table none.
type Neighbour struct {
	ID   int64   `json:"id"`
	Made *Moment `json:"made"`
}

// Moment is when a row was made, as it says itself.
type Moment struct {
	At    time.Time // in UTC
	Zoned bool      // false: what some clock showed, in a zone that the column does not say
}

// String is the time in RFC 3339, without a zone where there is none.
func (m Moment) String() string {
	if m.Zoned {
		return m.At.Format(time.RFC3339Nano)
	}
	return m.At.Format("2006-01-02T15:04:05.999999999")
}

// MarshalText implements encoding.TextMarshaler.
func (m Moment) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// between sets when the missing rows were made, from the neighbours, in the order in
// which the sequence counts.
func (g *Gap) between(descending bool) {
	earlier, later := g.Below, g.Above
	if descending {
		earlier, later = later, earlier
	}
	if earlier != nil {
		g.MadeAfter = earlier.Made
	}
	if later != nil {
		g.MadeBefore = later.Made
	}
	if g.MadeAfter != nil && g.MadeBefore != nil && g.MadeAfter.At.After(g.MadeBefore.At) {
		g.MadeAfter, g.MadeBefore = nil, nil
	}
}

// steps are the numbers that a sequence can give: those that leave a remainder when
// divided by its increment.
type steps struct {
	size      int64 // at least 1
	remainder int64 // 0 to size-1
}

// maxStep bounds the increments that are reckoned with, so that sums of two stay
// bigints. Nobody counts by more; the least bigint has no opposite at all.
const maxStep = 1 << 60

// stepsOf takes the remainder from the last number, or else the start: a sequence can
// have been set to another one since.
func stepsOf(s *Sequence) steps {
	if s == nil {
		return steps{size: 1}
	}
	size := s.Increment
	if size < 0 {
		size = -size
	}
	if size <= 0 || size > maxStep {
		size = 1
	}
	from := s.Start
	if s.Last != nil {
		from = *s.Last
	}
	return steps{size, ((from % size) + size) % size}
}

// within counts the steps in from..to and returns the first and last of them; none
// where to is before from.
func (s steps) within(from, to int64) (first, last int64, n uint64) {
	if from > to {
		return 0, 0, 0
	}
	up := (s.remainder - from%s.size + 2*s.size) % s.size // from the first id to the first step
	down := (to%s.size - s.remainder + 2*s.size) % s.size
	// In uint64, as bigints are further apart than a bigint can say.
	if span := uint64(to) - uint64(from); uint64(up) > span || uint64(down) > span {
		return 0, 0, 0
	}
	first, last = from+up, to-down
	return first, last, (uint64(last)-uint64(first))/uint64(s.size) + 1
}

// kindOf is that of a gap between two rows.
func kindOf(missing uint64, s *Sequence) Kind {
	skipped := uint64(afterCrash)
	if s != nil && s.Cache > 1 {
		skipped += uint64(s.Cache)
	}
	switch {
	case missing == 1:
		return Single
	case missing <= skipped:
		return Short
	}
	return Long
}
