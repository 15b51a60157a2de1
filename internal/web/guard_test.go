package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/web"
)

// TestForeignForms: what another site, an old browser, a program or another session
// sends changes nothing.
func TestForeignForms(t *testing.T) {
	r := newRig(t, team)
	id := r.ask(drop(), "")
	ben, cy := r.signedIn("bsmith"), r.signedIn("cy")
	form := url.Values{"token": {ben.token()}}
	host := strings.TrimPrefix(r.URL(), "http://")
	for name, c := range map[string]struct {
		form url.Values
		with func(*http.Request)
	}{
		"cross-site":         {form, func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }},
		"same site":          {form, func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") }},
		"typed in":           {form, func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "none") }},
		"no word from where": {form, func(r *http.Request) { r.Header.Del("Sec-Fetch-Site") }},
		"opaque origin":      {form, func(r *http.Request) { r.Header.Del("Sec-Fetch-Site"); r.Header.Set("Origin", "null") }},
		"other origin":       {form, func(r *http.Request) { r.Header.Del("Sec-Fetch-Site"); r.Header.Set("Origin", "http://evil.example") }},
		"origin that begins alike": {form, func(r *http.Request) {
			r.Header.Del("Sec-Fetch-Site")
			r.Header.Set("Origin", "http://"+host+".evil.example")
		}},
		"no token":              {url.Values{}, nil},
		"empty token":           {url.Values{"token": {""}}, nil},
		"token of cy":           {url.Values{"token": {cy.token()}}, nil},
		"token in the address":  {url.Values{}, func(r *http.Request) { r.URL.RawQuery = form.Encode() }},
		"a method of its own":   {form, func(r *http.Request) { r.Method = http.MethodPut }},
		"as JSON":               {form, func(r *http.Request) { r.Header.Set("Content-Type", "application/json") }},
		"for a host of its own": {form, func(r *http.Request) { r.Host = "evil.example" }},
	} {
		if a := ben.do(http.MethodPost, "/holds/"+id+"/deny", c.form, c.with); a.status < 400 {
			t.Errorf("%s: %d to %s", name, a.status, a.to)
		}
		if s := r.state(id); s != hold.Pending {
			t.Fatalf("%s: %s", name, s)
		}
	}
	want(t, "too long", ben.post("/holds/"+id+"/deny", url.Values{"token": form["token"], "reason": {strings.Repeat("x", 20<<10)}}), http.StatusBadRequest, "could not be read")
	old := func(r *http.Request) { r.Header.Del("Sec-Fetch-Site"); r.Header.Set("Origin", "http://"+host) }
	if a := ben.do(http.MethodPost, "/holds/"+id+"/deny", form, old); a.status != http.StatusSeeOther {
		t.Errorf("an older browser: %d: %s", a.status, a.body)
	}
}

// TestHeaders: every answer tells the browser what it must not do.
func TestHeaders(t *testing.T) {
	r := newRig(t, team)
	id := r.ask(drop(), "")
	ben := r.signedIn("bsmith")
	for _, path := range []string{"/", "/holds", "/holds/" + id, "/history", "/hosts", "/policy", "/signin", "/nowhere", "/holds/x"} {
		a := ben.get(path)
		for key, part := range map[string]string{
			"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'", "X-Frame-Options": "DENY",
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
		} {
			if !strings.Contains(a.header.Get(key), part) {
				t.Errorf("%s: %s is %q", path, key, a.header.Get(key))
			}
		}
		for _, inline := range []string{"<style", " style=", " onclick=", "javascript:", "unsafe-"} {
			if strings.Contains(a.body, inline) || strings.Contains(a.header.Get("Content-Security-Policy"), inline) {
				t.Errorf("%s has %q", path, inline)
			}
		}
		if strings.Count(a.body, "<script") != strings.Count(a.body, `<script src="/assets/`) {
			t.Errorf("%s has a script in it", path)
		}
	}
}

// TestHosts: a name that was made to point here is not served.
func TestHosts(t *testing.T) {
	r := newRig(t, team)
	b := r.browser()
	port := r.URL()[strings.LastIndex(r.URL(), ":"):]
	for host, want := range map[string]int{
		"127.0.0.1" + port: 200, "localhost" + port: 200, "[::1]" + port: 200, "localhost:9999": 200, "LOCALHOST" + port: 421,
		"evil.example" + port: 421, "evil.example": 421, "127.0.0.1.evil.example": 421, "localhost.evil.example" + port: 421, "10.0.0.1" + port: 421,
	} {
		if a := b.do(http.MethodGet, "/signin", nil, func(r *http.Request) { r.Host = host }); a.status != want {
			t.Errorf("%s: %d, want %d", host, a.status, want)
		}
	}
}

func TestCheckAddress(t *testing.T) {
	for _, c := range []struct {
		listen, url string
		tls, ok     bool
	}{
		{"127.0.0.1:8432", "", false, true}, {"localhost:0", "", false, true}, {"[::1]:8432", "", true, true},
		{"0.0.0.0:8432", "", false, false}, {":8432", "", false, false}, {"10.0.0.1:8432", "", true, false},
		{"0.0.0.0:8432", "https://holdfast.example.com", true, true}, {"0.0.0.0:8432", "https://holdfast.example.com", false, true},
		{"127.0.0.1:8432", "https://holdfast.example.com/", false, true}, {"0.0.0.0:8432", "http://holdfast.example.com", false, false},
		{"127.0.0.1:8432", "http://localhost:8432", false, true}, {"127.0.0.1:8432", "http://localhost:8432", true, false},
		{"127.0.0.1:8432", "https://holdfast.example.com/console", false, false}, {"127.0.0.1:8432", "holdfast.example.com", false, false},
		{"127.0.0.1:8432", "https://a:b@c", false, false}, {"127.0.0.1", "", false, false}, {"127.0.0.1:8432", "ftp://c", false, false},
	} {
		if err := web.CheckAddress(c.listen, c.url, c.tls); (err == nil) != c.ok {
			t.Errorf("%q, %q, %v: %v", c.listen, c.url, c.tls, err)
		}
	}
}

// TestBehindAProxy: with an https address the cookie is of https and of this host
// alone, and only that host is served.
func TestBehindAProxy(t *testing.T) {
	r := newRig(t, team)
	s, err := web.Listen(web.Options{Listen: "127.0.0.1:0", URL: "https://holdfast.example.com", Desk: r.desk, History: r.store, Log: zerolog.Nop()})
	check(t, err)
	defer s.Close()
	l, err := s.Link(hold.Answerer{OS: "bsmith"})
	check(t, err)
	if !strings.HasPrefix(l.URL, "https://holdfast.example.com/signin?link=") {
		t.Error(l.URL)
	}
	for host, want := range map[string]int{"holdfast.example.com": 303, "holdfast.example.com:443": 303, "localhost": 421, "127.0.0.1:1": 421, "holdfast.example.com:8432": 421} {
		if got := s.Reply(t, host, "/signin", url.Values{"link": {strings.SplitN(l.URL, "link=", 2)[1]}}); got.Code != want {
			t.Errorf("%s: %d, want %d", host, got.Code, want)
		} else if c := got.Header().Get("Set-Cookie"); want == 303 && (!strings.HasPrefix(c, "__Host-holdfast=") || !strings.Contains(c, "Secure")) {
			t.Errorf("cookie %q", c)
		}
		l, err = s.Link(hold.Answerer{OS: "bsmith"})
		check(t, err)
	}
}
