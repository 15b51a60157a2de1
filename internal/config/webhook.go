package config

import "net/url"

// Webhook says which other system is told of holds.
type Webhook struct {
	URL    string `yaml:"url"`    // required
	Secret Secret `yaml:"secret"` // what requests are signed with; required

	// Literals sends values of statements along.
	Literals bool `yaml:"literals"`
}

// minWebhookSecret is the shortest secret, in bytes: shorter ones can be guessed from
// one signature.
const minWebhookSecret = 16

func (n *notes) checkWebhook(c *Config) {
	w := c.Webhook
	if w == nil || n.hasFaultAt("webhook") {
		return
	}
	if _, given := n.places["webhook.secret"]; !given {
		n.fault("webhook", "webhook.secret is missing; write ${HOLDFAST_WEBHOOK_SECRET} and set that variable, at the receiver too")
	} else if s := w.Secret.Reveal(); s != "" && len(s) < minWebhookSecret && !n.hasFaultAt("webhook.secret") {
		n.fault("webhook.secret", "the secret is too short to sign with; make one of %d letters or more, such as openssl rand -hex 32 prints", minWebhookSecret)
	}
	u, err := url.Parse(w.URL)
	switch {
	case n.hasFaultAt("webhook.url"):
	case w.URL == "":
		n.fault("webhook", "webhook.url is missing; write where the requests are to go")
	case err != nil || u.Host == "" || u.User != nil || u.Fragment != "":
		n.fault("webhook.url", "this is not the URL of a receiver, such as https://hooks.example.com/holdfast")
	case u.Scheme == "https", u.Scheme == "http" && loopback(u.Hostname()):
	default:
		n.fault("webhook.url", "the requests would go in the clear; write https")
	}
}
