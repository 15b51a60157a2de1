package web_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// browser is a browser without eyes: it has cookies, says where its forms come from,
// and does not follow.
type browser struct {
	*rig
	http *http.Client
}

func (r *rig) browser() *browser {
	jar, err := cookiejar.New(nil)
	check(r.t, err)
	transport := &http.Transport{}
	r.t.Cleanup(transport.CloseIdleConnections)
	return &browser{r, &http.Client{
		Jar: jar, Transport: transport, Timeout: time.Minute,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// signedIn is a browser of an OS user.
func (r *rig) signedIn(os string) *browser {
	r.t.Helper()
	b := r.browser()
	link := r.link(os)
	if a := b.post("/signin", url.Values{"link": {strings.TrimPrefix(link, "/signin?link=")}}); a.status != http.StatusSeeOther {
		r.t.Fatalf("signing in as %s: %d %s", os, a.status, a.body)
	}
	return b
}

// reply is what came.
type reply struct {
	status int
	to     string // where it leads
	body   string
	header http.Header
}

// do sends a request, changed by with.
func (b *browser) do(method, path string, form url.Values, with func(*http.Request)) reply {
	b.t.Helper()
	req, err := http.NewRequest(method, b.URL()+path, strings.NewReader(form.Encode()))
	check(b.t, err)
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	if with != nil {
		with(req)
	}
	res, err := b.http.Do(req)
	check(b.t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	check(b.t, err)
	return reply{res.StatusCode, res.Header.Get("Location"), string(body), res.Header}
}

func (b *browser) get(path string) reply { b.t.Helper(); return b.do(http.MethodGet, path, nil, nil) }

func (b *browser) post(path string, form url.Values) reply {
	b.t.Helper()
	return b.do(http.MethodPost, path, form, nil)
}

var tokenField = regexp.MustCompile(`name="token" value="([^"]+)"`)

// token is that of the forms of this browser's session.
func (b *browser) token() string {
	b.t.Helper()
	m := tokenField.FindStringSubmatch(b.get("/holds").body)
	if m == nil {
		b.t.Fatal("no token: not signed in")
	}
	return m[1]
}

// answer sends the form of a hold.
func (b *browser) answer(id, verb string, form url.Values) reply {
	b.t.Helper()
	if form == nil {
		form = url.Values{}
	}
	form.Set("token", b.token())
	return b.post("/holds/"+id+"/"+verb, form)
}
