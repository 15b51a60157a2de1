package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
)

// browser is one that nobody sees: it opens pages of the web console and sends their
// forms, as a browser does.
type browser struct {
	base string
	http *http.Client
}

// maxPage bounds what is read of a page, in bytes.
const maxPage = 4 << 20

// openConsole asks for ben's link and signs in with it.
func openConsole(ctx context.Context, h *holdfast) (*browser, error) {
	link, err := h.consoleLink(ctx)
	if err != nil {
		return nil, err
	}
	base, secret, _ := strings.Cut(link, "/signin?link=")
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	b := &browser{base, &http.Client{Jar: jar, Timeout: answerLimit, Transport: &http.Transport{DisableKeepAlives: true}}}
	_, err = b.send(ctx, "/signin", url.Values{"link": {secret}})
	return b, err
}

// consoleLink is a link that signs ben in, once.
func (h *holdfast) consoleLink(ctx context.Context) (string, error) {
	out, err := h.command(ctx, "console", "login", "--json")
	if err != nil {
		return "", err
	}
	var link struct{ URL string }
	if err := json.Unmarshal([]byte(out[0]), &link); err != nil {
		return "", fmt.Errorf("reading the link: %w", err)
	}
	return link.URL, nil
}

var tokenField = regexp.MustCompile(`name="token" value="([^"]+)"`)

// answer sends the form on the page of a hold and returns the page that comes.
func (b *browser) answer(ctx context.Context, id, verb string, form url.Values) (string, error) {
	page, err := b.send(ctx, "/holds/"+id, nil)
	if err != nil {
		return "", err
	}
	token := tokenField.FindStringSubmatch(page)
	if token == nil {
		return "", fmt.Errorf("the page of hold %s has no form", id)
	}
	form.Set("token", token[1])
	return b.send(ctx, "/holds/"+id+"/"+verb, form)
}

// send asks for a page, or sends a form, and follows to what comes of it.
func (b *browser) send(ctx context.Context, path string, form url.Values) (string, error) {
	method := http.MethodGet
	if form != nil {
		method = http.MethodPost
	}
	r, err := http.NewRequestWithContext(ctx, method, b.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	res, err := b.http.Do(r)
	if err != nil {
		return "", fmt.Errorf("asking the console: %w", err)
	}
	defer res.Body.Close()
	page, err := io.ReadAll(io.LimitReader(res.Body, maxPage))
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("the console answered %s to %s", res.Status, path)
	}
	return string(page), err
}
