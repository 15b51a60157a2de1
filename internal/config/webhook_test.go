package config

import (
	"strings"
	"testing"
)

func TestWebhookFaults(t *testing.T) {
	t.Chdir(t.TempDir())
	for lines, want := range map[string]string{
		"{url: https://hooks.example.com/in}":                                "webhook.secret is missing",
		"{secret: \"${LONG}\"}":                                              "webhook.url is missing",
		"{url: https://hooks.example.com/in, secret: \"${SHORT}\"}":          "too short",
		"{url: https://hooks.example.com/in, secret: \"${NOT_SET}\"}":        "NOT_SET is not set",
		"{url: hooks.example.com, secret: \"${LONG}\"}":                      "not the URL of a receiver",
		"{url: http://hooks.example.com/in, secret: \"${LONG}\"}":            "in the clear",
		"{url: https://u:hunter2@hooks.example.com, secret: \"${LONG}\"}":    "not the URL of a receiver",
		"{url: http://127.0.0.1:80/in, secret: \"${LONG}\", literals: true}": "",
	} {
		write(t, "holdfast.yaml", "webhook: "+lines+"\nhosts:\n  - {name: shop, listen: \"127.0.0.1:6432\", server: \"postgres://db1.internal:5432\"}\n")
		_, err := load(t, map[string]string{"config": "holdfast.yaml"}, map[string]string{"LONG": "0123456789abcdef", "SHORT": "hunter2"})
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", lines, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2")):
			t.Errorf("%s: %v; want %q", lines, err, want)
		}
	}
}
