package session

// word is the word that a text begins with, of those that most statements do. Texts
// that can do no harm are neither parsed nor kept, and this is what is left of them
// for people: one byte. The zero value is any other word, or none.
type word uint8

// wordTexts are those that are told apart, in the order of their numbers from 1 on.
var wordTexts = [...]string{
	"SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT", "SAVEPOINT", "RELEASE",
	"SET", "RESET", "SHOW", "COPY", "EXPLAIN", "FETCH", "CLOSE", "DECLARE", "PREPARE", "EXECUTE", "DEALLOCATE", "DISCARD",
	"LISTEN", "UNLISTEN", "NOTIFY", "LOCK", "VACUUM", "ANALYZE", "CLUSTER", "REINDEX", "REFRESH", "CHECKPOINT",
	"CREATE", "ALTER", "DROP", "TRUNCATE", "MERGE", "CALL", "DO", "GRANT", "REVOKE", "COMMENT", "VALUES", "TABLE",
}

// wordSlots is a power of two, several times the words: a search nearly always ends at
// the first slot it looks at.
const wordSlots = 256

// wordNumbers has each word at the first free slot from wordSlot on. Every text that a
// client sends goes through it, and a map would cost several times as much.
var wordNumbers = func() (table [wordSlots]struct {
	letters uint64 // of the word, 0 in a free slot
	word    word
}) {
	for i, text := range wordTexts {
		letters, _ := lettersOf([]byte(text))
		at := wordSlot(letters)
		for table[at].letters != 0 {
			at = (at + 1) % wordSlots
		}
		table[at].letters, table[at].word = letters, word(i+1)
	}
	return table
}()

// wordSlot is a hash; its factor is 2^64 by the golden ratio.
func wordSlot(letters uint64) int { return int(letters * 0x9E3779B97F4A7C15 >> (64 - 8)) }

const (
	// longestWord is the length of the longest of them.
	longestWord = len("DEALLOCATE")

	// letterBits is the room for one letter: all of a word have room in 64 bits.
	letterBits = 5
)

// lettersOf is the word at the start of text in one number, whatever its case: five bits
// for each letter, from 1 for A, so that words of other lengths are other numbers. It is
// not ok for one that is longer than the longest of ours.
func lettersOf(text []byte) (letters uint64, ok bool) {
	for i, b := range text {
		if b |= 0x20; b < 'a' || b > 'z' {
			break
		}
		if i == longestWord {
			return 0, false
		}
		letters = letters<<letterBits | uint64(b-'a'+1)
	}
	return letters, true
}

// String is empty for a word that is not told apart.
func (w word) String() string {
	if w == 0 || int(w) > len(wordTexts) {
		return ""
	}
	return wordTexts[w-1]
}

// firstWord is the word that text begins with, behind blanks and opening brackets. A
// comment in front of it is not looked into.
func firstWord(text []byte) word {
	at := 0
	for at < len(text) && (text[at] == ' ' || text[at] == '\n' || text[at] == '\t' || text[at] == '\r' || text[at] == '(') {
		at++
	}
	letters, ok := lettersOf(text[at:])
	if !ok {
		return 0
	}
	for i := wordSlot(letters); ; i = (i + 1) % wordSlots {
		if n := &wordNumbers[i]; n.letters == letters || n.letters == 0 {
			return n.word
		}
	}
}
