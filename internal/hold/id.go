package hold

import "io"

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

// NewID draws an id from random: of a hold, or of what people are told of as of one.
func NewID(random io.Reader) (string, error) {
	id := make([]byte, 0, idLength)
	buf := make([]byte, 2*idLength)
	// Bytes from fair on are drawn again, so that every letter is as likely.
	const fair = 256 - 256%len(idAlphabet)
	for {
		if _, err := io.ReadFull(random, buf); err != nil {
			return "", err
		}
		for _, b := range buf {
			if int(b) >= fair {
				continue
			}
			if id = append(id, idAlphabet[int(b)%len(idAlphabet)]); len(id) == idLength {
				return string(id), nil
			}
		}
	}
}
