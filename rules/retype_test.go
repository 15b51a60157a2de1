package rules

import "testing"

// USING holds unless it is the cast that the change makes by itself, to a type that
// cuts nothing off.
func TestRetypeUsing(t *testing.T) {
	for action, want := range map[string]Action{
		"TYPE bigint":                                         Warn,
		"TYPE bigint USING id::bigint":                        Warn,
		"TYPE int8 USING CAST(id AS bigint)":                  Warn,
		`SET DATA TYPE text USING "id"::text`:                 Warn,
		"TYPE varchar USING id::varchar":                      Warn,
		"TYPE timestamp with time zone USING id::timestamptz": Warn,
		"TYPE varchar(3) USING id::varchar(3)":                Hold, // cuts off
		"TYPE varchar USING id::varchar(3)":                   Hold,
		"TYPE char(3) USING id::char(3)":                      Hold,
		"TYPE numeric(3,1) USING id::numeric(3,1)":            Hold,
		"TYPE boolean USING id::boolean":                      Hold, // 2 becomes true
		"TYPE bigint USING other::bigint":                     Hold,
		"TYPE bigint USING t.id::bigint":                      Hold,
		"TYPE bigint USING id::int::bigint":                   Hold,
		"TYPE bigint USING id::smallint":                      Hold,
		"TYPE bigint USING 0":                                 Hold,
		"TYPE bigint USING NULL::bigint":                      Hold,
		"TYPE bigint[] USING id::bigint[]":                    Hold,
		"TYPE text USING id::own.text":                        Hold,
		"TYPE own.text USING id::own.text":                    Hold,
	} {
		sql := "ALTER TABLE t ALTER COLUMN id " + action
		if got := DefaultPolicy().Judge(Origin{}, NewReader(ReaderOptions{}).Read([]byte(sql), safe), nil).Action; got != want {
			t.Errorf("%s: got %v, want %v", sql, got, want)
		}
	}
}
