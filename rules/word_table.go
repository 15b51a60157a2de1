package rules

import (
	"encoding/binary"
	"math/bits"
)

// wordTable is a set of lower-case words in which one in any case is found
// without being folded first and without a branch for each letter. It does not
// change once it is made. The words, and those asked for, are made of bytes that
// go on with a name: of these, setting the bit that tells the cases of letters
// apart makes no two alike but the cases of a letter.
type wordTable struct {
	slots []wordSlot
	shift int
}

type wordSlot struct {
	sample uint64
	word   string // empty: a free slot
}

func newWordTable(sets ...map[string]struct{}) *wordTable {
	n := 0
	for _, set := range sets {
		n += len(set)
	}
	size := bits.Len(uint(4 * n)) // so that the next slot is nearly always free
	t := &wordTable{slots: make([]wordSlot, 1<<size), shift: 64 - size}
	for _, set := range sets {
		for w := range set {
			*t.find([]byte(w)) = wordSlot{sample([]byte(w)), w}
		}
	}
	return t
}

func (t *wordTable) has(word []byte) bool {
	return len(word) > 0 && t.find(word).word != ""
}

// find is the slot of a word that is not empty, or the free one where it belongs.
func (t *wordTable) find(word []byte) *wordSlot {
	key := sample(word)
	for h := (key ^ uint64(len(word))) * goldenRatio >> t.shift; ; h++ {
		s := &t.slots[h&uint64(len(t.slots)-1)]
		if s.word == "" || s.sample == key && len(s.word) == len(word) && (len(word) <= 8 || isWord(word, s.word)) {
			return s
		}
	}
}

// sample is made of eight bytes of a word, all there are of a shorter one.
func sample(w []byte) uint64 {
	n := len(w)
	var s uint64
	switch {
	case n >= 8:
		s = binary.LittleEndian.Uint64(w[n-8:])
	case n >= 4:
		s = uint64(binary.LittleEndian.Uint32(w)) | uint64(binary.LittleEndian.Uint32(w[n-4:]))<<32
	default:
		s = uint64(w[0]) | uint64(w[n/2])<<8 | uint64(w[n-1])<<16
	}
	return s | 0x2020202020202020
}
