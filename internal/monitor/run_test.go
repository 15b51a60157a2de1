package monitor

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
)

// A server that cannot be reached is tried again, less and less often, up to each
// interval or minute, and told of once.
func TestRetries(t *testing.T) {
	noLeaks(t)
	for _, test := range []struct {
		interval time.Duration
		want     []int // seconds of the tries
	}{
		{time.Hour, []int{0, 5, 15, 35, 75, 135, 195}},
		{MinInterval, []int{0, 5, 15, 25, 35}},
	} {
		synctest.Test(t, func(t *testing.T) {
			var log strings.Builder
			m, err := New(Options{Host: "shop", URL: "postgres://watcher:hush@127.0.0.1:1/x?sslmode=disable", Interval: test.interval, Log: zerolog.New(&log)})
			if err != nil {
				t.Fatal(err)
			}
			begin := time.Now()
			var tries []int
			m.config.DialFunc = func(context.Context, string, string) (net.Conn, error) {
				tries = append(tries, int(time.Since(begin).Seconds()))
				return nil, errors.New("no route to host")
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(test.want[len(test.want)-1])*time.Second+time.Second)
			defer cancel()
			m.Run(ctx)
			if !slices.Equal(tries, test.want) {
				t.Errorf("with %s tried at %v, want %v", test.interval, tries, test.want)
			}
			s := m.State()
			if s.Up || !strings.Contains(s.Why, "no route to host") || !s.Since.Equal(begin) || strings.Contains(s.Why, "hush") {
				t.Errorf("state %+v", s)
			}
			if n := strings.Count(log.String(), "cannot read"); n != 1 {
				t.Errorf("told %d times: %s", n, log.String())
			}
		})
	}
}

func TestParseURL(t *testing.T) {
	t.Setenv("PGSSLMODE", "")
	for _, test := range []struct{ url, host, fault string }{
		{"postgres://w@127.0.0.1/x", "", ""},
		{"postgres://w@localhost/x", "", ""},
		{"postgres:///x?host=/run/postgresql&user=w", "", ""},
		{"postgresql://w@db.example.com/x", "db.example.com", ""},
		{"postgres://w@db.example.com/x?sslmode=disable", "", ""},
		{"host=db.example.com", "", "does not begin with postgres://"},
		{"postgres://w:hush@db.example.com:x/", "", "reading the monitor's URL"},
		{"postgres://w:hush@db/?sslmode=maybe", "", "reading the monitor's URL"},
	} {
		c, err := ParseURL(test.url)
		if test.fault != "" {
			if err == nil || !strings.Contains(err.Error(), test.fault) || strings.Contains(err.Error(), "hush") {
				t.Errorf("%s: %v, want %q", test.url, err, test.fault)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", test.url, err)
			continue
		}
		verified := ""
		if c.TLSConfig != nil && !c.TLSConfig.InsecureSkipVerify && len(c.Fallbacks) == 0 {
			verified = c.TLSConfig.ServerName
		}
		if verified != test.host || c.RuntimeParams["default_transaction_read_only"] != "on" || c.ConnectTimeout == 0 {
			t.Errorf("%s: verified as %q, want %q; %v", test.url, verified, test.host, c.RuntimeParams)
		}
	}
}

func TestOptions(t *testing.T) {
	const url = "postgres://127.0.0.1/x"
	for _, test := range []struct {
		o     Options
		fault string
	}{
		{Options{Host: "a", URL: url}, ""},
		{Options{Host: "a", URL: url, Interval: time.Second}, "at least 10s"},
		{Options{Host: "a", URL: url, Interval: 2 * time.Hour}, "at most 1h"},
		{Options{URL: url}, "name of its host"},
		{Options{Host: "a", URL: "x"}, "postgres://"},
	} {
		m, err := New(test.o)
		if test.fault == "" && (err != nil || m.o.Interval != DefaultInterval || m.o.Doors[0] != "a") {
			t.Errorf("%+v: %v", test.o, err)
		}
		if test.fault != "" && (err == nil || !strings.Contains(err.Error(), test.fault)) {
			t.Errorf("%+v: %v, want %q", test.o, err, test.fault)
		}
	}
	if Check(url, 0) != nil || Check(url, time.Second) == nil || Check("x", 0) == nil {
		t.Error("Check and New do not agree")
	}
}
