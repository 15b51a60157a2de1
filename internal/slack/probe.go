package slack

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/websocket"
	slackgo "github.com/slack-go/slack"

	"github.com/holdfast-db/holdfast/internal/wording"
)

// Finding is what one check of a set-up came to.
type Finding struct {
	What string // what was looked at
	OK   bool
	Says string // what was found
	Now  string // what to do, when it is not OK
}

// neededScopes are the rights the bot must have. The second is needed for public
// channels, the third for private ones; which one shows when history is read.
var neededScopes = []string{"chat:write", "channels:history", "groups:history"}

// pictureScope is the right to send the charts of alerts. Without it their messages are
// without.
const pictureScope = "files:write"

// probeTime bounds the whole of a probe.
const probeTime = time.Minute

// Probe tries a set-up out, telling each finding as it comes. It posts one message
// and deletes it. It is true when everything is right. Of Options only tokens,
// Channel and APIURL count.
func Probe(ctx context.Context, o Options, tell func(Finding)) bool {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	p := &probe{o: o, api: newClient(o), all: true}
	p.tell = func(f Finding) {
		p.all = p.all && f.OK
		tell(f)
	}
	if p.token(ctx) {
		p.post(ctx)
	}
	if o.AppToken != "" {
		p.socket(ctx)
	}
	return p.all
}

type probe struct {
	o    Options
	api  *slackgo.Client
	tell func(Finding)
	all  bool
}

func (p *probe) failed(what string, err error) {
	now := advice[refusal(err)]
	if now == "" && refusal(err) == "" {
		now = "look whether this machine reaches Slack: its network, its proxy (HTTPS_PROXY) and slack.api_url"
	}
	if now == "" {
		now = "look the word up in Slack's documentation of the method"
	}
	p.tell(Finding{What: what, Says: err.Error(), Now: now})
}

// token looks at the bot token and its rights.
func (p *probe) token(ctx context.Context) bool {
	said, err := p.api.AuthTestContext(ctx)
	if err != nil {
		p.failed("bot token", err)
		return false
	}
	p.tell(Finding{What: "bot token", OK: true, Says: fmt.Sprintf("it is %s in the workspace %s (%s)", said.User, said.Team, said.TeamID)})
	p.scopes(said.Header)
	return true
}

func (p *probe) scopes(h http.Header) {
	const what = "scopes"
	said := h.Get("X-OAuth-Scopes")
	if said == "" {
		p.tell(Finding{What: what, OK: true, Says: "Slack does not say which it has; the lines below show whether they suffice"})
		return
	}
	has := map[string]bool{}
	for scope := range strings.SplitSeq(said, ",") {
		has[strings.TrimSpace(scope)] = true
	}
	var missing []string
	for _, scope := range neededScopes {
		if !has[scope] {
			missing = append(missing, scope)
		}
	}
	if len(missing) > 0 {
		p.tell(Finding{What: what, Says: "it lacks " + wording.List(missing, "and"), Now: "add them under OAuth & Permissions, then install the app again"})
		return
	}
	if !has[pictureScope] {
		p.tell(Finding{What: what, OK: true, Says: wording.List(neededScopes, "and") + "; without " + pictureScope + ", so messages of alerts have no chart"})
		return
	}
	p.tell(Finding{What: what, OK: true, Says: wording.List(append(slices.Clone(neededScopes), pictureScope), "and")})
}

// post posts a message, looks for it as after a lost answer, and deletes it.
func (p *probe) post(ctx context.Context) {
	m := message{Hold: "test"}
	began := time.Now()
	v := view{text: "A test of holdfast: this message is deleted at once."}
	channel, ts, err := p.api.PostMessageContext(ctx, p.o.Channel, content(m, v, 0)...)
	if err != nil {
		p.failed("channel "+p.o.Channel, err)
		return
	}
	p.tell(Finding{What: "channel " + p.o.Channel, OK: true, Says: "a message was posted; the channel's id is " + channel})
	p.history(ctx, channel, ts, began)
	if _, _, err := p.api.DeleteMessageContext(ctx, channel, ts); err != nil {
		p.failed("deleting it", err)
		return
	}
	p.tell(Finding{What: "deleting it", OK: true, Says: "it is gone again"})
}

func (p *probe) history(ctx context.Context, channel, ts string, began time.Time) {
	const what = "finding it again"
	a := &App{api: p.api, o: p.o}
	found, err := a.search(ctx, channel, &message{Hold: "test", Tried: began}, 0)
	switch {
	case err != nil:
		p.failed(what, err)
	case found.ts == "":
		p.tell(Finding{What: what, Says: "the message is not in the channel's history", Now: "try once more; if it stays so, a lost answer of Slack can lead to a second message"})
	default:
		p.tell(Finding{What: what, OK: true, Says: "a message whose answer was lost is not posted twice"})
	}
}

// helloWait is how long Slack may take to greet.
const helloWait = 10 * time.Second

// socket connects as Socket Mode does, and waits for the greeting.
func (p *probe) socket(ctx context.Context) {
	const what = "Socket Mode"
	_, url, err := p.api.StartSocketModeContext(ctx)
	if err != nil {
		if refusal(err) == "missing_scope" {
			p.tell(Finding{What: what, Says: err.Error(), Now: "give the app-level token the scope connections:write"})
			return
		}
		p.failed(what, err)
		return
	}
	conn, _, err := websocket.DefaultDialer.DialContext(ctx, url, nil)
	if err != nil {
		p.tell(Finding{What: what, Says: "the connection was refused: " + err.Error(), Now: "let this machine make WebSocket connections (wss) to wss-primary.slack.com"})
		return
	}
	defer conn.Close()
	var hello struct {
		Type        string `json:"type"`
		Connections int    `json:"num_connections"`
	}
	_ = conn.SetReadDeadline(time.Now().Add(helloWait)) // fails on a closed connection only, as the read does
	err = conn.ReadJSON(&hello)
	if err == nil && hello.Type != "hello" {
		err = errors.New("it does not begin with a greeting")
	}
	if err != nil {
		p.tell(Finding{What: what, Says: "no greeting came: " + err.Error(), Now: "try once more; then look at status.slack.com"})
		return
	}
	says := "connected and greeted"
	if others := hello.Connections - 1; others > 0 {
		says += fmt.Sprintf("; %d more connected with this app: that must be this holdfast, for Slack gives each click to one of them", others)
	}
	p.tell(Finding{What: what, OK: true, Says: says})
}
