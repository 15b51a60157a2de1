package slack

import (
	"strings"
	"testing"

	"github.com/holdfast-db/holdfast/internal/slack/fakeslack"
)

// A probe finds what is wrong and says what to do; a set-up that is right leaves
// nothing behind.
func TestProbe(t *testing.T) {
	for name, c := range map[string]struct {
		breaks func(*fakeslack.Slack, *Options)
		what   string // the line that fails; empty for none
		now    string
	}{
		"all is well":      {func(*fakeslack.Slack, *Options) {}, "", ""},
		"by its name":      {func(_ *fakeslack.Slack, o *Options) { o.Channel = fakeslack.ChannelName }, "", ""},
		"wrong bot token":  {func(_ *fakeslack.Slack, o *Options) { o.BotToken = "xoxb-other" }, "bot token", "copy it again"},
		"scope missing":    {func(s *fakeslack.Slack, _ *Options) { s.SetScopes("chat:write") }, "scopes", "OAuth & Permissions"},
		"not in channel":   {func(s *fakeslack.Slack, _ *Options) { s.SetInChannel(false) }, "channel " + fakeslack.ChannelID, "/invite @holdfast"},
		"no such channel":  {func(_ *fakeslack.Slack, o *Options) { o.Channel = "#nowhere" }, "channel #nowhere", "slack.channel"},
		"Slack is down":    {func(s *fakeslack.Slack, _ *Options) { s.SetDown(true) }, "bot token", "network"},
		"wrong app token":  {func(_ *fakeslack.Slack, o *Options) { o.AppToken = "xapp-other" }, "Socket Mode", "copy it again"},
		"tokens exchanged": {func(s *fakeslack.Slack, o *Options) { s.Forgive(); o.AppToken = o.BotToken }, "Socket Mode", "begins with xoxb-"},
		"no Socket Mode":   {func(s *fakeslack.Slack, _ *Options) { s.SetSocketMode(false) }, "Socket Mode", "switch it on"},
		"no greeting":      {func(s *fakeslack.Slack, _ *Options) { s.SetSilent(true) }, "Socket Mode", "status.slack.com"},
	} {
		t.Run(name, func(t *testing.T) {
			fake := fakeslack.New(t)
			o := Options{BotToken: fakeslack.BotToken, AppToken: fakeslack.AppToken, Channel: fakeslack.ChannelID, APIURL: fake.APIURL()}
			c.breaks(fake, &o)
			var bad []Finding
			ok := Probe(t.Context(), o, func(f Finding) {
				if !f.OK {
					bad = append(bad, f)
				}
				for _, secret := range fakeslack.Secrets {
					if strings.Contains(f.Says+f.Now, secret) {
						t.Errorf("%s shows a secret: %s", f.What, f.Says)
					}
				}
			})
			if ok != (c.what == "") || ok != (len(bad) == 0) {
				t.Fatalf("right: %t, findings: %+v", ok, bad)
			}
			if !ok && (bad[0].What != c.what || !strings.Contains(bad[0].Now, c.now)) {
				t.Errorf("found %+v; want %q and %q", bad[0], c.what, c.now)
			}
			for _, m := range fake.Messages() {
				if !m.Deleted {
					t.Errorf("left in the channel: %s", m.Text)
				}
			}
		})
	}
}
