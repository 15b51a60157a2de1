package main

import (
	"context"
	"fmt"

	"github.com/rs/zerolog"

	"github.com/holdfast-db/holdfast/internal/webhook"
)

// openWebhook makes the part that tells another system, where the configuration says
// so.
func (p *parts) openWebhook(ctx context.Context, l zerolog.Logger) (err error) {
	w := p.config.Webhook
	if w == nil {
		return nil
	}
	p.webhook, err = webhook.Open(ctx, webhook.Options{
		URL: w.URL, Secret: w.Secret.Reveal(), Literals: w.Literals, Console: p.config.Console.URL,
		Desk: p.desk, Alerts: p.alerts, Messages: p.store.Messages("webhook"), Log: l,
	})
	if err != nil {
		return fmt.Errorf("opening the webhook: %w", err)
	}
	p.events.Subscribe("webhook", holdObserver{to: p.webhook, passed: true})
	return nil
}
