package rules

// A block is 64 bytes of the text as four sets of places, one bit a byte. What
// costs time in a lexer are its branches, which no processor foresees at the end
// of every word; here the bytes become bits without any, and what matters is
// found with a few operations on all 64 of them.
type block struct {
	letter uint64 // goes on with a name, digits and $ left out
	stop   uint64 // has to be looked at one by one
	first  uint64 // the first letter of a danger word
	second uint64 // the second one
}

const blockSize = 64

// blockClass has for every byte the four bits, each the last of a lane of 16.
var blockClass = blockClassTable()

const (
	laneLetter = 1 << (15 + 16*iota)
	laneStop   = 1 << (15 + 16*iota)
	laneFirst  = 1 << (15 + 16*iota)
	laneSecond = 1 << (15 + 16*iota)
)

// quiet are the bytes between words that neither end a statement nor begin
// anything, whatever follows.
const quiet = " \t\n\r\f),.:[]*+<=>!#%?@^`|~0123456789"

func blockClassTable() (t [256]uint64) {
	for b := range t {
		if t[b] = laneStop; class[b]&isStart != 0 {
			t[b] = laneLetter
		}
	}
	for _, c := range []byte(quiet) {
		t[c] = 0
	}
	for w := range dangerWords {
		for _, bit := range []byte{0, 0x20} { // both cases
			t[w[0]&^bit] |= laneFirst
			t[w[1]&^bit] |= laneSecond
		}
	}
	return t
}

// lanes gives the bits of 16 bytes, 16 bits for each of the four sets.
func lanes(b *[16]byte) uint64 {
	return blockClass[b[0]]>>15 | blockClass[b[1]]>>14 | blockClass[b[2]]>>13 | blockClass[b[3]]>>12 |
		blockClass[b[4]]>>11 | blockClass[b[5]]>>10 | blockClass[b[6]]>>9 | blockClass[b[7]]>>8 |
		blockClass[b[8]]>>7 | blockClass[b[9]]>>6 | blockClass[b[10]]>>5 | blockClass[b[11]]>>4 |
		blockClass[b[12]]>>3 | blockClass[b[13]]>>2 | blockClass[b[14]]>>1 | blockClass[b[15]]
}

func blockOf(b *[blockSize]byte) block {
	w0, w1 := lanes((*[16]byte)(b[0:])), lanes((*[16]byte)(b[16:]))
	w2, w3 := lanes((*[16]byte)(b[32:])), lanes((*[16]byte)(b[48:]))
	const m = 1<<16 - 1
	return block{
		letter: w0&m | w1&m<<16 | w2&m<<32 | w3<<48,
		stop:   w0>>16&m | w1>>16&m<<16 | w2>>16&m<<32 | w3>>16<<48,
		first:  w0>>32&m | w1>>32&m<<16 | w2>>32&m<<32 | w3>>32<<48,
		second: w0>>48 | w1>>48<<16 | w2>>48<<32 | w3>>48<<48,
	}
}

// without takes the places of a literal or comment out of the block. to may be
// behind it.
func (b *block) without(from, to int) {
	keep := ^(^uint64(0) << from)
	if to < blockSize {
		keep |= ^uint64(0) << to
	}
	b.letter &= keep
	b.stop &= keep
	b.first &= keep
}

// danger gives the places where words begin that may be danger words: two of the
// letters with no letter before them. before is 1 if the last byte before the
// block was a letter. What the byte behind the block is it does not know.
func (b *block) danger(before uint64) uint64 {
	return b.first & (b.second>>1 | 1<<(blockSize-1)) &^ (b.letter<<1 | before)
}
