package web_test

import (
	"context"
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"github.com/holdfast-db/holdfast/internal/web"
)

// TestTLS: with a certificate the console itself speaks https, and says to come back
// that way.
func TestTLS(t *testing.T) {
	r := newRig(t, team)
	borrowed := httptest.NewUnstartedServer(nil)
	borrowed.EnableHTTP2 = true
	borrowed.StartTLS()
	defer borrowed.Close()
	s, err := web.Listen(web.Options{Listen: "127.0.0.1:0", TLS: &tls.Config{Certificates: borrowed.TLS.Certificates}, Desk: r.desk, History: r.store, Log: zerolog.Nop()})
	check(t, err)
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx) }()
	defer func() {
		stop()
		check(t, <-served)
	}()
	client := borrowed.Client()
	defer client.CloseIdleConnections()
	if !strings.HasPrefix(s.URL(), "https://127.0.0.1:") {
		t.Fatal(s.URL())
	}
	res, err := client.Get(s.URL() + "/signin")
	check(t, err)
	res.Body.Close()
	if res.StatusCode != http.StatusOK || res.Header.Get("Strict-Transport-Security") == "" || res.ProtoMajor != 2 {
		t.Errorf("%s %s, %v", res.Proto, res.Status, res.Header)
	}
	plain, err := client.Get("http://" + strings.TrimPrefix(s.URL(), "https://") + "/signin")
	check(t, err)
	plain.Body.Close()
	if plain.StatusCode < 400 {
		t.Errorf("in the clear: %s", plain.Status)
	}
}
