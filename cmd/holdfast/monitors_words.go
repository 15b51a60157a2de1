package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/holdfast-db/holdfast/internal/console"
	"github.com/holdfast-db/holdfast/internal/monitor"
	"github.com/holdfast-db/holdfast/internal/wording"
)

// printMonitor says whether a server's own counters are read.
func (a *app) printMonitor(m console.MonitorStatus) {
	switch {
	case m.Since.IsZero():
		a.indented("monitor: has not read the server's counters yet")
	case !m.Up:
		a.indented(fmt.Sprintf("monitor: cannot read the server's counters since %s: %s", clock(a.now(), m.Since), m.Why))
	case m.Standby:
		a.indented("monitor: the server is a standby and counts no writes, so nothing is compared")
	default:
		a.indented(fmt.Sprintf("monitor: %s of %s, read %s", wording.Count(m.Tables, "table"), wording.Count(m.Databases, "database"), clock(a.now(), m.Read)))
	}
	for _, f := range m.Faults {
		if m.Up {
			a.indented(fmt.Sprintf("monitor: cannot read the database %s: %s", f.Database, f.Why))
		}
	}
	if m.DatabasesLeftOut > 0 || m.TablesLeftOut > 0 {
		a.indented(fmt.Sprintf("monitor: %s and %s are too many to be read", wording.Count(m.DatabasesLeftOut, "database"), wording.Count(m.TablesLeftOut, "table")))
	}
	if !m.Anew.IsZero() {
		a.indented(fmt.Sprintf("monitor: the counters started anew %s: %s", clock(a.now(), m.Anew), m.AnewWhy))
	}
}

// behindWords explain in one sentence what was deleted without holdfast.
func behindWords(b monitor.Behind) string {
	text := fmt.Sprintf("the server counted %s deleted since %s that no session of holdfast is known to have deleted",
		wording.Count(int(b.Deleted), "row"), b.Since.UTC().Format(time.RFC3339))
	if len(b.Triggers) > 0 {
		text += "; a trigger of " + strings.Join(b.Triggers, " or ") + " may have done it"
	}
	return text
}
