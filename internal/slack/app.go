package slack

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/rs/zerolog"
	slackgo "github.com/slack-go/slack"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/outbox"
)

// Desk is what this package needs of *hold.Desk.
type Desk interface {
	Get(ctx context.Context, id string) (hold.Hold, error)
	List(ctx context.Context, all bool) ([]hold.Hold, error)
	Decide(ctx context.Context, id string, d hold.Decision) (hold.Hold, error)
	Covers(ctx context.Context, h hold.Hold) (hold.Coverage, error)
	Reviewers(r hold.Request) []string
	People() hold.People
}

// Options are what an App works with. BotToken, Channel, Desk and Messages are
// needed.
type Options struct {
	BotToken string // xoxb-...: posts and edits
	AppToken string // xapp-...: Socket Mode; empty is none

	// SigningSecret is what Slack signs HTTP requests with; empty refuses them all.
	SigningSecret string

	Channel string // id (C0123ABCD) or #name
	APIURL  string // empty is Slack's; ends in a slash
	Console string // URL of the web console, for links; empty is none

	// Strict only tells people, with a link: nobody answers here.
	Strict bool

	// Literals shows the values in statements, their comments and the server's
	// errors to everybody in the channel.
	Literals bool

	Desk     Desk
	Alerts   Alerts // nil shows none
	Messages outbox.Messages
	Log      zerolog.Logger
}

// DefaultAPIURL is where Slack answers.
const DefaultAPIURL = "https://slack.com/api/"

// callTimeout bounds one call of Slack's API, which usually takes a tenth of a
// second.
const callTimeout = 10 * time.Second

// App is one Slack app in one workspace, showing holds in one channel.
type App struct {
	o        Options
	desk     Desk
	messages outbox.Messages
	log      zerolog.Logger
	api      *slackgo.Client
	http     *http.Client // for what is not of the API: where pictures are sent
	pace     pace
	seen     *once // clicks that were taken already
	replays  *once // signatures of HTTP requests
	forged   tally // HTTP requests that were refused

	outbox *outbox.Outbox // which messages are to be looked at

	mu      sync.Mutex // guards the fields below
	rows    map[string]*message
	channel string // id of Options.Channel, once something was posted there
	team    team   // the workspace, once Slack has said it
	closing bool

	life   context.Context // ends with Close; clicks outlive their requests
	cancel context.CancelFunc
	poster sync.WaitGroup
	socket sync.WaitGroup
	clicks sync.WaitGroup
	places chan struct{} // one for each click that is being worked on
}

// pace is how fast things are tried again.
type pace struct {
	outbox.Pace
	drain  time.Duration // how long Close goes on showing
	answer time.Duration // how long a modal may wait for the desk
}

// usualPace: Slack gives up on a click after 3 s.
var usualPace = pace{Pace: outbox.UsualPace, drain: 5 * time.Second, answer: 2 * time.Second}

// maxClicks is how many clicks are worked on at once. Each is a person's.
const maxClicks = 32

// Open makes an App and reads what an earlier run sent. It does not ask Slack: a
// Slack that is down must not keep holdfast from starting.
func Open(ctx context.Context, o Options) (*App, error) {
	if o.BotToken == "" || o.Channel == "" || o.Desk == nil || o.Messages == nil {
		return nil, errors.New("opening slack: it needs a bot token, a channel, a desk and a place to keep messages")
	}
	a := &App{
		o: o, desk: o.Desk, messages: o.Messages, log: o.Log.With().Str("part", "slack").Logger(), api: newClient(o), http: newHTTP(), pace: usualPace,
		seen: newOnce(seenFor), replays: newOnce(2 * clockSkew),
		places: make(chan struct{}, maxClicks),
	}
	var err error
	if a.rows, err = outbox.Kept(ctx, o.Messages, "the message of", (*message).over); err != nil {
		return nil, err
	}
	a.outbox = a.newOutbox(a.pace.Pace)
	a.life, a.cancel = context.WithCancel(context.Background())
	return a, nil
}

func newClient(o Options) *slackgo.Client {
	if o.APIURL == "" {
		o.APIURL = DefaultAPIURL
	}
	return slackgo.New(o.BotToken, slackgo.OptionAPIURL(o.APIURL), slackgo.OptionAppLevelToken(o.AppToken), slackgo.OptionHTTPClient(newHTTP()))
}

// newHTTP follows no redirect: one would carry the token to wherever it points.
func newHTTP() *http.Client {
	noRedirect := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &http.Client{Timeout: callTimeout, CheckRedirect: noRedirect}
}

// Start shows what waits and what an earlier run left behind, and listens for
// answers where there is an app token. It returns at once.
func (a *App) Start() {
	if a.o.Alerts != nil {
		watch := a.o.Alerts.Watch() // before Resync, so that none is missed between
		a.socket.Go(func() { a.hearAlerts(a.life, watch) })
	}
	a.Resync(a.life)
	a.poster.Go(func() { a.outbox.Run(a.life) })
	if a.o.AppToken != "" {
		a.socket.Go(func() { a.listen(a.life) })
	}
}

// Close takes no more clicks, shows for a few seconds what is still to be shown
// and ends. Close the desk first, so that what it abandons is seen, and the store
// after. The next start shows what was left.
func (a *App) Close() {
	a.mu.Lock()
	a.closing = true
	a.mu.Unlock()
	a.outbox.Finish()
	shown := make(chan struct{})
	go func() {
		a.poster.Wait()
		close(shown)
	}()
	timer := time.NewTimer(a.pace.drain)
	defer timer.Stop()
	select {
	case <-shown:
	case <-timer.C:
	}
	a.cancel()
	<-shown
	a.socket.Wait()
	a.clicks.Wait()
}

// guard keeps a fault of this package from ending the sessions of the proxy.
func (a *App) guard(doing string) {
	if fault := recover(); fault != nil {
		a.log.Error().Str("doing", doing).Interface("fault", fault).Msg("a fault in this part of holdfast; holds can be answered by the other doors")
	}
}

// answerable says whether a click here can be an answer.
func (a *App) answerable(people hold.People) bool {
	return !a.o.Strict && people.Configured() && (a.o.AppToken != "" || a.o.SigningSecret != "")
}

// link is the page of a hold, or nothing.
func (a *App) link(id string) string {
	if a.o.Console == "" {
		return ""
	}
	return strings.TrimRight(a.o.Console, "/") + "/holds/" + url.PathEscape(id)
}

// member is the form of Slack's ids of people.
var member = regexp.MustCompile(`^[UW][A-Z0-9]{2,20}$`)

func validMember(id string) bool { return member.MatchString(id) }
