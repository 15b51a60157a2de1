package web

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
)

// What a new hash costs: OWASP's first choice for argon2id, 19 MiB and about 20 ms.
const (
	hashMemory  = 19 << 10 // KiB
	hashRounds  = 2
	hashThreads = 1
	saltLength  = 16 // bytes
	keyLength   = 32 // bytes
)

// What a hash of a configuration may cost at most: whoever knocks spends it.
const (
	maxHashMemory  = 256 << 10 // KiB
	maxHashRounds  = 10
	maxHashThreads = 4
	maxHashBytes   = 64 // of salt and key each
)

const (
	// minPassword is the shortest password in characters: what NIST asks of one that
	// stands alone (SP 800-63B-4) is 15.
	minPassword = 15

	// maxPassword bounds what is hashed, in bytes.
	maxPassword = 1024
)

// passwordHash is a parsed hash.
type passwordHash struct {
	memory, rounds uint32
	threads        uint8
	salt, key      []byte
}

// HashPassword is what stands in the configuration for a password: argon2id in the
// PHC string format. It refuses passwords that are too short.
func HashPassword(password string) (string, error) {
	switch {
	case utf8.RuneCountInString(password) < minPassword:
		return "", fmt.Errorf("it is shorter than %d characters", minPassword)
	case len(password) > maxPassword:
		return "", fmt.Errorf("it is longer than %d bytes", maxPassword)
	}
	h := passwordHash{memory: hashMemory, rounds: hashRounds, threads: hashThreads, salt: make([]byte, saltLength)}
	if _, err := rand.Read(h.salt); err != nil {
		return "", err
	}
	h.key = h.derive(password, keyLength)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.memory, h.rounds, h.threads,
		b64.EncodeToString(h.salt), b64.EncodeToString(h.key)), nil
}

// CheckHash says what is wrong with a hash of the configuration, and does not quote
// it: it may be the password itself.
func CheckHash(text string) error {
	_, err := parseHash(text)
	return err
}

var errNoHash = errors.New("it is no argon2id hash; holdfast console password prints one")

func parseHash(text string) (h passwordHash, err error) {
	parts := strings.Split(text, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return h, errNoHash
	}
	if n, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &h.memory, &h.rounds, &h.threads); err != nil || n != 3 {
		return h, errNoHash
	}
	if h.memory < 8 || h.memory > maxHashMemory || h.rounds < 1 || h.rounds > maxHashRounds || h.threads < 1 || h.threads > maxHashThreads {
		return h, fmt.Errorf("its costs are out of bounds: at most m=%d, t=%d and p=%d", maxHashMemory, maxHashRounds, maxHashThreads)
	}
	b64 := base64.RawStdEncoding.Strict()
	salt, saltErr := b64.DecodeString(parts[4])
	key, keyErr := b64.DecodeString(parts[5])
	if saltErr != nil || keyErr != nil || len(salt) < 8 || len(salt) > maxHashBytes || len(key) < 16 || len(key) > maxHashBytes {
		return h, errNoHash
	}
	h.salt, h.key = salt, key
	return h, nil
}

func (h passwordHash) derive(password string, length int) []byte {
	return argon2.IDKey([]byte(password), h.salt, h.rounds, h.memory, h.threads, uint32(length))
}

// fits says whether a password is that of the hash.
func (h passwordHash) fits(password string) bool {
	return len(password) <= maxPassword && subtle.ConstantTimeCompare(h.derive(password, len(h.key)), h.key) == 1
}
