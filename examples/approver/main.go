// Command approver says yes to every hold of a running holdfast, as fast as it
// can. It is the reviewer of test suites that drop and truncate all day on a
// throw-away server, and an example of the control socket's API. With it in front
// of data that anybody wants, holdfast protects nothing.
//
//	go run ./examples/approver -socket /run/holdfast/holdfast.sock
//
// It ends with the holdfast that it asks, or by a signal, and prints how many
// holds it approved.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

// pollEvery is how long a hold may wait unseen: short beside the approval itself,
// which is written to disk, and long enough to leave the machine to the suite.
const pollEvery = 5 * time.Millisecond

func main() {
	socket := flag.String("socket", "/run/holdfast/holdfast.sock", "`path` of the control socket")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	a := newApprover(*socket)
	err := a.run(ctx)
	fmt.Printf("%d approved\n", a.approved)
	if err != nil {
		fmt.Fprintf(os.Stderr, "approver: %v\n", err)
		os.Exit(1)
	}
}

type approver struct {
	http     http.Client
	approved int
}

func newApprover(socket string) *approver {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socket)
	}
	return &approver{http: http.Client{Transport: &http.Transport{DialContext: dial, MaxIdleConnsPerHost: 16}}}
}

// run approves until ctx ends, which is no error, or holdfast cannot be asked.
func (a *approver) run(ctx context.Context) error {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		ids, err := a.waiting(ctx)
		if err != nil && ctx.Err() == nil {
			return err
		}
		a.approve(ctx, ids)
	}
}

// waiting is the ids of the holds that wait.
func (a *approver) waiting(ctx context.Context) ([]string, error) {
	var body struct{ Holds []struct{ ID, State string } }
	if err := a.call(ctx, http.MethodGet, "/v1/holds", &body); err != nil {
		return nil, fmt.Errorf("listing holds: %w", err)
	}
	ids := make([]string, 0, len(body.Holds))
	for _, h := range body.Holds {
		if h.State == "pending" { // else approved already
			ids = append(ids, h.ID)
		}
	}
	return ids, nil
}

// approve says yes to all at once: each answer waits for the disk, and holdfast
// writes those that come together in one go.
func (a *approver) approve(ctx context.Context, ids []string) {
	results := make([]error, len(ids))
	var all sync.WaitGroup
	for i, id := range ids {
		all.Go(func() { results[i] = a.call(ctx, http.MethodPost, "/v1/holds/"+id+"/approve", nil) })
	}
	all.Wait()
	for _, err := range results {
		if err == nil { // otherwise it ended between the list and the answer
			a.approved++
		}
	}
}

// call sends one request and reads its answer into v, unless that is nil.
func (a *approver) call(ctx context.Context, method, path string, v any) error {
	req, err := http.NewRequestWithContext(ctx, method, "http://holdfast"+path, nil)
	if err != nil {
		return err
	}
	resp, err := a.http.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	switch {
	case err != nil:
		return err
	case resp.StatusCode != http.StatusOK:
		return errors.New(string(body))
	case v == nil:
		return nil
	}
	return json.Unmarshal(body, v)
}
