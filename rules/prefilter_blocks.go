package rules

import "math/bits"

// A block is 64 bytes of the text as four sets of places, one bit a byte. What
// costs time in a lexer are its branches, which no processor foresees at the end
// of every word; here the bytes become bits without any, and what matters is
// found with a few operations on all 64 of them.
type block struct {
	word   uint64 // goes on with a name, `$` left out
	digit  uint64
	stop   uint64 // has to be looked at one by one
	dollar uint64
}

const blockSize = 64

// blockClass has for every byte the four bits, each the last of a lane of 16.
var blockClass = blockClassTable()

const (
	laneWord   = 1 << (15 + 16*iota)
	laneDigit  = 1 << (15 + 16*iota)
	laneStop   = 1 << (15 + 16*iota)
	laneDollar = 1 << (15 + 16*iota)
)

// quiet are the bytes between words that neither end a statement nor begin
// anything, whatever follows.
const quiet = " \t\n\r\f),.:[]*+<=>!#%?@^`|~"

func blockClassTable() (t [256]uint64) {
	for b := range t {
		t[b] = laneStop
		switch {
		case b == '$':
			t[b] = laneDollar
		case class[b]&isDigit != 0:
			t[b] = laneWord | laneDigit
		case class[b]&isName != 0:
			t[b] = laneWord
		}
	}
	for _, c := range []byte(quiet) {
		t[c] = 0
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
		word:   w0&m | w1&m<<16 | w2&m<<32 | w3<<48,
		digit:  w0>>16&m | w1>>16&m<<16 | w2>>16&m<<32 | w3>>16<<48,
		stop:   w0>>32&m | w1>>32&m<<16 | w2>>32&m<<32 | w3>>32<<48,
		dollar: w0>>48 | w1>>48<<16 | w2>>48<<32 | w3>>48<<48,
	}
}

// without takes the places of a literal or comment out of the block. to may be
// behind it.
func (b *block) without(from, to int) {
	keep := ^(^uint64(0) << from)
	if to < blockSize {
		keep |= ^uint64(0) << to
	}
	b.word &= keep
	b.digit &= keep
	b.stop &= keep
	b.dollar &= keep
}

// border is what goes on from one block into the next.
type border struct {
	word   uint64 // 1: the last byte was part of a word
	number uint64 // 1: of a run of digits that is no part of a word
	dollar uint64 // 1: a $
}

// starts gives the places where words begin. It is not ok with letters right
// behind a number and with a $ that begins no parameter.
func (b *block) starts(before *border) (starts uint64, ok bool) {
	runs := b.word &^ (b.word<<1 | before.word)
	numbers, over := bits.Add64(runs&b.digit|before.number&b.digit, b.digit, 0)
	junk := (numbers&^b.digit | before.number&^b.digit) & b.word
	junk |= b.dollar & (b.word<<1 | before.word)
	junk |= (b.dollar<<1 | before.dollar) &^ b.digit
	*before = border{word: b.word >> 63, number: over, dollar: b.dollar >> 63}
	return runs &^ b.digit, junk == 0
}
