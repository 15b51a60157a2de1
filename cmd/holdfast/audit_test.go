package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/holdfast-db/holdfast/internal/config"
)

// TestVerifyNothing: a record that was emptied is not whole.
func TestVerifyNothing(t *testing.T) {
	for text, want := range map[string]string{
		"":         "has no record",
		"nonsense": "Nothing in the file is to be trusted.",
	} {
		var out, err bytes.Buffer
		a := &app{out: &screen{Writer: &out, width: maxWidth}, err: &screen{Writer: &err, width: maxWidth}, in: config.Here()}
		if exit := run([]string{"audit", "verify", write(t, "audit.jsonl", text)}, a); exit != exitFailed || !strings.Contains(err.String(), want) {
			t.Errorf("%q: exit %d, %s%s", text, exit, out.String(), err.String())
		}
	}
}
