package slack

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	slackgo "github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

// steadyAfter is how long a connection lasts that worked: after it the next
// failure is the first one again.
const steadyAfter = time.Minute

// connectLogEvery is after how many failures to connect the log says it again; the
// library waits up to five minutes between two.
const connectLogEvery = 10

// listen keeps a Socket Mode connection until ctx ends. The library connects
// again by itself where Slack asks for it; what it gives up is begun anew here.
func (a *App) listen(ctx context.Context) {
	for failures := 1; ctx.Err() == nil; failures++ {
		began := time.Now()
		err := a.connect(ctx)
		if ctx.Err() != nil {
			return
		}
		if time.Since(began) > steadyAfter {
			failures = 1
		}
		wait := a.pace.Wait(failures)
		a.log.Warn().Str("error", explained(err)).Dur("again_in", wait).Msg("the connection to Slack ended; holds can be answered by the other doors")
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		}
	}
}

// connect listens on one client of the library until that gives up.
func (a *App) connect(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	var reading sync.WaitGroup
	defer reading.Wait()
	defer cancel()
	client := socketmode.New(a.api, socketmode.OptionLog(log.New(io.Discard, "", 0)), socketmode.OptionDialer(a.dialer()))
	reading.Go(func() { a.read(ctx, client) })
	return client.RunContext(ctx)
}

// dialer connects at most once in the shortest time between tries: the library itself
// does not wait after a connection that Slack ended at once.
func (a *App) dialer() *websocket.Dialer {
	var last time.Time
	dial := &net.Dialer{Timeout: callTimeout}
	return &websocket.Dialer{
		Proxy: http.ProxyFromEnvironment, HandshakeTimeout: callTimeout,
		NetDialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			timer := time.NewTimer(time.Until(last.Add(a.pace.First)))
			defer timer.Stop()
			select {
			case <-timer.C:
			case <-ctx.Done():
				return nil, ctx.Err()
			}
			last = time.Now()
			return dial.DialContext(ctx, network, address)
		},
	}
}

// read takes what the client says, until ctx ends.
func (a *App) read(ctx context.Context, client *socketmode.Client) {
	for {
		select {
		case e := <-client.Events:
			a.hear(ctx, client, e)
		case <-ctx.Done():
			return
		}
	}
}

func (a *App) hear(ctx context.Context, client *socketmode.Client, e socketmode.Event) {
	defer a.guard("reading an event of Slack")
	switch e.Type {
	case socketmode.EventTypeHello:
		a.log.Info().Msg("connected to Slack; holds can be answered there")
	case socketmode.EventTypeInteractive:
		cb, ok := e.Data.(slackgo.InteractionCallback)
		if !ok || e.Request == nil {
			return
		}
		envelope := e.Request.EnvelopeID
		a.interaction(&cb, envelope, func(payload any) {
			if err := client.AckCtx(ctx, envelope, payload); err != nil && ctx.Err() == nil {
				a.log.Warn().Err(err).Msg("a click could not be acknowledged to Slack")
			}
		})
	case socketmode.EventTypeEventsAPI, socketmode.EventTypeSlashCommand:
		// None of them is asked for; unacknowledged they would come again.
		if e.Request != nil {
			_ = client.AckCtx(ctx, e.Request.EnvelopeID, nil)
		}
	case socketmode.EventTypeErrorBadMessage:
		if bad, ok := e.Data.(*socketmode.ErrorBadMessage); ok {
			a.log.Warn().Err(bad.Cause).Int("bytes", len(bad.Message)).Msg("a message of Slack cannot be read and is ignored")
		}
	case socketmode.EventTypeConnectionError:
		if failed, ok := e.Data.(*slackgo.ConnectionErrorEvent); ok && failed.Attempt%connectLogEvery == 1 {
			a.log.Warn().Str("error", explained(failed.ErrorObj)).Dur("again_in", failed.Backoff).
				Msg("Slack cannot be reached; holds can be answered by the other doors")
		}
	}
}
