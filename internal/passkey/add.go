package passkey

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
)

// BeginAdd is what the browser of a person is asked, as JSON marshals it, and the
// ticket that it has to bring back. bound is a secret of its session.
func (p *Party) BeginAdd(person, bound string) (question any, sealed string, err error) {
	who := p.owner(person)
	if len(who.keys) >= maxKeys {
		return nil, "", ErrTooMany
	}
	known := webauthn.Credentials(who.WebAuthnCredentials()).CredentialDescriptors()
	creation, session, err := p.auth.BeginRegistration(who, webauthn.WithExclusions(known))
	if err != nil {
		return nil, "", fmt.Errorf("asking for a passkey: %w", err)
	}
	return creation, p.tickets.seal(toAdd, person+"\x00"+bound, ticket{session.Challenge, string(who.handle)}), nil
}

// Add takes what the browser answered, and keeps the key under a name.
func (p *Party) Add(ctx context.Context, person, bound, sealed, name string, answer []byte) (Key, error) {
	name, err := checkName(name)
	if err != nil {
		return Key{}, err
	}
	one, err := p.tickets.open(toAdd, person+"\x00"+bound, sealed)
	if err != nil {
		return Key{}, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return Key{}, fmt.Errorf("reading a passkey: %w: %w", ErrAnswer, explained(err))
	}
	session := webauthn.SessionData{
		Challenge: one.challenge, RelyingPartyID: p.Site, UserID: []byte(one.handle),
		UserVerification: protocol.VerificationRequired, CredParams: webauthn.CredentialParametersDefault(),
	}
	c, err := p.auth.CreateCredential(owner{name: person, handle: []byte(one.handle)}, session, parsed)
	if err != nil {
		return Key{}, fmt.Errorf("checking a passkey: %w: %w", ErrAnswer, explained(err))
	}
	if err := p.tickets.spend(one); err != nil {
		return Key{}, err
	}
	k := Key{
		ID: c.ID, Person: person, Handle: []byte(one.handle), Site: p.Site, Name: name, Public: c.PublicKey, Count: c.Authenticator.SignCount,
		Synced: c.Flags.BackupEligible, Copied: c.Flags.BackupState, Added: time.Now().UTC(),
	}
	return k, p.ring.add(ctx, k)
}

// ErrName is of a name that is empty, too long or no text.
var ErrName = errors.New("a passkey needs a name of 1 to 60 letters")

func checkName(name string) (string, error) {
	name = strings.TrimSpace(name)
	if name == "" || utf8.RuneCountInString(name) > MaxName || !utf8.ValidString(name) {
		return "", ErrName
	}
	return name, nil
}

func (p *Party) owner(person string) owner {
	return owner{name: person, handle: p.ring.handle(person), keys: p.ring.Of(person)}
}

// explained is an error of go-webauthn with what it keeps for developers.
func explained(err error) error {
	var e *protocol.Error
	if errors.As(err, &e) && e.DevInfo != "" {
		return fmt.Errorf("%w: %s", err, e.DevInfo)
	}
	return err
}
