package script_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdfast-db/holdfast/internal/pgtest"
	"github.com/holdfast-db/holdfast/internal/script"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// tables are what the scripts of asPsql need for their COPYs to succeed.
const tables = `CREATE TABLE t (a text); CREATE TABLE u (a text); CREATE TABLE v (a text)`

// asPsql are scripts of which psql says itself what it sends. Nothing in them
// prints to standard output, nor is a statement empty, which psql would send too.
var asPsql = map[string]string{
	"semicolons": `SELECT 'a;b', "a;", E'it\';s', $$;$$, $x$ $$; $x$ FROM (SELECT 1 AS "a;") x; -- one; DROP TABLE t
SELECT 1 /* nested; /* ; */ DROP TABLE t; */ , (SELECT 2);
SELECT U&'\003B;' UESCAPE '\'; SELECT 'a'
'b;';
SELECT 1 AS "é;"; SELECT 4`,
	"copies": `COPY t (a) FROM stdin WITH (FORMAT csv);
1
; DROP TABLE u;
it''s
\.
COPY (SELECT 1) TO stdout; COPY public.u FROM stdin; COPY v FROM STDIN; SELECT 'behind', $$
DROP TABLE u;
\.
DROP TABLE v;
\.
both$$;
COPY t FROM stdin \g
'data
\.
SELECT 2\; COPY t FROM stdin;
'x
\.
SELECT 5;
\copy t from stdin
DROP TABLE t;
\.
\copy ( select a from t where a <> 'to' ) to '/dev/null' with (format csv)
\copy t ( a ) from '/dev/null' csv
\copy t from program 'true; echo \'
COPY t FROM stdin;
to the end;`,
	"commands": `\set x 'it''s' \\ SELECT 1;
\pset null 'a\'b\\c' \timing off \\ SELECT 2;
\prompt 'x \\ DROP TABLE t;
SELECT 3 \qecho x
, 4 \g | cat >/dev/null \\ DROP TABLE t;
SELECT 5 AS a \gset pre_ \\ SELECT 6 \gx
\nonsense \\ DROP TABLE t; it's
\\ DROP TABLE t;
\qecho ` + "`echo '\\\\ DROP TABLE t;'`" + ` \\ SELECT 7;
\d \\ SELECT 8;
\dnonsense \\ SELECT 9;
SELECT 10\; DELETE FROM t\; SELECT a FROM t\; SELECT 11;
SELECT (1; DROP TABLE t; \r
SELECT (12; \g
SELECT 16 \crosstabview
SELECT 17;
\q
DROP TABLE t;`,
	"routines": `CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 1 END; END; SELECT 1;
BEGIN; SELECT CASE WHEN true THEN 1 END; COMMIT;
create procedure p() language sql begin atomic delete from t; end; SELECT 2;
CREATE FUNCTION g() RETURNS int LANGUAGE plpgsql AS $$ begin delete from t; end $$; SELECT 3;
CREATE RULE r AS ON INSERT TO u DO (DELETE FROM t; DELETE FROM v); SELECT 4;`,
	"variables": `SELECT :a, :'b', :"c", '2020-01-01'::date, (ARRAY[1,2])[1:2], ':no', $$ :no $$ AS ":no";
SELECT 1 WHERE :'b c' IS NULL; SELECT :
'b'; SELECT 5;`,
	"unfinished": "SELECT 1;\nSELECT 'no end; DROP TABLE t;\n\\copy t from stdin\nDROP TABLE u;\n",
	"mark":       "\xEF\xBB\xBFSELECT 1; SELECT 2",
	"crlf":       "COPY t FROM stdin;\r\n';\r\n\\.\r\nSELECT 1;\r\n\\qecho x\r\nSELECT 2;\r\n",
}

// psql says with -e what it sends, and Split says the same.
func TestAsPsql(t *testing.T) {
	psql := pgtest.Program(t, "psql")
	server := pgtest.Shared(t, pgtest.Newest(t))
	for name, text := range asPsql {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "script.sql")
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(psql, "-X", "-e", "-q", "-o", "/dev/null", "-d", server.URL(server.Database(t, tables)), "-f", file)
			cmd.Env = append(os.Environ(), "LC_ALL=C", "PGCLIENTENCODING=UTF8", "PAGER=cat")
			echoed, err := cmd.Output()
			if err != nil && len(echoed) == 0 {
				t.Fatalf("psql: %v", err)
			}
			var sent strings.Builder
			for _, st := range script.Split([]byte(text)).Statements {
				sent.Write(st.SQL)
				sent.WriteByte('\n')
			}
			if got, want := words(sent.String()), words(string(echoed)); got != want {
				t.Errorf("Split says\n%s\npsql sends\n%s", got, want)
			}
		})
	}
}

// words makes white space alike: that of COPY data is left where it was, and psql
// drops what stands in front of a statement.
func words(text string) string { return strings.Join(strings.Fields(text), " ") }
