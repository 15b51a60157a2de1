package volume

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/holdfast-db/holdfast/internal/wording"
)

// slashless hides slashes from path.Match.
var slashless = strings.NewReplacer("/", "\x00")

func unix(second int64) time.Time { return time.Unix(second, 0).UTC() }

// raise opens an incident with a new alert.
func (w *Watch) raise(t *table, u *unit, i *incident, a Alert) {
	w.LastID++
	*i = incident{
		ID: w.LastID, Kind: a.Kind, Since: a.Since.Unix(), Opened: w.Hour, Newest: w.Hour,
		Told: float64(a.Deleted), Usual: a.Usual, Reason: a.Reason,
	}
	u.Told = w.Hour
	w.send(t, u, i, Raised, a.Deleted, a.Reason)
}

func (w *Watch) send(t *table, u *unit, i *incident, s State, deleted int64, reason string) {
	w.tell(Alert{
		ID: i.ID, State: s, At: w.now, Host: t.Host, Database: t.Database, Table: t.Name, Actor: u.Who.String(),
		Kind: i.Kind, Deleted: deleted, Usual: i.Usual, Since: unix(i.Since), Reason: reason,
		Who: u.Who, Rows: t.Rows,
	})
}

// update says that an alert lasts and has become much larger.
func (w *Watch) update(t *table, u *unit, i *incident) {
	w.send(t, u, i, Updated, int64(i.Told), fmt.Sprintf("it has become %s within an hour", rowsText(i.Told)))
}

// resolve ends an incident.
func (c *closing) resolve(u *unit, i *incident, why string) {
	c.send(c.table, u, i, Resolved, int64(i.Told), why)
	u.Told = c.hour
	*i = incident{}
}

// raiseBulk tells of what the last ten or sixty minutes hold.
func (w *Watch) raiseBulk(t *table, u *unit) {
	rows, minutes, usual := u.Windows.Long, int64(longMinutes), u.bars.long
	if u.Windows.Short*2 > rows {
		rows, minutes, usual = u.Windows.Short, shortMinutes, u.bars.short
	}
	kind := Bulk
	if float64(u.Windows.Short) >= t.portion(w.options.LimitRows, w.options.LimitShare) {
		kind = Limit
	}
	why := fmt.Sprintf("the most it ever deleted in that time is %s", rowsText(usual))
	switch {
	case usual > 0:
	case w.learned():
		why = "it hardly ever deletes here"
	default:
		why = "what is usual here is not learned yet"
	}
	if job := u.bars.without; job >= 0 {
		why = fmt.Sprintf("apart from its job around %02d:00, %s", job, why)
	}
	switch last := u.Past[0]; {
	case last.Alerted && sameTime(u.Burst.Start-last.Start):
		why = "as at " + w.dayAndTime(last.Start*60) + ", which was told then"
	case w.stranger(u):
		kind, why = NewActor, w.firstDelete(u)
	}
	w.raise(t, u, &u.Bulk, Alert{
		Kind: kind, Deleted: int64(rows), Usual: usual, Since: unix(u.Windows.first(minutes) * 60),
		Reason: fmt.Sprintf("%s in %d minutes%s; %s", rowsText(float64(rows)), minutes, ofTable(float64(rows), t.Rows), why),
	})
}

// leaks tells of a run of hours, unless an actor only changed its name.
func (c *closing) leaks(u *unit, r *run) {
	if c.renamed(c.table, u) != itself {
		return
	}
	kind, why := Leak, fmt.Sprintf("%s would be usual", rowsText(r.Usual))
	if c.stranger(u) {
		kind, why = NewActor, c.firstDelete(u)
	}
	since := unix(r.Since * 3600)
	c.raise(c.table, u, &u.Leak, Alert{
		Kind: kind, Deleted: int64(r.Rows), Usual: r.Usual, Since: since,
		Reason: fmt.Sprintf("%s in %s since %s%s; %s",
			rowsText(r.Rows), hoursText(r.Hours), c.dayAndTime(r.Since*3600), ofTable(r.Rows, c.table.Rows), why),
	})
}

// newDays is for how many days an actor is new to a table.
const newDays = 7

// stranger reports whether an actor is new to the table.
func (w *Watch) stranger(u *unit) bool {
	return w.appeared(u) && w.Second-u.First < newDays*hoursOfDay*3600 && u.Rows.Season.week() < fewRows
}

func (w *Watch) firstDelete(u *unit) string {
	return "its first delete here was at " + w.dayAndTime(u.First)
}

// dayAndTime is a second for people, in the zone of the options, which it names: what
// stands beside a reason may be in another.
func (w *Watch) dayAndTime(second int64) string {
	return time.Unix(second, 0).In(w.options.Zone).Format("15:04 MST on Mon 2 Jan")
}

// hoursText is so many hours that need not follow each other.
func hoursText(n int32) string {
	if n == 1 {
		return "an hour"
	}
	return fmt.Sprintf("%d different hours", n)
}

func rowsText(rows float64) string {
	switch {
	case rows < 10 && rows != float64(int64(rows)):
		return fmt.Sprintf("%.1f rows", rows)
	case int64(rows) == 1:
		return "1 row"
	}
	return wording.Number(uint64(math.Round(max(rows, 0)))) + " rows"
}

// ofTable is the share of the table, where its size is known.
func ofTable(rows float64, table int64) string {
	if table == 0 {
		return ""
	}
	return ", " + percent(rows, table) + " of the table"
}

func percent(rows float64, table int64) string {
	p := 100 * rows / float64(table)
	if p < 10 {
		return fmt.Sprintf("%.2g %%", p)
	}
	return fmt.Sprintf("%.0f %%", p)
}
