package passkey

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
)

// BeginSignIn is what a browser is asked, as JSON marshals it, and the ticket that it
// has to bring back in a cookie.
func (p *Party) BeginSignIn() (question any, sealed string, err error) {
	assertion, session, err := p.auth.BeginDiscoverableLogin()
	if err != nil {
		return nil, "", fmt.Errorf("asking for a passkey: %w", err)
	}
	return assertion, p.tickets.seal(toSignIn, "", ticket{challenge: session.Challenge}), nil
}

// SignIn is whose key answered, if all of it is right and they may sign in. The use of
// the key is on disk then.
func (p *Party) SignIn(ctx context.Context, sealed string, answer []byte, may func(person string) bool) (Key, error) {
	one, err := p.tickets.open(toSignIn, "", sealed)
	if err != nil {
		return Key{}, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return Key{}, fmt.Errorf("reading a passkey's answer: %w: %w", ErrAnswer, explained(err))
	}
	session := webauthn.SessionData{Challenge: one.challenge, RelyingPartyID: p.Site, UserVerification: protocol.VerificationRequired}
	_, c, err := p.auth.ValidatePasskeyLogin(p.ownerOf(may), session, parsed)
	if errors.Is(err, ErrUnknown) {
		return Key{}, ErrUnknown
	}
	if err != nil {
		return Key{}, fmt.Errorf("checking a passkey's answer: %w: %w", ErrAnswer, explained(err))
	}
	if err := p.tickets.spend(one); err != nil {
		return Key{}, err
	}
	return p.ring.use(ctx, c.ID, parsed.Response.AuthenticatorData.Counter, c.Flags.BackupState)
}

// ownerOf finds whose a key is. Whether the handle fits is compared here too: it is
// the key's own.
func (p *Party) ownerOf(may func(person string) bool) webauthn.DiscoverableUserHandler {
	return func(id, handle []byte) (webauthn.User, error) {
		k, ok := p.ring.find(id)
		if !ok || !bytes.Equal(k.Handle, handle) || !may(k.Person) {
			return nil, ErrUnknown
		}
		return owner{name: k.Person, handle: k.Handle, keys: []Key{k}}, nil
	}
}
