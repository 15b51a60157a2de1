package passkey

import (
	"context"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"github.com/holdfast-db/holdfast/internal/event"
)

const (
	// maxKeys bounds the keys of one person: a laptop, a telephone, a security key and
	// its spare, each more than once.
	maxKeys = 10

	// MaxName bounds the name of a key in characters: it stands in one line of a list.
	MaxName = 60
)

// Key is a public key with which a person signs in. The secret one never leaves the
// person's authenticator.
type Key struct {
	ID     []byte // the credential id, chosen by the authenticator
	Person string // of the configuration
	Handle []byte // who the authenticator says its owner is; random, the same for all keys of a person
	Site   string // the RP ID that it is for: the name of the console
	Name   string // as the person called it
	Public []byte // COSE, RFC 9052

	// Count is the authenticator's counter of signatures when it was last used; many
	// do not count, and leave it at 0.
	Count uint32

	// Synced keys may be copied to other devices of their owner (backup eligible), and
	// Copied ones were, as far as the authenticator says. Synced never changes.
	Synced, Copied bool

	Added time.Time
	Used  time.Time // zero: not yet
}

// Hex is the id as text.
func (k Key) Hex() string { return hex.EncodeToString(k.ID) }

// clone shares nothing with k.
func (k Key) clone() Key {
	k.ID, k.Handle, k.Public = slices.Clone(k.ID), slices.Clone(k.Handle), slices.Clone(k.Public)
	return k
}

// Store keeps keys: *store.Passkeys.
type Store interface {
	// Put keeps a key, in place of the one with its id. It is on disk when Put returns
	// without an error.
	Put(ctx context.Context, k Key) error

	// Delete forgets a key; without one it does nothing.
	Delete(ctx context.Context, id []byte) error

	// All is every key.
	All(ctx context.Context) ([]Key, error)
}

// Record is where it is written down: *audit.Log.
type Record interface {
	// Write returns once e is on disk.
	Write(ctx context.Context, e event.Event) error
}

var (
	// ErrUnknown is of a key that is nobody's, or of somebody who may not sign in.
	ErrUnknown = errors.New("this passkey is nobody's here")

	// ErrCount is of a key whose counter went back.
	ErrCount = errors.New("the counter of this passkey went back, so there may be a copy of it")

	// ErrAnswer is of an answer that does not fit what was asked, or is none.
	ErrAnswer = errors.New("the answer does not fit")

	// ErrTicket is of an answer to a challenge that was not given to this browser, or
	// too long ago, or was answered before.
	ErrTicket = errors.New("that was not begun in this browser, or too long ago")

	// ErrTooMany is of somebody who has as many keys as there can be.
	ErrTooMany = errors.New("there can be no more than 10 passkeys of one person")

	// ErrTwice is of a key that is known already.
	ErrTwice = errors.New("this passkey is known already")
)
