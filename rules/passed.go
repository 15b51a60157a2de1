package rules

import "sync/atomic"

// passed remembers texts that the prefilter passed, by their hash: for a long
// one that is sent again and again the hash costs a tenth of the prefilter. It
// takes no lock and never grows; a text drives out another of the same slot.
//
// The two halves of a slot are written one after the other, so a reader may see
// those of two texts. That they are both those of a third is as unlikely as one
// hash for two texts.
type passed [passedSlots]struct{ a, b atomic.Uint64 }

// passedSlots is a power of two: the long texts of an application in 64 KiB.
const passedSlots = 1 << 12

func (p *passed) has(k cacheKey) bool {
	s := &p[k[0]%passedSlots]
	return s.a.Load() == k[0] && s.b.Load() == k[1]
}

func (p *passed) add(k cacheKey) {
	s := &p[k[0]%passedSlots]
	s.a.Store(k[0])
	s.b.Store(k[1])
}
