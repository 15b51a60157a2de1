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

var wordNumbers = func() map[string]word {
	m := make(map[string]word, len(wordTexts))
	for i, w := range wordTexts {
		m[w] = word(i + 1)
	}
	return m
}()

// longestWord is the length of the longest of them.
const longestWord = len("DEALLOCATE")

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
	var upper [longestWord + 1]byte
	n := 0
	for _, b := range text[at:] {
		if b |= 0x20; b < 'a' || b > 'z' {
			break
		}
		if n == len(upper) {
			return 0
		}
		upper[n] = b - 0x20
		n++
	}
	return wordNumbers[string(upper[:n])]
}
