package web_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// axeSource is the script of axe-core (Deque), which .ci/setup takes from npm.
func axeSource(t *testing.T) string {
	t.Helper()
	cache := os.Getenv("HOLDFAST_TEST_CACHE")
	if cache == "" {
		cache = "/var/cache/holdfast"
		if os.Geteuid() != 0 {
			dir, err := os.UserCacheDir()
			check(t, err)
			cache = filepath.Join(dir, "holdfast")
		}
	}
	text, err := os.ReadFile(filepath.Join(cache, "node", "axe", "axe.min.js"))
	if err != nil {
		missing(t, "no axe-core found (.ci/setup test): "+err.Error())
	}
	return string(text)
}

// axe is what axe-core finds against WCAG 2.2, levels A and AA, and its best
// practices; empty is nothing.
func (t *tab) axe(source string) string {
	t.t.Helper()
	var result string
	t.do(chromedp.Evaluate(source+"; 'loaded'", &result), chromedp.Evaluate(`axe.run(document, {resultTypes: ["violations"]}).then(r =>
		JSON.stringify(r.violations.map(v => ({rule: v.id, help: v.help, nodes: v.nodes.map(n => n.html + " " + n.failureSummary)}))))`, &result,
		func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
	var found []struct {
		Rule, Help string
		Nodes      []string
	}
	check(t.t, json.Unmarshal([]byte(result), &found))
	var lines []string
	for _, f := range found {
		lines = append(lines, f.Rule+": "+f.Help+"\n  "+strings.Join(f.Nodes, "\n  "))
	}
	return strings.Join(lines, "\n")
}
