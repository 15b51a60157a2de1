package main

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/lib/pq"
)

// listenLimit bounds everything that is waited for.
const listenLimit = 20 * time.Second

// listenAt hears on a connection of its own, as lib/pq does it.
func listenAt(url string) step {
	return func(ctx context.Context, conn *sql.Conn) error {
		listener := pq.NewListener(url, time.Second, listenLimit, nil)
		defer listener.Close()
		if err := listener.Listen("news"); err != nil {
			return err
		}
		if _, err := conn.ExecContext(ctx, "SELECT pg_notify('news', 'hello')"); err != nil {
			return err
		}
		return hear(listener)
	}
}

func hear(listener *pq.Listener) error {
	select {
	case n := <-listener.Notify:
		if n == nil || n.Extra != "hello" {
			return fmt.Errorf("heard %v", n)
		}
		return listener.Ping()
	case <-time.After(listenLimit):
		return fmt.Errorf("heard nothing within %s", listenLimit)
	}
}

func cancelledAt(url string) step {
	return func(ctx context.Context, _ *sql.Conn) error {
		if err := cancelAtNotice(ctx, url, "CREATE TABLE IF NOT EXISTS kept (); SELECT pg_sleep(60)"); err != nil {
			return err
		}
		return cancelAtNotice(ctx, url, "DROP TABLE withdraw_me")
	}
}

// cancelAtNotice uses a connection of its own, for lib/pq gives up a connection
// whose context ended. A hold's notice says that the statement waits; that of
// CREATE TABLE IF NOT EXISTS says that the server has begun.
func cancelAtNotice(ctx context.Context, url, text string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	conn, err := connect(ctx, url, func(n *pq.Error) {
		printNotice(n)
		cancel()
	})
	if err != nil {
		return err
	}
	defer conn.Close()
	_, err = conn.ExecContext(ctx, text)
	return want(err, "57014")
}
