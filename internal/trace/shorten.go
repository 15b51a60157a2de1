package trace

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"unicode/utf8"
)

const (
	// textShown is how many bytes of a statement are shown: what people write by
	// hand is shown whole.
	textShown = 2000

	// valueShown is how many bytes of any other value are: a row of several
	// columns stays readable.
	valueShown = 200

	// lineShown is how long a line gets, so that a row of 1,600 columns is no line
	// of a megabyte.
	lineShown = 8000
)

// quote shows bytes in quotes, with what is no printable UTF-8 escaped. Of more
// than most bytes it shows the beginning, how many there are, and their hash.
func quote(b []byte, most int) string {
	if len(b) <= most {
		return strconv.Quote(string(b))
	}
	return fmt.Sprintf("%q... (%d bytes, sha256 %s)", beginning(b, most), len(b), digest(b))
}

// beginning is at most n bytes, not ending within a letter.
func beginning(b []byte, n int) []byte {
	for back := 0; back < utf8.UTFMax && n > back; back++ {
		if utf8.RuneStart(b[n-back]) {
			return b[:n-back]
		}
	}
	return b[:n]
}

// digest is the first 8 bytes of the SHA-256 of b: enough to tell two texts apart.
func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}

// shorten cuts a line that is too long.
func shorten(line string) string {
	if len(line) <= lineShown {
		return line
	}
	return fmt.Sprintf("%s... (line of %d bytes, sha256 %s)", beginning([]byte(line), lineShown), len(line), digest([]byte(line)))
}

// word shows a name without quotes where nothing in it could be misread.
func word(b []byte) string {
	for _, c := range b {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '.' || c == '-'
		if !letter {
			return quote(b, valueShown)
		}
	}
	if len(b) == 0 || len(b) > valueShown {
		return quote(b, valueShown)
	}
	return string(b)
}
