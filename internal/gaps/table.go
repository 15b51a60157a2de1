package gaps

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// table is the relation whose ids are looked at.
type table struct {
	oid    uint32
	schema string
	name   string
	column string // of the ids
	number int16  // of the column, attnum
}

// String is the table for people: as in rules and alerts, public is left out.
func (t table) String() string {
	if t.schema == "public" {
		return t.name
	}
	return t.schema + "." + t.name
}

// sql names the table in a statement.
func (t table) sql() string { return pgx.Identifier{t.schema, t.name}.Sanitize() }

const tableText = `
SELECT c.oid::int8, n.nspname::text, c.relname::text, c.relkind::text, c.relispartition, pg_catalog.row_security_active(c.oid),
  pg_catalog.has_table_privilege(c.oid, 'SELECT') OR pg_catalog.has_any_column_privilege(c.oid, 'SELECT'),
  coalesce((SELECT pg_catalog.quote_ident(pn.nspname) || '.' || pg_catalog.quote_ident(pc.relname) FROM pg_catalog.pg_class pc
    JOIN pg_catalog.pg_namespace pn ON pn.oid = pc.relnamespace WHERE c.relispartition AND pc.oid = pg_catalog.pg_partition_root(c.oid)), '')
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid = pg_catalog.to_regclass($1)`

// tableOf finds the table that a name stands for, as the server reads names: with
// search_path, and folded to lower case unless quoted.
func (c *connection) tableOf(ctx context.Context, name string) (table, error) {
	var (
		t                  table
		oid                int64
		kind, root         string
		partition, secured bool
		readable           bool
	)
	err := c.QueryRow(ctx, tableText, name).Scan(&oid, &t.schema, &t.name, &kind, &partition, &secured, &readable, &root)
	switch state := stateOf(err); {
	case errors.Is(err, pgx.ErrNoRows):
		return t, c.noTable(ctx, name)
	case state == invalidName, state == syntaxError, state == crossDatabase:
		return t, &Fault{What: fmt.Sprintf("%q is not the name of a table", name), Now: `Write TABLE, SCHEMA.TABLE, or "Table" where it has capitals.`, Err: err}
	case state == insufficientPrivilege, state == undefinedSchema:
		return t, &Fault{What: fmt.Sprintf("%q cannot be looked up: the user %s has no USAGE on its schema", name, c.user), Now: "GRANT USAGE ON SCHEMA, or use another user.", Err: err}
	case err != nil:
		return t, fmt.Errorf("looking up the table: %w", err)
	}
	t.oid = uint32(oid)
	switch {
	case !relationKinds[kind].walked:
		return t, fault("Name the table that the rows are in.", "%s is %s, not a table", t, relationKinds[kind].text)
	case partition:
		return t, fault("Look at "+root+".", "%s is a partition of %s, and the ids of one sequence are spread over all its partitions", t, root)
	case !readable:
		return t, noPrivilege(t, c.user)
	case secured:
		return t, fault("Use the table's owner, or a user with BYPASSRLS.", "row security hides rows of %s from the user %s, and each would look as if it were missing", t, c.user)
	}
	return t, nil
}

func noPrivilege(t table, user string) *Fault {
	return fault(fmt.Sprintf("GRANT SELECT ON %s TO %s, or use another user.", t.sql(), pgx.Identifier{user}.Sanitize()), "the user %s may not read %s", user, t)
}

// relationKinds are those of pg_class.relkind (manual, "pg_class").
var relationKinds = map[string]struct {
	text   string
	walked bool
}{
	"r": {"a table", true}, "p": {"a partitioned table", true},
	"v": {"a view", false}, "m": {"a materialized view", false}, "f": {"a foreign table", false}, "S": {"a sequence", false},
	"i": {"an index", false}, "I": {"an index", false}, "c": {"a composite type", false}, "t": {"a TOAST table", false},
}

const nearText = `
SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND pg_catalog.lower(c.relname) = pg_catalog.lower($1)
ORDER BY 1 LIMIT 3`

// noTable says that there is none of that name, and which ones are called much like it.
func (c *connection) noTable(ctx context.Context, name string) error {
	last := strings.ReplaceAll(name[strings.LastIndex(name, ".")+1:], `"`, "")
	rows, err := c.Query(ctx, nearText, last)
	if err != nil {
		return fmt.Errorf("looking for tables of that name: %w", err)
	}
	near, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("looking for tables of that name: %w", err)
	}
	now := "Names are read as in SQL: with search_path, and in lower case unless quoted."
	if len(near) > 0 {
		now = "There is " + strings.Join(near, " and ") + "."
	}
	return fault(now, "there is no table %q in the database %s", name, c.Config().Database)
}
