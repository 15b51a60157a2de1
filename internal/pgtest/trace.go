package pgtest

import (
	"strings"

	"github.com/holdfast-db/holdfast/internal/trace"
)

// arrows stand before the lines of a Client's trace.
var arrows = [...]string{trace.Client: "-> ", trace.Server: "<- "}

// line is a message in a Client's trace.
func line(from trace.Side, m Message) string {
	return arrows[from] + trace.Describe(trace.Message{From: from, Type: m.Type, Body: m.Body})
}

// Trace is the exchange so far, a line a message: "-> " from the client, "<- "
// from the server, and the message as internal/trace describes it. What differs by
// nature is left out or shown as *, so that an exchange with a server and one
// through holdfast are equal: process ids, keys, OIDs of tables and the notices of
// holdfast.
func (c *Client) Trace() string {
	var kept strings.Builder
	for _, line := range c.trace {
		if text, ok := byNature(line); ok {
			kept.WriteString(text + "\n")
		}
	}
	return kept.String()
}

func byNature(line string) (kept string, ok bool) {
	arrow, text := line[:len(arrows[0])], line[len(arrows[0]):]
	for _, ignore := range []trace.Ignore{trace.ProcessIDs, trace.TableOIDs, trace.OwnNotices} {
		if text, ok = ignore(text); !ok {
			return "", false
		}
	}
	return arrow + text, true
}
