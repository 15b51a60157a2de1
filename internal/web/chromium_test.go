package web_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"
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

// tab is a page in a real browser.
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

// screens are those that every page is looked at on: each width and each scheme, and
// for pictures each of them with each.
func screens() []screen {
	two := []screen{{"phone-dark", 390, 844, true}, desktop}
	if shots == "" {
		return two
	}
	return append(two, phone, screen{"desktop-dark", 1280, 900, true})
}

// theBrowser is one process for all tests; each tab has cookies of its own.
var theBrowser = shared{close: func() {}}

type shared struct {
	once  sync.Once
	ctx   context.Context
	close func()
	err   error
}

func (s *shared) start(path string) {
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.Flag("force-color-profile", "srgb"), chromedp.Flag("disable-gpu", true))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // the sandbox does not start as root
	}
	allocator, closeAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	s.ctx, _ = chromedp.NewContext(allocator)
	s.err = chromedp.Run(s.ctx)
	s.close = func() {
		_ = chromedp.Cancel(s.ctx) // it waits for the process to end
		closeAllocator()
	}
}

// window opens a window with cookies of its own; forget forgets them. Chromium opens
// no tab where there is no window, so chromedp's own option does not do.
func (s *shared) window() (id target.ID, forget func(), err error) {
	ctx := cdp.WithExecutor(s.ctx, chromedp.FromContext(s.ctx).Browser)
	own, err := target.CreateBrowserContext().Do(ctx)
	if err != nil {
		return "", nil, err
	}
	id, err = target.CreateTarget("about:blank").WithBrowserContextID(own).WithNewWindow(true).Do(ctx)
	return id, func() { _ = target.DisposeBrowserContext(own).Do(ctx) }, err
}

// tab opens a page, signed in as an OS user.
func (r *rig) tab(s screen, osUser string) *tab {
	r.t.Helper()
	path := chromium(r.t)
	theBrowser.once.Do(func() { theBrowser.start(path) })
	check(r.t, theBrowser.err)
	id, forget, err := theBrowser.window()
	check(r.t, err)
	own, closeTab := chromedp.NewContext(theBrowser.ctx, chromedp.WithTargetID(id))
	ctx, cancel := context.WithTimeout(own, tabLimit)
	t := &tab{r.t, ctx, r}
	r.t.Cleanup(func() {
		cancel()
		closeTab()
		forget()
	})
	t.do(page.BringToFront())
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
		emulation.SetFocusEmulationEnabled(true), // of several windows the system focuses one
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

// sideways is by how much the page is wider than the screen, or the widest of what is
// in it than its place.
const sideways = `Math.max(document.documentElement.scrollWidth - document.documentElement.clientWidth,
	...[...document.querySelectorAll("main *")].map(e => Math.max(0, Math.ceil(e.getBoundingClientRect().right - document.documentElement.clientWidth))))`

// quoted is a text as a literal of JavaScript.
func quoted(s string) string {
	return "`" + strings.NewReplacer("\\", "\\\\", "`", "\\`", "$", "\\$").Replace(s) + "`"
}
