package gaps

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// candidate is a column that could have the ids.
type candidate struct {
	Name     string
	Number   int16
	Key      bool // of the primary key
	Alone    bool // in it
	Sequence bool // its values come from one
	Integer  bool
	Indexed  bool // some index begins with it and has every row
	Readable bool
	Type     string
}

// A domain counts as what it is of, one step deep. An expression index has no column
// at indkey[0] (it is 0 there).
const columnsText = `
SELECT a.attname::text AS name, a.attnum AS number, k.conkey IS NOT NULL AS key, coalesce(pg_catalog.cardinality(k.conkey) = 1, false) AS alone,
  a.attidentity <> '' OR coalesce(pg_catalog.pg_get_expr(d.adbin, d.adrelid) LIKE '%nextval(%', false) AS sequence,
  CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END IN (20, 21, 23) AS integer,
  EXISTS (SELECT FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid JOIN pg_catalog.pg_am am ON am.oid = ic.relam
    WHERE i.indrelid = a.attrelid AND i.indkey[0] = a.attnum AND i.indpred IS NULL AND i.indisvalid AND am.amname = 'btree') AS indexed,
  pg_catalog.has_column_privilege(a.attrelid, a.attnum, 'SELECT') AS readable, pg_catalog.format_type(a.atttypid, a.atttypmod) AS type
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_constraint k ON k.conrelid = a.attrelid AND k.contype = 'p' AND a.attnum = ANY (k.conkey)
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = $1::int8::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`

// chooseColumn sets the column of the ids: the one that was named, or else the primary
// key, or else the one column that a sequence fills.
func (c *connection) chooseColumn(ctx context.Context, t *table, named string) error {
	rows, err := c.Query(ctx, columnsText, int64(t.oid))
	if err != nil {
		return fmt.Errorf("reading the columns: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByName[candidate])
	if err != nil {
		return fmt.Errorf("reading the columns: %w", err)
	}
	chosen, err := choose(*t, all, named)
	if err != nil {
		return err
	}
	if err := chosen.usable(*t, c.user); err != nil {
		return err
	}
	t.column, t.number = chosen.Name, chosen.Number
	return nil
}

func choose(t table, all []candidate, named string) (candidate, error) {
	var key, filled []candidate
	for _, one := range all {
		switch {
		case named != "" && one.Name == named:
			return one, nil
		case one.Alone:
			key = append(key, one)
		case one.Sequence:
			filled = append(filled, one)
		}
	}
	switch {
	case named != "":
		return candidate{}, fault("Name one of "+namesOf(all)+", as they are written.", "%s has no column %q", t, named)
	case len(key) == 1:
		return key[0], nil
	case len(filled) == 1:
		return filled[0], nil
	case len(filled) > 1:
		return candidate{}, fault("Name one with --column.", "several columns of %s are filled by sequences: %s", t, namesOf(filled))
	}
	return candidate{}, fault("Name a column of whole numbers with --column.", "%s has no primary key of one column, and no column that a sequence fills", t)
}

func namesOf(all []candidate) string {
	names := make([]string, len(all))
	for i, one := range all {
		names[i] = one.Name
	}
	return strings.Join(names, ", ")
}

// usable says why a column cannot be walked.
func (one candidate) usable(t table, user string) error {
	switch {
	case !one.Integer:
		return fault("Name a column of whole numbers with --column.", "the column %s of %s is of type %s: only smallint, integer and bigint are counted up", one.Name, t, one.Type)
	case !one.Readable:
		return noPrivilege(t, user)
	case !one.Indexed:
		return fault(fmt.Sprintf("CREATE INDEX CONCURRENTLY ON %s (%s), or name another column with --column.", t.sql(), pgx.Identifier{one.Name}.Sanitize()),
			"no index of %s begins with the column %s, so walking it would sort the whole table", t, one.Name)
	}
	return nil
}
