package web

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// OIDC says who vouches for people: an OpenID provider. A person is known by the
// e-mail address that it has verified.
type OIDC struct {
	Issuer, ClientID, ClientSecret string

	// HTTP calls the provider; nil is one with a time limit.
	HTTP *http.Client
}

const (
	// providerWait bounds one call of the provider: somebody looks at an empty page
	// meanwhile.
	providerWait = 10 * time.Second

	// providerRest is how long one that did not answer is left alone.
	providerRest = 5 * time.Second

	// journeyLife is how long somebody may be away at the provider, a second factor and
	// a forgotten password included; maxJourneys bounds how many are.
	journeyLife, maxJourneys = 10 * time.Minute, 1000

	callbackPath = "/signin/oidc/callback"
)

// provider is the OpenID provider, asked about itself when it is first needed: holdfast
// starts without it.
type provider struct {
	OIDC
	callback string // where it sends people back

	mu       sync.Mutex
	verifier *oidc.IDTokenVerifier
	config   *oauth2.Config
	failed   time.Time // when it last did not answer
	fault    error

	journeys journeys
}

func newProvider(o OIDC, base string) *provider {
	if o.HTTP == nil {
		o.HTTP = &http.Client{Timeout: providerWait}
	}
	return &provider{OIDC: o, callback: base + callbackPath, journeys: journeys{away: map[[sha256.Size]byte]journey{}}}
}

// know asks the provider about itself, once it has answered never again.
func (p *provider) know(ctx context.Context) (*oauth2.Config, *oidc.IDTokenVerifier, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.config != nil {
		return p.config, p.verifier, nil
	}
	if p.fault != nil && time.Since(p.failed) < providerRest {
		return nil, nil, p.fault
	}
	// The keys are asked for again later, so the context is not the request's.
	known, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), p.HTTP), p.Issuer)
	if err != nil {
		p.failed, p.fault = time.Now(), fmt.Errorf("asking the OpenID provider about itself: %w", err)
		return nil, nil, p.fault
	}
	p.verifier = known.Verifier(&oidc.Config{ClientID: p.ClientID})
	p.config = &oauth2.Config{
		ClientID: p.ClientID, ClientSecret: p.ClientSecret, Endpoint: known.Endpoint(), RedirectURL: p.callback, Scopes: []string{oidc.ScopeOpenID, "email"},
	}
	return p.config, p.verifier, nil
}

// claims are what the provider says of somebody.
type claims struct {
	Email    string `json:"email"`
	Verified bool   `json:"email_verified"`
}

// redeem exchanges what the provider gave a browser for what it says of its owner.
func (p *provider) redeem(ctx context.Context, code string, j journey) (claims, error) {
	config, verifier, err := p.know(ctx)
	if err != nil {
		return claims{}, err
	}
	ctx = oidc.ClientContext(ctx, p.HTTP)
	token, err := config.Exchange(ctx, code, oauth2.VerifierOption(j.verifier))
	if err != nil {
		return claims{}, fmt.Errorf("redeeming the code: %w", err)
	}
	text, ok := token.Extra("id_token").(string)
	if !ok {
		return claims{}, errors.New("the OpenID provider gave no ID token")
	}
	id, err := verifier.Verify(ctx, text)
	if err != nil {
		return claims{}, fmt.Errorf("verifying the ID token: %w", err)
	}
	if id.Nonce != j.nonce {
		return claims{}, errors.New("the ID token is of another sign-in")
	}
	var c claims
	if err := id.Claims(&c); err != nil {
		return claims{}, fmt.Errorf("reading the ID token: %w", err)
	}
	return c, nil
}

// personOf is whose e-mail address that is; an address of two people is nobody's.
func personOf(people hold.People, email string) (string, error) {
	found := ""
	for _, name := range people.Names() {
		p, _ := people.ByName(name)
		if email == "" || !strings.EqualFold(p.Email, email) {
			continue
		}
		if found != "" {
			return "", errors.New("that address belongs to two people of the configuration")
		}
		found = name
	}
	if found == "" {
		return "", errors.New("that address belongs to nobody in people")
	}
	return found, nil
}
