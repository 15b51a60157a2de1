package slack

import (
	"errors"
	"net"

	slackgo "github.com/slack-go/slack"
)

// localError is a failure on our side: Slack is not to blame, and not to be
// spared.
type localError struct{ error }

func (e localError) Unwrap() error { return e.error }

func local(err error) error {
	if err == nil {
		return nil
	}
	return localError{err}
}

// refusal is Slack's own word for why it refused, such as not_in_channel, "local"
// for a failure of ours; empty when Slack was not reached or did not say.
func refusal(err error) string {
	var answered slackgo.SlackErrorResponse
	var ours localError
	switch {
	case errors.As(err, &answered):
		if fleeting[answered.Err] {
			return ""
		}
		return answered.Err
	case errors.As(err, &ours):
		return "local"
	}
	return ""
}

// fleeting are words by which Slack says that it could not, this time. Whether it
// did something all the same is not known.
var fleeting = map[string]bool{
	"fatal_error": true, "internal_error": true, "service_unavailable": true, "request_timeout": true, "ratelimited": true, "rate_limited": true,
}

// maybeSent is true for a failure after which a post may have been made all the
// same.
func maybeSent(err error) bool {
	var limited *slackgo.RateLimitedError
	var dial *net.OpError
	switch {
	case errors.As(err, &limited), refusal(err) != "":
		return false
	case errors.As(err, &dial) && dial.Op == "dial":
		return false
	}
	return true
}

// advice says what to do about a refusal.
var advice = map[string]string{
	"invalid_auth":           "the token is not valid: copy it again from the app's page",
	"not_authed":             "the token is missing",
	"account_inactive":       "the app was removed from the workspace: install it again and copy the new token",
	"token_revoked":          "the token was revoked: install the app again and copy the new token",
	"token_expired":          "the token has expired: holdfast wants tokens without rotation",
	"channel_not_found":      "there is no such channel for the app: check slack.channel, and /invite the app if the channel is private",
	"not_in_channel":         "the app is not in the channel: type /invite @holdfast there",
	"is_archived":            "the channel is archived: choose another one",
	"restricted_action":      "the workspace does not let the app post there: ask its administrators",
	"missing_scope":          "the app lacks a right: compare its scopes with the manifest, and install it again",
	"not_allowed_token_type": "this is a token of another kind: slack.bot_token begins with xoxb-, slack.app_token with xapp-",
	"connections_disabled":   "Socket Mode is switched off: switch it on in the app's settings",
	"user_not_in_channel":    "that person is not in the channel",
}

// explained is an error for the log: what Slack said, and what to do.
func explained(err error) string {
	text := err.Error()
	if now := advice[refusal(err)]; now != "" {
		text += ": " + now
	}
	return text
}
