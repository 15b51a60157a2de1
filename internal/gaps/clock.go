package gaps

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5"
)

// clock is the column that says when a row was made.
type clock struct {
	column string // empty: there is none
	zoned  bool   // it is an instant (timestamptz), and not what some clock showed
}

// timeColumn is a column with a date and a time.
type timeColumn struct {
	Name     string
	Zoned    bool
	Defaults bool // to the time of the insert
	Readable bool
}

const clocksText = `
SELECT a.attname::text AS name, a.atttypid = 1184 AS zoned,
  coalesce(pg_catalog.pg_get_expr(d.adbin, d.adrelid) ~* '(now|transaction_timestamp|statement_timestamp|clock_timestamp)\(|current_timestamp|localtimestamp', false) AS defaults,
  pg_catalog.has_column_privilege(a.attrelid, a.attnum, 'SELECT') AS readable
FROM pg_catalog.pg_attribute a LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = $1::int8::oid AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid IN (1184, 1114, 1082) ORDER BY a.attnum`

// made are names of columns that say when a row was made, changed of those that say
// when it was last written.
var (
	made    = regexp.MustCompile(`(?i)^(row_?|record_?|date_?|time_?|ts_?)?(created?|creation|inserted|added)(_?(at|on|date|time|timestamp|ts|datetime|utc))*$`)
	changed = regexp.MustCompile(`(?i)updat|modif|chang|delet|last|seen|expir`)
)

// chooseClock finds the column that says when rows were made: the one that was named,
// or else one called as such columns are, or else the only one that defaults to the
// time of the insert. Another column with a time may mean anything, so it is not taken.
func (c *connection) chooseClock(ctx context.Context, t table, named string) (clock, error) {
	rows, err := c.Query(ctx, clocksText, int64(t.oid))
	if err != nil {
		return clock{}, fmt.Errorf("reading the columns with times: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByName[timeColumn])
	if err != nil {
		return clock{}, fmt.Errorf("reading the columns with times: %w", err)
	}
	if named == "" {
		return guessClock(all), nil
	}
	var names []string
	for _, one := range all {
		if one.Name == named {
			if !one.Readable {
				return clock{}, noPrivilege(t, c.user)
			}
			return clock{one.Name, one.Zoned}, nil
		}
		names = append(names, one.Name)
	}
	now := "It has no such column: leave --time out."
	if len(names) > 0 {
		now = "Name one of " + strings.Join(names, ", ") + ", as they are written."
	}
	return clock{}, fault(now, "%s has no column %q of type timestamp or date", t, named)
}

func guessClock(all []timeColumn) clock {
	var defaulting []timeColumn
	for _, one := range all {
		switch {
		case !one.Readable || changed.MatchString(one.Name):
		case made.MatchString(one.Name):
			return clock{one.Name, one.Zoned}
		case one.Defaults:
			defaulting = append(defaulting, one)
		}
	}
	if len(defaulting) == 1 {
		return clock{defaulting[0].Name, defaulting[0].Zoned}
	}
	return clock{}
}
