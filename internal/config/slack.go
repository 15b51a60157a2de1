package config

import (
	"net"
	"net/url"
	"regexp"
	"strings"
)

// Slack says how to ask in Slack.
type Slack struct {
	BotToken      Secret `yaml:"bot_token"`      // xoxb-...; required
	AppToken      Secret `yaml:"app_token"`      // xapp-..., for Socket Mode
	SigningSecret Secret `yaml:"signing_secret"` // for signed HTTP requests
	Channel       string `yaml:"channel"`        // id or #name; required

	// APIURL is where Slack answers. Default: https://slack.com/api/.
	APIURL string `yaml:"api_url"`

	// Strict only tells people, with a link to the console.
	Strict bool `yaml:"strict"`

	// Literals shows values of statements in the channel.
	Literals bool `yaml:"literals"`
}

// secrets are those of s, by their path.
func (s *Slack) secrets() map[string]*Secret {
	return map[string]*Secret{
		"slack.bot_token": &s.BotToken, "slack.app_token": &s.AppToken, "slack.signing_secret": &s.SigningSecret,
	}
}

// tokenBegins is how Slack's tokens begin, by their path: the two are mistaken for
// each other easily.
var tokenBegins = map[string]string{"slack.bot_token": "xoxb-", "slack.app_token": "xapp-"}

// DefaultSlackAPI is Slack's own.
const DefaultSlackAPI = "https://slack.com/api/"

var (
	slackChannel = regexp.MustCompile(`^(#[^\s#@]{1,80}|[CG][A-Z0-9]{2,20})$`)
	slackMember  = regexp.MustCompile(`^[UW][A-Z0-9]{2,20}$`)
)

// fillSlack gives the keys of slack their defaults.
func fillSlack(s *Slack) {
	if s != nil {
		setDefault(&s.APIURL, DefaultSlackAPI)
	}
}

// checkSlack looks at how Slack is asked and at who can answer there.
func (n *notes) checkSlack(c *Config) {
	s := c.Slack
	if s == nil || n.hasFaultAt("slack") {
		return
	}
	for path, secret := range s.secrets() {
		if begins := tokenBegins[path]; *secret != "" && !strings.HasPrefix(secret.Reveal(), begins) && !n.hasFaultAt(path) {
			n.fault(path, "this token does not begin with %s; see docs/slack.md for which is which", begins)
		}
	}
	if _, given := n.places["slack.bot_token"]; !given {
		n.fault("slack", "slack.bot_token is missing; write ${SLACK_BOT_TOKEN} and set that variable")
	}
	n.checkSlackPlace(c, s)
	n.checkSlackPeople(c, s)
}

// checkSlackPlace looks at the channel and at where Slack answers.
func (n *notes) checkSlackPlace(c *Config, s *Slack) {
	switch {
	case n.hasFaultAt("slack.channel"):
	case s.Channel == "":
		n.fault("slack", "slack.channel is missing; write its id, such as C0123ABCD, or #name")
	case !slackChannel.MatchString(s.Channel):
		n.fault("slack.channel", "%q is neither the id of a channel, such as C0123ABCD, nor #name", s.Channel)
	}
	u, err := url.Parse(s.APIURL)
	switch {
	case n.hasFaultAt("slack.api_url"):
	case err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || !strings.HasSuffix(u.Path, "/"):
		n.fault("slack.api_url", "%q is not the URL of an API; it ends in a slash, as https://slack.com/api/", s.APIURL)
	case u.Scheme == "https", u.Scheme == "http" && loopback(u.Hostname()):
	default:
		n.fault("slack.api_url", "%s would carry the tokens in the clear; write https", s.APIURL)
	}
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// checkSlackPeople looks at the ids of people, and whether answers can come at all.
func (n *notes) checkSlackPeople(c *Config, s *Slack) {
	_, socket := n.places["slack.app_token"]
	_, signed := n.places["slack.signing_secret"]
	able := 0
	for _, p := range c.People {
		if p.Slack != "" {
			able++
		}
	}
	switch {
	case s.Strict && c.Console.URL == "":
		n.fault("slack.strict", "strict sends everybody to the web console; say where it is, as console.url")
	case n.hasFaultAt("slack.app_token"), n.hasFaultAt("slack.signing_secret"), s.Strict:
	case !socket && !signed:
		n.fault("slack", "no answer can come back: set slack.app_token (Socket Mode), or slack.signing_secret and console.listen (signed requests), or strict: true if Slack is only to tell")
	case signed && c.Console.Listen == "" && !socket:
		n.fault("slack.signing_secret", "Slack's signed requests come to the address of the web console; set console.listen")
	case signed && c.Console.Listen == "":
		n.warn("slack.signing_secret", "signed requests come to the address of the web console, and there is none: answers come by Socket Mode only")
	case able == 0:
		n.warn("slack", "nobody under people has a slack id, so nobody can answer in Slack; it only tells")
	}
}
