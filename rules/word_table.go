package rules

// wordTable is a set of lower-case words in which one in any case is found
// without being folded first, several times as fast as in a map. It does not
// change once it is made.
type wordTable struct {
	words []string // slot by slot, empty where there is none
}

func newWordTable(sets ...map[string]struct{}) *wordTable {
	n := 0
	for _, set := range sets {
		n += len(set)
	}
	size := 1
	for size < 4*n { // so that the next slot is nearly always free
		size *= 2
	}
	t := &wordTable{words: make([]string, size)}
	for _, set := range sets {
		for w := range set {
			t.words[t.find([]byte(w))] = w
		}
	}
	return t
}

func (t *wordTable) has(word []byte) bool {
	return len(word) > 0 && t.words[t.find(word)] != ""
}

// find is the slot of a word, or the free one where it belongs.
func (t *wordTable) find(word []byte) int {
	h := uint32(len(word))
	for _, c := range word {
		h = h*31 + uint32(c|0x20) // the same for both cases
	}
	h ^= h >> 15
	for {
		slot := int(h) & (len(t.words) - 1)
		if w := t.words[slot]; w == "" || isWord(word, w) {
			return slot
		}
		h++
	}
}
