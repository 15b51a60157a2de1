package hold

import "crypto/rand"

const (
	// idAlphabet leaves out what is read or typed wrong (0 o, 1 l i) and the
	// vowels, so that no id spells a word; DESIGN.md section 5.1.
	idAlphabet = "23456789bcdfghjkmnpqrstvwxz"

	// idLength gives 27^8 ids, 280 thousand million: guessing one is hopeless,
	// typing one is not.
	idLength = 8

	// idTries bounds the search for a free id. Two collisions in a row do not
	// happen by chance.
	idTries = 5
)

// newID draws an id; crypto/rand never fails.
func newID() string {
	id := make([]byte, 0, idLength)
	buf := make([]byte, 2*idLength)
	// Bytes from fair on are drawn again, so that every letter is as likely.
	const fair = 256 - 256%len(idAlphabet)
	for {
		_, _ = rand.Read(buf)
		for _, b := range buf {
			if int(b) >= fair {
				continue
			}
			if id = append(id, idAlphabet[int(b)%len(idAlphabet)]); len(id) == idLength {
				return string(id)
			}
		}
	}
}
