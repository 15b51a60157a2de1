package console

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// clientWait bounds one request of a Client: longer than the server takes to
// give up on a disk.
const clientWait = 70 * time.Second

// maxFault bounds what is read of an answer that is not 200, in bytes: it may
// carry a hold, and with it the longest text the desk keeps, escaped.
const maxFault = 4 << 20

// Client calls the API over a control socket.
//
// Its errors are *Fault where holdfast answered, and otherwise wrap what the
// system said: syscall.ENOENT without a socket, ECONNREFUSED when nobody
// listens, EACCES when this user may not.
type Client struct {
	http *http.Client
}

// NewClient returns a client of the socket at path. It connects with its first
// call.
func NewClient(path string) *Client {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", path)
	}
	return &Client{http: &http.Client{
		Timeout:   clientWait,
		Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true},
	}}
}

// Status asks how the holdfast behind the socket is.
func (c *Client) Status(ctx context.Context) (Status, error) {
	return call[Status](ctx, c, http.MethodGet, "/v1/status", nil)
}

// Sessions lists the sessions that are connected now, the newest first.
func (c *Client) Sessions(ctx context.Context, f SessionFilter) (Sessions, error) {
	return call[Sessions](ctx, c, http.MethodGet, "/v1/sessions?"+f.query().Encode(), nil)
}

// Holds lists the holds that wait, and with all those that ended.
func (c *Client) Holds(ctx context.Context, all bool) ([]Hold, error) {
	path := "/v1/holds"
	if all {
		path += "?all=1"
	}
	body, err := call[holdsBody](ctx, c, http.MethodGet, path, nil)
	return body.Holds, err
}

// Hold finds one hold.
func (c *Client) Hold(ctx context.Context, id string) (Hold, error) {
	return c.onHold(ctx, http.MethodGet, id, "", nil)
}

// Answered returns a hold once it is not pending any more, or after wait or MaxWait
// as it is then.
func (c *Client) Answered(ctx context.Context, id string, wait time.Duration) (Hold, error) {
	return c.onHold(ctx, http.MethodGet, id, "?wait="+url.QueryEscape(max(min(wait, MaxWait), time.Millisecond).String()), nil)
}

// Approve says yes. The hold returned is still pending, or has ended as before, when
// more reviewers are wanted; granted, when nobody waited for it. typed is the name of what goes, as the reviewer typed it; it may be
// empty unless the hold asks for it. scope is one of Hold.Scopes, or empty for the statement.
func (c *Client) Approve(ctx context.Context, id, note, typed, scope string) (Hold, error) {
	return c.onHold(ctx, http.MethodPost, id, "/approve", answerBody{Note: note, Type: typed, Scope: scope})
}

// Deny says no.
func (c *Client) Deny(ctx context.Context, id, note string) (Hold, error) {
	return c.onHold(ctx, http.MethodPost, id, "/deny", answerBody{Note: note})
}

// Revoke takes a grant back. Where it is too late the error is a Fault with the code
// Ended.
func (c *Client) Revoke(ctx context.Context, id, note string) (Hold, error) {
	return c.onHold(ctx, http.MethodPost, id, "/revoke", revokeBody{Note: note})
}

// onHold calls a route of one hold. What cannot be an id is not sent: as a part
// of a path it could name another route.
func (c *Client) onHold(ctx context.Context, method, id, what string, body any) (Hold, error) {
	if !isID(id) {
		return Hold{}, &Fault{Code: UnknownID, Text: hold.ErrUnknownID.Error()}
	}
	return call[Hold](ctx, c, method, "/v1/holds/"+id+what, body)
}

// isID is false for what would name another route.
func isID(id string) bool {
	other := func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') }
	return id != "" && !strings.ContainsFunc(id, other)
}

// call sends one request and decodes its answer.
func call[T any](ctx context.Context, c *Client, method, path string, body any) (T, error) {
	var answer T
	var send io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return answer, fmt.Errorf("writing the request: %w", err)
		}
		send = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://holdfast"+path, send)
	if err != nil {
		return answer, fmt.Errorf("writing the request: %w", err)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return answer, fmt.Errorf("calling holdfast: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return answer, readFault(res)
	}
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		return answer, fmt.Errorf("reading the answer of holdfast: %w", err)
	}
	return answer, nil
}

func readFault(res *http.Response) error {
	var f Fault
	if err := json.NewDecoder(io.LimitReader(res.Body, maxFault)).Decode(&f); err != nil || f.Text == "" {
		return fmt.Errorf("what listens on the socket answered %q; it is no holdfast of this version", res.Status)
	}
	return &f
}
