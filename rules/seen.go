package rules

import "sync/atomic"

// seen remembers texts by their hash and nothing else of them. It takes no lock
// and never grows: a text drives out another of the same slot.
//
// The two halves of a slot are written one after the other, so a reader may see
// those of two texts. That they are both those of a third is as unlikely as one
// hash for two texts.
type seen [seenSlots]struct{ a, b atomic.Uint64 }

// seenSlots is a power of two: the texts of an application in 64 KiB.
const seenSlots = 1 << 12

func (p *seen) has(k cacheKey) bool {
	s := &p[k[0]%seenSlots]
	return s.a.Load() == k[0] && s.b.Load() == k[1]
}

func (p *seen) add(k cacheKey) {
	s := &p[k[0]%seenSlots]
	s.a.Store(k[0])
	s.b.Store(k[1])
}
