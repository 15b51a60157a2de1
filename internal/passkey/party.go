package passkey

import (
	"fmt"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
)

// What tickets are for.
const (
	toAdd    = "add"
	toSignIn = "sign in"
)

// Party is the console as browsers know it (a Relying Party). Make one with NewParty.
type Party struct {
	Place
	ring    *Ring
	auth    *webauthn.WebAuthn
	tickets *tickets
}

// NewParty is that of a place, with the keys of a ring.
func NewParty(at Place, ring *Ring) (*Party, error) {
	wait := webauthn.TimeoutConfig{Timeout: Life, TimeoutUVD: Life}
	auth, err := webauthn.New(&webauthn.Config{
		RPID: at.Site, RPDisplayName: "holdfast", RPOrigins: []string{at.Origin},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: protocol.ResidentKeyRequired(),
			UserVerification: protocol.VerificationRequired,
		},
		Timeouts: webauthn.TimeoutsConfig{Login: wait, Registration: wait},
	})
	if err != nil {
		return nil, fmt.Errorf("setting up passkeys for %q: %w", at.Site, err)
	}
	return &Party{Place: at, ring: ring, auth: auth, tickets: newTickets()}, nil
}

// owner is a person and their keys, as go-webauthn wants them.
type owner struct {
	name   string
	handle []byte
	keys   []Key
}

func (o owner) WebAuthnID() []byte          { return o.handle }
func (o owner) WebAuthnName() string        { return o.name }
func (o owner) WebAuthnDisplayName() string { return o.name }

func (o owner) WebAuthnCredentials() (all []webauthn.Credential) {
	for _, k := range o.keys {
		all = append(all, webauthn.Credential{
			ID: k.ID, PublicKey: k.Public, Authenticator: webauthn.Authenticator{SignCount: k.Count},
			Flags: webauthn.CredentialFlags{UserPresent: true, UserVerified: true, BackupEligible: k.Synced, BackupState: k.Copied},
		})
	}
	return all
}
