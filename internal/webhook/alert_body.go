package webhook

import (
	"net/url"
	"strings"
	"time"

	"github.com/holdfast-db/holdfast/internal/alert"
)

// Alert is an alert about unusual deletes, with the keys of holdfast alerts --json.
type Alert struct {
	alert.ShownHead
	Reason string `json:"reason"`
	alert.ShownTimes
	Silenced time.Time           `json:"silenced_until,omitzero"`
	Examples []string            `json:"examples"`
	Actors   []alert.ShownActor  `json:"actors"`
	Brake    *alert.ShownBrake   `json:"brake,omitempty"`
	Answers  []alert.ShownAnswer `json:"answers"`
	URL      string              `json:"url,omitempty"` // of its page
}

func (k *Hook) shownAlert(a alert.Alert) *Alert {
	s := a.Shown()
	one := &Alert{
		ShownHead: s.ShownHead, Reason: s.Reason, ShownTimes: s.ShownTimes, Silenced: s.Silenced,
		Examples: s.Examples, Actors: s.Actors, Brake: s.Brake, Answers: s.Answers,
	}
	if k.o.Console != "" {
		one.URL = strings.TrimRight(k.o.Console, "/") + "/alerts/" + url.PathEscape(a.ID)
	}
	return one
}
