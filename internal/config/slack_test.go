package config

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
)

// slackFile is a file with one host, ana and ben, and these lines of slack.
func slackFile(t *testing.T, lines, more string) (*Config, error) {
	t.Helper()
	t.Chdir(t.TempDir())
	write(t, "token", " xoxb-1-hunter2\n")
	if err := os.Chmod("token", 0o600); err != nil {
		t.Fatal(err)
	}
	write(t, "empty", "\n")
	write(t, "holdfast.yaml", "slack:\n  "+strings.ReplaceAll(strings.TrimSpace(lines), "\n", "\n  ")+"\n"+more+`
people:
  - {name: ana, slack: U012AB3CD, postgres: [ana]}
  - {name: ben, slack: W045EF6GH}
hosts:
  - {name: shop, listen: "127.0.0.1:6432", server: "postgres://db1.internal:5432", mode: enforce}
`)
	return load(t, map[string]string{"config": "holdfast.yaml"}, map[string]string{"BOT": "xoxb-2-hunter2", "APP": "xapp-1-hunter2", "SIGN": "hunter2sign"})
}

func TestSlack(t *testing.T) {
	c, err := slackFile(t, "bot_token: ${BOT}\napp_token: ${APP}\nsigning_secret: ${SIGN}\nchannel: C0123ABCD\nliterals: true", "console: {url: https://holdfast.example.com, listen: '127.0.0.1:8432'}")
	if err != nil {
		t.Fatal(err)
	}
	want := Slack{BotToken: "xoxb-2-hunter2", AppToken: "xapp-1-hunter2", SigningSecret: "hunter2sign", Channel: "C0123ABCD", APIURL: DefaultSlackAPI, Literals: true}
	if *c.Slack != want || c.Console.URL != "https://holdfast.example.com" {
		t.Errorf("got %+v, %+v", c.Slack, c.Console)
	}
	if len(c.Warnings) > 0 {
		t.Errorf("warnings: %v", c.Warnings)
	}
	text, err := json.Marshal(c.Slack)
	if err != nil {
		t.Fatal(err)
	}
	for _, shown := range []string{string(text), fmt.Sprintf("%v %+v %#v %s", *c.Slack, *c.Slack, *c.Slack, c.Slack.BotToken)} {
		if strings.Contains(shown, "hunter2") {
			t.Errorf("a secret is shown: %s", shown)
		}
	}
}

func TestSlackTokenFromAFile(t *testing.T) {
	c, err := slackFile(t, "bot_token: file:token\napp_token: ${APP}\nchannel: \"#db-holds\"", "")
	if err != nil {
		t.Fatal(err)
	}
	if c.Slack.BotToken.Reveal() != "xoxb-1-hunter2" || len(c.Warnings) > 0 {
		t.Errorf("token %q, warnings %v", c.Slack.BotToken.Reveal(), c.Warnings)
	}
	if err := os.Chmod("token", 0o644); err != nil {
		t.Fatal(err)
	}
	c, err = load(t, map[string]string{"config": "holdfast.yaml"}, map[string]string{"APP": "xapp-1-hunter2"})
	if err != nil || len(c.Warnings) != 1 || !strings.Contains(c.Warnings[0].Text, "everybody on this machine") {
		t.Errorf("of a file that everybody may read: %v", err)
	}
}

// TestSlackSignedRequests: with an address for them they are a way for answers, and
// without one beside Socket Mode that is said.
func TestSlackSignedRequests(t *testing.T) {
	const lines = "bot_token: ${BOT}\nsigning_secret: ${SIGN}\nchannel: C0123ABCD"
	if _, err := slackFile(t, lines, "console: {listen: '127.0.0.1:8432'}"); err != nil {
		t.Error(err)
	}
	c, err := slackFile(t, lines+"\napp_token: ${APP}", "")
	if err != nil || len(c.Warnings) != 1 || !strings.Contains(c.Warnings[0].Text, "by Socket Mode only") {
		t.Errorf("without an address: %v", err)
	}
}

func TestSlackFaults(t *testing.T) {
	const rest = "\nchannel: \"#db-holds\"\napp_token: ${APP}"
	for _, c := range []struct{ lines, more, want string }{
		{"bot_token: ${APP}" + rest, "", "does not begin with xoxb-"},
		{"bot_token: file:nowhere" + rest, "", "reading the secret"},
		{"bot_token: file:empty" + rest, "", "empty, too long"},
		{"bot_token: file:/dev/zero" + rest, "", "not a file that could hold a secret"},
		{"bot_token: xoxb-1-hunter2" + rest, "", "a secret does not stand in the file itself"},
		{"channel: \"#x\"", "", "slack.bot_token is missing"},
		{"bot_token: ${BOT}\napp_token: ${APP}", "", "slack.channel is missing"},
		{"bot_token: ${BOT}\nchannel: \"#x\"", "", "no answer can come back"},
		{"bot_token: ${BOT}\nchannel: \"#x\"\nsigning_secret: ${SIGN}", "", "set console.listen"},
		{"bot_token: ${BOT}\nchannel: \"#x\"\nstrict: true", "", "console.url"},
		{"bot_token: ${BOT}" + rest + "\napi_url: https://slack.example.com/api", "", "ends in a slash"},
		{"bot_token: ${BOT}" + rest + "\napi_url: https://u:p@slack.example.com/api/", "", "not the URL of an API"},
		{"bot_token: ${BOT}" + rest, "console: {url: http://holdfast.example.com}", "in the clear"},
	} {
		_, err := slackFile(t, c.lines, c.more)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q %q: %v; want %q", c.lines, c.more, err, c.want)
		}
	}
}

// A command that only judges needs no tokens, and finds every other fault.
func TestSlackWithoutSecrets(t *testing.T) {
	_, err := slackFile(t, "bot_token: ${NOT_SET}\napp_token: file:nowhere\nchannel: \"#x\"", "")
	if err == nil {
		t.Error("tokens that are missing are no fault")
	}
	in := Input{Flags: map[string]string{"config": "holdfast.yaml"}, Surroundings: nobody(nil), Checks: checks, WithoutSecrets: true}
	if c, err := Load(in); err != nil || c.Slack.BotToken != "" {
		t.Errorf("without secrets: %v", err)
	}
}

func TestSlackStrict(t *testing.T) {
	c, err := slackFile(t, "bot_token: ${BOT}\nchannel: \"#x\"\nstrict: true", "console: {url: http://127.0.0.1:8432}")
	if err != nil || !c.Slack.Strict {
		t.Errorf("%+v, %v", c, err)
	}
}
