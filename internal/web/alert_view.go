package web

import (
	"fmt"
	"net/url"
	"time"

	"github.com/holdfast-db/holdfast/internal/alert"
	"github.com/holdfast-db/holdfast/internal/wording"
)

// alertView is an alert as a page shows it.
type alertView struct {
	alert.Alert
	Production bool
	Quiet      bool // silenced at this moment
}

func alertViewOf(a alert.Alert, now time.Time) alertView {
	return alertView{Alert: a, Production: production(a.Environment), Quiet: now.Before(a.Silenced)}
}

// Loud says that it lasts and nobody has said anything about it.
func (v alertView) Loud() bool { return v.State == alert.Open && !v.Quiet }

// Word is the state for people.
func (v alertView) Word() string {
	if v.Lasts() && v.Quiet {
		return "silenced"
	}
	return v.Alert.Word()
}

// Offers says that there is anything for the viewer to answer.
func (p alertPage) Offers() bool {
	if p.Own {
		return p.Fits(alert.Acknowledge) || len(p.Stands) > 0
	}
	return len(p.Stands) > 0 || p.Lasts() || p.Fits(alert.Job) || p.Fits(alert.Release)
}

// Self is its page, and Of that of its table.
func (v alertView) Self() string { return "/alerts/" + url.PathEscape(v.ID) }
func (v alertView) Of() string   { return tablePath(v.Host, v.Database, v.Table) }

// unnamed stands in an address for the tables that the texts do not name.
const unnamed = "*"

func tablePath(host, database, table string) string {
	if table == "" {
		table = unnamed
	}
	return "/volume/" + url.PathEscape(host) + "/" + url.PathEscape(database) + "/" + url.PathEscape(table)
}

// record is what happened to it, in order.
func (v alertView) record() []entry {
	all := []entry{{At: v.Since, Text: "It began"}, {At: v.Raised, Text: "It was told", More: v.KindText(), Kind: "hot"}}
	if v.Brake != nil && !v.Brake.Set.IsZero() {
		all = append(all, entry{At: v.Brake.Set, Text: "The brake was set"})
	}
	for _, a := range v.Answers {
		said := entry{At: a.At, Text: a.By + " " + a.Did(), More: via(a.Via, a.Identity), Note: a.Note}
		if a.Job != nil {
			said.More += "; in the configuration it would be " + alert.JobLine(*a.Job)
		}
		all = append(all, said)
	}
	switch {
	case v.Lasts():
		all = append(all, entry{Text: fmt.Sprintf("It lasts: %s so far", counted(v.Deleted)), Kind: "later"})
	case !v.Ended.IsZero():
		all = append(all, entry{At: v.Ended, Text: "It was over", More: "after " + wording.Took(v.Ended.Sub(v.Since)), Kind: "end"})
	}
	return all
}
