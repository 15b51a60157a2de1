package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"time"
)

// idleResult is the memory of one proxy's sessions, in KiB a session beyond the
// proxy without sessions.
type idleResult struct {
	name     string
	sessions int
	fresh    float64 // logged in, and nothing more
	used     float64 // after one statement each
	later    float64 // and after settleLong of idling
}

const (
	settle     = 10 * time.Second // holdfast parks what is silent for 2 to 4 s
	settleLong = 30 * time.Second // a garbage collector that runs at all has run
)

// measureIdle opens many sessions through each proxy and looks at its resident
// memory. Their server is one of our own that says what Postgres says at a login
// and no more, since thousands of server processes would fill the machine.
func measureIdle(ctx context.Context, r *rig) ([]idleResult, error) {
	server, err := net.Listen("tcp", localAddress(0))
	if err != nil {
		return nil, fmt.Errorf("starting the server of the idle sessions: %w", err)
	}
	defer server.Close()
	go accept(server)
	var results []idleResult
	for _, w := range r.ways[1:] {
		progress("%d idle sessions through %s", r.idle, w.name)
		// A proxy of its own, which has not grown under load.
		fresh, err := r.startProxy(ctx, w.name, server.Addr().(*net.TCPAddr).Port, "idle")
		if err != nil {
			return nil, err
		}
		result, err := fresh.idle(ctx, r.idle)
		fresh.proxy.stop()
		if err != nil {
			return nil, fmt.Errorf("idling through %s: %w", w.name, err)
		}
		results = append(results, result)
	}
	return results, nil
}

func (w way) idle(ctx context.Context, sessions int) (result idleResult, err error) {
	result = idleResult{name: w.name, sessions: sessions}
	warm, err := w.open(10) // what a proxy sets up once is not a session's
	closeAll(warm)
	if err != nil {
		return result, err
	}
	if err := pause(ctx, settle); err != nil {
		return result, err
	}
	empty, err := residentMemory(w.proxy.pid())
	if err != nil {
		return result, err
	}
	all, err := w.open(sessions)
	defer func() { closeAll(all) }()
	if err != nil {
		return result, err
	}
	if result.fresh, err = w.share(ctx, settle, empty, sessions); err != nil {
		return result, err
	}
	for _, c := range all {
		if _, err := c.query("SELECT 1"); err != nil {
			return result, err
		}
	}
	if result.used, err = w.share(ctx, settle, empty, sessions); err != nil {
		return result, err
	}
	result.later, err = w.share(ctx, settleLong, empty, sessions)
	return result, err
}

// share waits, then returns what each session has of the memory beyond empty.
func (w way) share(ctx context.Context, wait time.Duration, empty int64, sessions int) (float64, error) {
	if err := pause(ctx, wait); err != nil {
		return 0, err
	}
	now, err := residentMemory(w.proxy.pid())
	return float64(now-empty) / 1024 / float64(sessions), err
}

func (w way) open(n int) (all []*raw, err error) {
	for range n {
		c, err := dialRaw(w.port, 512)
		if err != nil {
			return all, fmt.Errorf("opening session %d: %w", len(all)+1, err)
		}
		all = append(all, c)
	}
	return all, nil
}

func closeAll(all []*raw) {
	for _, c := range all {
		c.Close()
	}
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// accept serves until the listener closes.
func accept(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go serveIdle(c)
	}
}

// greeting is what PostgreSQL 15 says after a login by trust.
var greeting = func() []byte {
	g := message('R', "\x00\x00\x00\x00")
	for _, parameter := range []string{
		"application_name\x00bench\x00", "client_encoding\x00UTF8\x00", "DateStyle\x00ISO, MDY\x00",
		"default_transaction_read_only\x00off\x00", "in_hot_standby\x00off\x00", "integer_datetimes\x00on\x00",
		"IntervalStyle\x00postgres\x00", "is_superuser\x00on\x00", "server_encoding\x00UTF8\x00", "server_version\x0015.18\x00",
		"session_authorization\x00postgres\x00", "standard_conforming_strings\x00on\x00", "TimeZone\x00Etc/UTC\x00",
	} {
		g = append(g, message('S', parameter)...)
	}
	g = append(g, message('K', "\x00\x00\x10\x00secr")...)
	return append(g, message('Z', "I")...)
}()

// serveIdle answers one session: its login, then each Query with an empty table.
func serveIdle(c net.Conn) {
	defer c.Close()
	in := bufio.NewReaderSize(c, 512)
	var length [4]byte
	if _, err := io.ReadFull(in, length[:]); err != nil {
		return
	}
	if _, err := in.Discard(int(length[2])<<8 + int(length[3]) - 4); err != nil {
		return
	}
	c.Write(greeting)
	answer := append(message('C', "SELECT 0\x00"), message('Z', "I")...)
	for {
		kind, err := in.ReadByte()
		if err != nil {
			return
		}
		if _, err := io.ReadFull(in, length[:]); err != nil {
			return
		}
		if _, err := in.Discard(int(length[2])<<8 + int(length[3]) - 4); err != nil {
			return
		}
		if kind == 'Q' {
			c.Write(answer)
		}
	}
}
