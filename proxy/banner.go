package proxy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/holdfast-db/holdfast/proxy/internal/wire"
	"github.com/holdfast-db/holdfast/rules"
)

// banner is the notice of where a session is, before its first ReadyForQuery: there
// libpq and every driver expect notices, and psql prints them in front of its prompt.
// It is empty for sessions that get none.
func (l *login) banner() []byte {
	if l.host.Mode != Enforce || l.silent() {
		return nil
	}
	if !slices.Contains(l.host.terms.Load().Banner, rules.KindOf(l.origin.Application)) {
		return nil
	}
	return wire.AppendNotice(nil, bannerWords(l.host))
}

// silent says that the client asks for no notices when it connects, as psql does with
// PGOPTIONS="-c client_min_messages=warning" (manual, 20.11.1).
func (l *login) silent() bool {
	switch strings.ToLower(rules.StartupSetting(l.startup.Params, "client_min_messages")) {
	case "warning", "error", "fatal", "panic":
		return true
	}
	return false
}

// bannerWords name the host, and the environment where it has one.
func bannerWords(h *host) wire.Error {
	where := "host " + h.Name
	if h.Environment != "" {
		where = fmt.Sprintf("%s (%s)", h.Environment, h.Name)
	}
	return wire.Error{Message: fmt.Sprintf("holdfast: this is %s; what destroys data is held here for a reviewer", where)}
}
