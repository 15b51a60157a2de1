package web

import (
	"net/url"
	"time"

	"github.com/holdfast-db/holdfast/internal/alert"
)

// period is a piece of time that can be looked at. Its steps are as many as a chart of
// a page's width can tell apart, and fewer on a telephone.
type period struct {
	Word, Text string // in the address, and for people
	Whole      time.Duration
	step       time.Duration
	phoneStep  time.Duration
	Each       string // what a bar is, for people
	PhoneEach  string // and on a telephone
}

// periods are those that people can choose; the counts are kept for five weeks.
var periods = []period{
	{"day", "24 hours", 24 * time.Hour, 15 * time.Minute, 30 * time.Minute, "a quarter of an hour", "half an hour"},
	{"week", "7 days", 7 * 24 * time.Hour, time.Hour, 2 * time.Hour, "an hour", "two hours"},
	{"month", "5 weeks", 5 * 7 * 24 * time.Hour, 6 * time.Hour, 12 * time.Hour, "six hours", "twelve hours"},
}

// periodNamed is the period of that word, or a week.
func periodNamed(word string) period {
	for _, s := range periods {
		if s.Word == word {
			return s
		}
	}
	return periods[1]
}

// periodOf is the shortest period in which an alert can be seen with a quarter before it.
func periodOf(a alert.Alert, now time.Time) period {
	for _, s := range periods {
		if now.Sub(a.Since) < s.Whole-s.Whole/4 {
			return s
		}
	}
	return periods[len(periods)-1]
}

// series is the period of a table up to now, its last step the one that is going on.
func (s period) series(host, database, table string, now time.Time) tablePeriod {
	to := now.UTC().Truncate(s.step).Add(s.step)
	return tablePeriod{period: s, Host: host, Database: database, Table: table, From: to.Add(-s.Whole), To: to}
}

// tablePeriod is a table in a period.
type tablePeriod struct {
	period
	Host, Database, Table string
	From, To              time.Time
}

// asked is the same for the desk.
func (t tablePeriod) asked(step time.Duration) alert.SeriesOf {
	return alert.SeriesOf{Host: t.Host, Database: t.Database, Table: t.Table, From: t.From, To: t.To, Step: step}
}

// stampLayout is a time in an address, to the minute, in UTC.
const stampLayout = "20060102T1504"

// chart is where its picture is. The address names the end of the period and what is
// drawn, so that a browser never takes an older picture for it.
func (t tablePeriod) chart(more url.Values, version string) string {
	q := url.Values{"period": {t.Word}, "to": {t.To.Format(stampLayout)}, "v": {version}}
	for key, values := range more {
		q[key] = values
	}
	return tablePath(t.Host, t.Database, t.Table) + "/chart.svg?" + q.Encode()
}
