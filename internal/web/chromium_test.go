package web_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// tabLimit bounds one test in a browser: far longer than any takes.
const tabLimit = 2 * time.Minute

// chromium is the path of a browser. Without one the test is skipped, and fails with
// CI=true.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	missing(t, "no chromium found (apt-get install chromium)")
	return ""
}

func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// tab is a page in a real browser of its own.
type tab struct {
	t   *testing.T
	ctx context.Context
	rig *rig
}

// screen is a device and what its owner likes.
type screen struct {
	name          string
	width, height int64
	dark          bool
}

var (
	phone   = screen{"phone-light", 390, 844, false}
	desktop = screen{"desktop-light", 1280, 900, false}
)

// screens are those that every page is looked at on.
var screens = []screen{phone, {"phone-dark", 390, 844, true}, desktop, {"desktop-dark", 1280, 900, true}}

// tab opens a browser, signed in as an OS user.
func (r *rig) tab(s screen, osUser string) *tab {
	r.t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium(r.t)), chromedp.Flag("force-color-profile", "srgb"),
		chromedp.Flag("disable-gpu", true), chromedp.Flag("hide-scrollbars", true))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // the sandbox does not start as root
	}
	allocator, closeAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, _ := chromedp.NewContext(allocator)
	ctx, cancel := context.WithTimeout(ctx, tabLimit)
	t := &tab{r.t, ctx, r}
	r.t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // it waits for the browser's end
		cancel()
		closeAllocator()
	})
	t.do(t.as(s)...)
	if osUser != "" {
		t.do(chromedp.Navigate(r.URL()+r.link(osUser)), chromedp.Click("form button", chromedp.ByQuery), chromedp.WaitVisible("nav.tabs", chromedp.ByQuery))
	}
	return t
}

// as makes the browser that of a device.
func (t *tab) as(s screen) []chromedp.Action {
	scheme := "light"
	if s.dark {
		scheme = "dark"
	}
	return []chromedp.Action{
		chromedp.EmulateViewport(s.width, s.height, func(p *emulation.SetDeviceMetricsOverrideParams, _ *emulation.SetTouchEmulationEnabledParams) {
			p.Mobile = s.width < 800
		}),
		emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}),
	}
}

func (t *tab) do(actions ...chromedp.Action) {
	t.t.Helper()
	if err := chromedp.Run(t.ctx, actions...); err != nil {
		t.t.Fatalf("in the browser: %v; it shows %s", err, t.text())
	}
}

// text is what a reader sees, for failures.
func (t *tab) text() (text string) {
	ctx, cancel := context.WithTimeout(t.ctx, 5*time.Second)
	defer cancel()
	_ = chromedp.Run(ctx, chromedp.Evaluate("location.href + '\\n' + document.body.innerText", &text))
	return text
}

func (t *tab) open(path string) {
	t.t.Helper()
	t.do(chromedp.Navigate(t.rig.URL()+path), chromedp.WaitVisible("main", chromedp.ByQuery))
}

// sees waits until the page has each of the words.
func (t *tab) sees(words ...string) {
	t.t.Helper()
	for _, w := range words {
		t.until("document.body.innerText.includes("+quoted(w)+")", "no "+w)
	}
}

// until waits until an expression is true.
func (t *tab) until(expression, what string) {
	t.t.Helper()
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		var ok bool
		_ = chromedp.Run(t.ctx, chromedp.Evaluate("!!("+expression+")", &ok)) // false while a page is being replaced
		if ok {
			return
		}
		if time.Now().After(end) {
			t.t.Fatalf("%s in %s", what, t.text())
		}
	}
}

// value is what an expression is.
func (t *tab) value(expression string) (text string) {
	t.t.Helper()
	t.do(chromedp.Evaluate("String("+expression+")", &text))
	return text
}

// shot keeps a picture of the whole page, where pictures are wanted.
func (t *tab) shot(name string) {
	t.t.Helper()
	if shots == "" {
		return
	}
	var png []byte
	t.do(chromedp.Sleep(150*time.Millisecond), chromedp.ActionFunc(func(ctx context.Context) (err error) {
		png, err = page.CaptureScreenshot().WithCaptureBeyondViewport(true).WithClip(clipOf(ctx)).Do(ctx)
		return err
	}))
	check(t.t, os.WriteFile(filepath.Join(shots, name+".png"), png, 0o644))
}

// clipOf is the whole page.
func clipOf(ctx context.Context) *page.Viewport {
	_, _, _, _, _, size, err := page.GetLayoutMetrics().Do(ctx)
	if err != nil {
		return nil
	}
	return &page.Viewport{Width: size.Width, Height: size.Height, Scale: 1}
}

// quoted is a text as a literal of JavaScript.
func quoted(s string) string {
	return "`" + strings.NewReplacer("\\", "\\\\", "`", "\\`", "$", "\\$").Replace(s) + "`"
}
