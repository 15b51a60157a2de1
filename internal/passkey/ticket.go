package passkey

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"strings"
	"sync"
	"time"
)

const (
	// Life is how long a challenge can be answered: the time to find the telephone
	// and to type a PIN wrong twice.
	Life = 5 * time.Minute

	// maxSpent bounds the challenges that are remembered because they were answered
	// rightly. Each takes an owner of a key and a signature, so it is far away; above
	// it nobody signs in by passkey until some have expired.
	maxSpent = 10_000
)

// ticket is a challenge and what goes with it, as a browser carries it.
type ticket struct {
	challenge string // as go-webauthn writes it
	handle    string // for adding a key: the user handle, raw
}

// tickets seals and opens them with a key of this run. purpose and bound say what a
// ticket is for and whose it is; they are not part of what the browser carries.
type tickets struct {
	key [32]byte

	mu    sync.Mutex
	spent map[string]time.Time // challenges, until when they need to be remembered
}

func newTickets() *tickets {
	t := &tickets{spent: map[string]time.Time{}}
	_, _ = rand.Read(t.key[:]) // it never fails
	return t
}

// seal is the text for the cookie.
func (t *tickets) seal(purpose, bound string, one ticket) string {
	until := binary.BigEndian.AppendUint64(nil, uint64(time.Now().Add(Life).UnixMilli()))
	parts := []string{text(until), one.challenge, text([]byte(one.handle))}
	return strings.Join(append(parts, t.sign(purpose, bound, parts)), ".")
}

// open is what was sealed for the same purpose and the same owner, while it lives and
// was not spent.
func (t *tickets) open(purpose, bound, sealed string) (ticket, error) {
	parts := strings.Split(sealed, ".")
	if len(parts) != 4 || !hmac.Equal([]byte(parts[3]), []byte(t.sign(purpose, bound, parts[:3]))) {
		return ticket{}, ErrTicket
	}
	until, handle := raw(parts[0]), raw(parts[2])
	if len(until) != 8 || time.Now().UnixMilli() >= int64(binary.BigEndian.Uint64(until)) {
		return ticket{}, ErrTicket
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, spent := t.spent[parts[1]]; spent {
		return ticket{}, ErrTicket
	}
	return ticket{challenge: parts[1], handle: string(handle)}, nil
}

// spend uses a ticket up. Of several at the same time one succeeds.
func (t *tickets) spend(one ticket) error {
	now := time.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, spent := t.spent[one.challenge]; spent {
		return ErrTicket
	}
	if len(t.spent) >= maxSpent {
		for c, until := range t.spent {
			if !now.Before(until) {
				delete(t.spent, c)
			}
		}
	}
	if len(t.spent) >= maxSpent {
		return ErrTicket
	}
	t.spent[one.challenge] = now.Add(Life)
	return nil
}

// sign is over everything, each part with its length in front.
func (t *tickets) sign(purpose, bound string, parts []string) string {
	mac := hmac.New(sha256.New, t.key[:])
	for _, p := range append([]string{purpose, bound}, parts...) {
		mac.Write(binary.BigEndian.AppendUint64(nil, uint64(len(p))))
		mac.Write([]byte(p))
	}
	return text(mac.Sum(nil))
}

func text(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// raw is nil for what is no base64.
func raw(s string) []byte {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return nil
	}
	return b
}
