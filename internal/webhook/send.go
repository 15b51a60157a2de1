package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/outbox"
)

const (
	// giveUpAfter is how long after its end a hold is still sent.
	giveUpAfter = 24 * time.Hour

	// maxWait bounds what a receiver may ask to wait.
	maxWait = time.Hour

	// maxAnswer bounds what is read of an answer, so that its connection can be used
	// again.
	maxAnswer = 64 << 10
)

// send tells the receiver what it does not know yet of a hold.
func (k *Hook) send(ctx context.Context, id string, asked bool) error {
	h, err := k.o.Desk.Get(ctx, id)
	if errors.Is(err, hold.ErrUnknownID) {
		return k.forget(ctx, id)
	}
	if err != nil {
		return localError{err}
	}
	r, known := k.row(id)
	if !known {
		if !asked {
			return nil
		}
		r.At = h.Asked
		if err := k.keep(ctx, id, r); err != nil { // so that a restart knows of it
			return localError{err}
		}
	}
	if r.Sent == stage(h) && r.Done == over(h.State) {
		return nil
	}
	if gone := over(h.State) && time.Since(h.Decided) > giveUpAfter; !gone {
		if err := k.post(ctx, r.delivery(h.ID), Body{Hold: k.shown(h)}); err != nil {
			return err
		}
	} else {
		k.log.Error().Str("hold", id).Msg("a hold was not sent to the webhook within a day of its end; it is given up")
	}
	r.Sent, r.Done, r.Delivery = stage(h), over(h.State), r.Delivery+1
	if err := k.keep(ctx, id, r); err != nil {
		return localError{err}
	}
	return nil
}

// delivery is the id of the next request about a hold or an alert.
func (r row) delivery(id string) string { return fmt.Sprintf("%s-%d", id, r.Delivery) }

// post makes one request; it fills in delivery and time.
func (k *Hook) post(ctx context.Context, delivery string, what Body) error {
	now := time.Now()
	what.Delivery, what.At = delivery, now.UTC()
	body, err := json.Marshal(what)
	if err != nil {
		return localError{fmt.Errorf("encoding request %s: %w", delivery, err)}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, k.o.URL, bytes.NewReader(body))
	if err != nil {
		return localError{errors.New("the URL of the webhook cannot be called")}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "holdfast")
	req.Header.Set("Holdfast-Delivery", delivery)
	req.Header.Set(SignatureHeader, Sign(k.o.Secret, now, body))
	answer, err := k.client.Do(req)
	if err != nil {
		return withoutURL(err)
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, maxAnswer)) // what it says does not matter
	if answer.StatusCode/100 != 2 {
		return statusError{answer.StatusCode, retryAfter(answer.Header)}
	}
	return nil
}

// withoutURL leaves the URL out of an error for the log: it may carry a token.
func withoutURL(err error) error {
	var failed *url.Error
	if errors.As(err, &failed) {
		return failed.Err
	}
	return err
}

func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil || seconds < 0 {
		return 0
	}
	return min(time.Duration(min(seconds, 1<<20))*time.Second, maxWait)
}

// statusError is an answer other than 2xx.
type statusError struct {
	status int
	wait   time.Duration
}

// Error is the status.
func (e statusError) Error() string {
	return fmt.Sprintf("the receiver answered %d %s", e.status, http.StatusText(e.status))
}

// localError is a failure on our side.
type localError struct{ error }

// Unwrap is the cause.
func (e localError) Unwrap() error { return e.error }

// faultOf is what an error means for the other holds: one that is refused for what
// it is holds up no other.
func faultOf(err error) outbox.Fault {
	var status statusError
	var ours localError
	switch {
	case errors.As(err, &ours), errors.Is(err, errOurs):
		return outbox.Fault{}
	case errors.As(err, &status):
		busy := status.status == http.StatusTooManyRequests || status.status == http.StatusRequestTimeout
		return outbox.Fault{Wait: status.wait, All: busy || status.status >= 500}
	}
	return outbox.Fault{All: true}
}
