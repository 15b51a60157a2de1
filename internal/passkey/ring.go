package passkey

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/holdfast-db/holdfast/internal/event"
)

// handleLength is that of a user handle in bytes; the standard has 64 at most and wants
// it random (WebAuthn, 14.6.1).
const handleLength = 32

// Ring has the keys of everybody. Make one with Open.
type Ring struct {
	store  Store
	record Record
	change sync.Mutex // held while something is written

	mu   sync.RWMutex // guards keys; it is never held while something is written
	keys map[string]Key
}

// Open reads the keys.
func Open(ctx context.Context, s Store, r Record) (*Ring, error) {
	all, err := s.All(ctx)
	if err != nil {
		return nil, fmt.Errorf("opening the passkeys: %w", err)
	}
	ring := &Ring{store: s, record: r, keys: map[string]Key{}}
	for _, k := range all {
		ring.keys[string(k.ID)] = k
	}
	return ring, nil
}

// Of is the keys of a person, the oldest first. The caller owns them.
func (r *Ring) Of(person string) []Key {
	r.mu.RLock()
	defer r.mu.RUnlock()
	var own []Key
	for _, k := range r.keys {
		if k.Person == person {
			own = append(own, k.clone())
		}
	}
	slices.SortFunc(own, func(a, b Key) int { return cmp.Or(a.Added.Compare(b.Added), cmp.Compare(a.Hex(), b.Hex())) })
	return own
}

// Any says whether anybody has a key.
func (r *Ring) Any() bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return len(r.keys) > 0
}

// Has says whether a person still has the key of that id.
func (r *Ring) Has(person, id string) bool {
	k, ok := r.find([]byte(id))
	return ok && k.Person == person
}

func (r *Ring) find(id []byte) (Key, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	k, ok := r.keys[string(id)]
	return k.clone(), ok
}

// handle is that of a person: of the keys they have, or a new one.
func (r *Ring) handle(person string) []byte {
	if own := r.Of(person); len(own) > 0 {
		return own[0].Handle
	}
	h := make([]byte, handleLength)
	_, _ = rand.Read(h) // it never fails
	return h
}

// add keeps a new key. One that cannot be written down is not kept.
func (r *Ring) add(ctx context.Context, k Key) error {
	r.change.Lock()
	defer r.change.Unlock()
	if _, twice := r.find(k.ID); twice {
		return ErrTwice
	}
	if len(r.Of(k.Person)) >= maxKeys {
		return ErrTooMany
	}
	if err := r.store.Put(ctx, k); err != nil {
		return fmt.Errorf("adding a passkey: %w", err)
	}
	err := r.record.Write(ctx, event.PasskeyAdded{At: k.Added, Person: k.Person, Key: k.Hex(), Name: k.Name, Site: k.Site})
	if err != nil {
		return errors.Join(fmt.Errorf("recording a passkey: %w", err), r.store.Delete(context.WithoutCancel(ctx), k.ID))
	}
	r.set(k)
	return nil
}

func (r *Ring) set(k Key) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keys[string(k.ID)] = k.clone()
}

// use notes that a key has signed. One whose counter does not go on is refused, and
// that is written down (WebAuthn, 7.2 step 22).
func (r *Ring) use(ctx context.Context, id []byte, count uint32, copied bool) (Key, error) {
	r.change.Lock()
	defer r.change.Unlock()
	k, ok := r.find(id)
	if !ok {
		return Key{}, ErrUnknown // it was removed a moment ago
	}
	now := time.Now().UTC()
	if (count != 0 || k.Count != 0) && count <= k.Count {
		e := event.PasskeyRefused{At: now, Person: k.Person, Key: k.Hex(), Name: k.Name, Known: k.Count, Shown: count}
		if err := r.record.Write(ctx, e); err != nil {
			return Key{}, errors.Join(ErrCount, fmt.Errorf("recording that a passkey was refused: %w", err))
		}
		return Key{}, ErrCount
	}
	k.Count, k.Copied, k.Used = count, copied, now
	if err := r.store.Put(ctx, k); err != nil {
		return Key{}, fmt.Errorf("noting the use of a passkey: %w", err)
	}
	r.set(k)
	return k, nil
}

// Remove forgets a key of a person; ErrUnknown when they have none of that id in
// hexadecimal. After another error nobody can sign in with it, but it may come back
// at the next start or not be on record.
func (r *Ring) Remove(ctx context.Context, person, id string) (Key, error) {
	r.change.Lock()
	defer r.change.Unlock()
	for _, k := range r.Of(person) {
		if k.Hex() == id {
			return k, r.forgetLocked(ctx, k, "by "+person)
		}
	}
	return Key{}, ErrUnknown
}

// Keep forgets the keys of everybody whom known does not know: who comes later under
// the same name is somebody else.
func (r *Ring) Keep(ctx context.Context, known func(person string) bool) error {
	r.change.Lock()
	defer r.change.Unlock()
	var faults []error
	for _, k := range r.all() {
		if !known(k.Person) {
			faults = append(faults, r.forgetLocked(ctx, k, "not in people any more"))
		}
	}
	return errors.Join(faults...)
}

// all is every key, in no order.
func (r *Ring) all() (all []Key) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, k := range r.keys {
		all = append(all, k.clone())
	}
	return all
}

// forgetLocked takes a key away first, and then writes that down.
func (r *Ring) forgetLocked(ctx context.Context, k Key, cause string) error {
	r.mu.Lock()
	delete(r.keys, string(k.ID))
	r.mu.Unlock()
	if err := r.store.Delete(ctx, k.ID); err != nil {
		return fmt.Errorf("removing a passkey of %q: %w", k.Person, err)
	}
	e := event.PasskeyRemoved{At: time.Now().UTC(), Person: k.Person, Key: k.Hex(), Name: k.Name, Cause: cause}
	if err := r.record.Write(ctx, e); err != nil {
		return fmt.Errorf("recording that a passkey of %q was removed: %w", k.Person, err)
	}
	return nil
}
