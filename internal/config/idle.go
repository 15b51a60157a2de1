package config

import (
	"errors"
	"time"

	"github.com/holdfast-db/holdfast/rules"
)

// Idle says which sessions of a protected host are ended that nobody uses.
type Idle struct {
	Limit              WaitOrOff `yaml:"limit"`                // outside of a transaction. Default: 8 hours
	LimitInTransaction WaitOrOff `yaml:"limit_in_transaction"` // inside one. Default: Limit
	Sessions           []string  `yaml:"sessions"`             // kinds of sessions. Default: interactive
}

const never WaitOrOff = -1

// Duration is the time, or 0 for off.
func (t WaitOrOff) Duration() time.Duration { return max(time.Duration(t), 0) }

// DefaultIdle is a working day: what is open since yesterday was forgotten.
const DefaultIdle = WaitOrOff(8 * time.Hour)

// defaultBanner are the kinds of sessions with somebody who reads: all but programs.
var defaultBanner = []string{string(rules.KindInteractive), string(rules.KindAgent), string(rules.KindMigration)}

// fillSessions gives what a file says of sessions its defaults, and hosts those of the
// whole file.
func fillSessions(c *Config) {
	fillList(&c.Banner, defaultBanner)
	fillList(&c.Idle.Sessions, []string{string(rules.KindInteractive)})
	setDefault(&c.Idle.Limit, DefaultIdle)
	for i := range c.Hosts {
		h := &c.Hosts[i]
		fillList(&h.Banner, c.Banner)
		fillList(&h.Idle.Sessions, c.Idle.Sessions)
		setDefault(&h.Idle.Limit, c.Idle.Limit)
		setDefault(&h.Idle.LimitInTransaction, c.Idle.LimitInTransaction)
		setDefault(&h.Idle.LimitInTransaction, h.Idle.Limit)
	}
	setDefault(&c.Idle.LimitInTransaction, c.Idle.Limit)
}

func fillList(list *[]string, to []string) {
	if *list == nil {
		*list = to
	}
}

// checkSessions looks at what the whole file, or one host, says of sessions; path is
// empty or that of the host. What was not given there was looked at where it was.
func (n *notes) checkSessions(path string, banner []string, idle Idle) {
	kind := oneOf("kind of session", kinds(), rules.ParseKind)
	kindWithoutOff := func(text string) (rules.Kind, error) {
		if text == off {
			return "", errors.New("off stands alone; remove it, or the kinds beside it")
		}
		return kind(text)
	}
	if at := join(path, "banner"); n.given(at) && !isOff(banner) {
		parseAll(n, at, banner, kindWithoutOff)
	}
	if at := join(path, "idle.sessions"); n.given(at) {
		parseAll(n, at, idle.Sessions, kind)
	}
}

func (n *notes) given(path string) bool {
	_, given := n.places[path]
	return given
}

// isOff says that a list is the word off and nothing else.
func isOff(list []string) bool { return len(list) == 1 && list[0] == off }

// Greeted are the kinds of sessions that begin with the banner.
func (h Host) Greeted() []rules.Kind {
	if isOff(h.Banner) {
		return nil
	}
	return kindsOf(h.Banner)
}

// Kinds are those of the sessions that are ended.
func (i Idle) Kinds() []rules.Kind { return kindsOf(i.Sessions) }

func kindsOf(words []string) (list []rules.Kind) {
	for _, w := range words {
		list = append(list, rules.Kind(w))
	}
	return list
}
