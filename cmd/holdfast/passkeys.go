package main

import (
	"context"
	"time"

	"github.com/holdfast-db/holdfast/internal/config"
	"github.com/holdfast-db/holdfast/internal/store"
	"github.com/holdfast-db/holdfast/internal/web"
)

// passkeyWait bounds the time for a look into the control store: it only decides
// whether a warning is given.
const passkeyWait = 2 * time.Second

// passkeyOwners is who has a passkey for the console of a configuration. A store that
// cannot be read, such as another user's, has none: then there is a warning more.
func passkeyOwners(c *config.Config) (owners []string) {
	site, err := web.SiteOf(c.Console.Listen, c.Console.URL, c.Console.TLS != nil)
	if err != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), passkeyWait)
	defer cancel()
	keys, err := store.ReadPasskeys(ctx, c.Control)
	if err != nil {
		return nil
	}
	for _, k := range keys {
		if k.Site == site {
			owners = append(owners, k.Person)
		}
	}
	return owners
}
