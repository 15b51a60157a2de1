package gaps

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Sequence is what hands out the ids, as pg_sequence has it.
type Sequence struct {
	Name      string `json:"name"`
	Start     int64  `json:"start"`
	Increment int64  `json:"increment"` // negative for one that counts down
	Cache     int64  `json:"cache"`     // numbers that a session takes at once
	Cycles    bool   `json:"cycles,omitempty"`

	// Last is the last number it gave away, nil before the first one and where the user
	// may not read it: Unreadable is then true.
	Last       *int64 `json:"last"`
	Unreadable bool   `json:"unreadable,omitempty"`

	// Shared are other tables that take their ids from it.
	Shared []string `json:"shared,omitempty"`

	oid    uint32
	schema string
	name   string
}

// One dependency is of a default that calls nextval (serial, or written by hand), the
// other of an identity column, which owns its sequence (manual, "pg_depend").
const sequenceText = `
SELECT s.seqrelid::int8, n.nspname::text, c.relname::text, s.seqstart, s.seqincrement, s.seqcache, s.seqcycle, pg_catalog.has_table_privilege(s.seqrelid, 'SELECT')
FROM pg_catalog.pg_sequence s JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE s.seqrelid IN (
  SELECT p.refobjid FROM pg_catalog.pg_depend p JOIN pg_catalog.pg_attrdef d ON d.oid = p.objid
  WHERE p.classid = 2604 AND p.refclassid = 1259 AND d.adrelid = $1::int8::oid AND d.adnum = $2::int2
  UNION ALL SELECT p.objid FROM pg_catalog.pg_depend p
  WHERE p.classid = 1259 AND p.refclassid = 1259 AND p.deptype = 'i' AND p.refobjid = $1::int8::oid AND p.refobjsubid = $2::int2)
LIMIT 1`

const sharedText = `
SELECT DISTINCT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname)
FROM pg_catalog.pg_depend p JOIN pg_catalog.pg_attrdef d ON d.oid = p.objid JOIN pg_catalog.pg_class c ON c.oid = d.adrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE p.classid = 2604 AND p.refclassid = 1259 AND p.refobjid = $1::int8::oid AND d.adrelid <> $2::int8::oid AND NOT c.relispartition
ORDER BY 1 LIMIT 5`

// sequenceOf finds the sequence that fills the column; nil when none does.
func (c *connection) sequenceOf(ctx context.Context, t table) (*Sequence, error) {
	var (
		s        Sequence
		oid      int64
		readable bool
	)
	err := c.QueryRow(ctx, sequenceText, int64(t.oid), t.number).
		Scan(&oid, &s.schema, &s.name, &s.Start, &s.Increment, &s.Cache, &s.Cycles, &readable)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("looking for the sequence: %w", err)
	}
	s.oid, s.Unreadable = uint32(oid), !readable
	s.Name = table{schema: s.schema, name: s.name}.String()
	rows, err := c.Query(ctx, sharedText, oid, int64(t.oid))
	if err != nil {
		return nil, fmt.Errorf("looking for other tables of the sequence: %w", err)
	}
	if s.Shared, err = pgx.CollectRows(rows, pgx.RowTo[string]); err != nil {
		return nil, fmt.Errorf("looking for other tables of the sequence: %w", err)
	}
	return &s, nil
}

// readLast asks the sequence itself: pg_sequence_last_value would take a ROW EXCLUSIVE
// lock on it.
func (c *connection) readLast(ctx context.Context, s *Sequence) error {
	if s == nil || s.Unreadable {
		return nil
	}
	var (
		last   int64
		called bool
	)
	text := "SELECT last_value, is_called FROM " + pgx.Identifier{s.schema, s.name}.Sanitize()
	if err := c.QueryRow(ctx, text).Scan(&last, &called); err != nil {
		return fmt.Errorf("reading the sequence: %w", err)
	}
	if called {
		s.Last = &last
	}
	return nil
}
