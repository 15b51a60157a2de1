package rules

import "testing"

func judgeRetype(action string) Verdict {
	sql := "ALTER TABLE t ALTER COLUMN id " + action
	return DefaultPolicy().Judge(Origin{}, NewReader(ReaderOptions{}).Read([]byte(sql), safe), nil)
}

// A USING that is the cast which the change makes by itself, to a type that cuts
// nothing off, is judged as if it were not there.
func TestRetypeUsingItsOwnCast(t *testing.T) {
	for _, action := range [][2]string{
		{"TYPE bigint", "USING id::bigint"},
		{"TYPE int8", "USING CAST(id AS bigint)"},
		{"TYPE pg_catalog.int8", "USING id::bigint"},
		{"SET DATA TYPE text", `USING "id"::text`},
		{"TYPE varchar", "USING id::varchar"},
		{"TYPE timestamp with time zone", "USING id::timestamptz"},
	} {
		without, with := judgeRetype(action[0]), judgeRetype(action[0]+" "+action[1])
		if with.Action != without.Action || with.Action == Hold {
			t.Errorf("%s %s: got %v, without USING %v", action[0], action[1], with.Action, without.Action)
		}
	}
}

// Any other holds.
func TestRetypeUsing(t *testing.T) {
	for _, action := range []string{
		"TYPE varchar(3) USING id::varchar(3)", // cuts off
		"TYPE varchar USING id::varchar(3)",
		"TYPE char(3) USING id::char(3)",
		"TYPE numeric(3,1) USING id::numeric(3,1)",
		"TYPE boolean USING id::boolean", // 2 becomes true
		"TYPE bigint USING other::bigint",
		"TYPE bigint USING t.id::bigint",
		"TYPE bigint USING id::int::bigint",
		"TYPE bigint USING id::smallint",
		"TYPE bigint USING 0",
		"TYPE bigint USING NULL::bigint",
		"TYPE bigint[] USING id::bigint[]",
		"TYPE text USING id::own.text",
		"TYPE own.text USING id::own.text",
	} {
		if got := judgeRetype(action).Action; got != Hold {
			t.Errorf("%s: got %v, want %v", action, got, Hold)
		}
	}
}
