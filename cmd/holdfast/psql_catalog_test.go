package main_test

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/holdfast-db/holdfast/internal/pgtest"
)

// museum is one of each kind of thing that psql describes.
const museum = `
	CREATE TYPE mood AS ENUM ('drop', 'truncate'); CREATE TYPE pair AS (a int, b mood); CREATE DOMAIN positive AS int CHECK (value > 0);
	CREATE TABLE wide (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, m mood DEFAULT 'drop', p positive, t text COLLATE "C" NOT NULL, g int GENERATED ALWAYS AS (p * 2) STORED,
		e int REFERENCES events ON DELETE CASCADE DEFERRABLE, EXCLUDE USING btree (p WITH =), CONSTRAINT sane CHECK (p <> 7));
	COMMENT ON TABLE wide IS 'delete from wide'; COMMENT ON COLUMN wide.t IS 'drop me'; CREATE UNIQUE INDEX by_text ON wide (lower(t)) WHERE t <> 'x'; CLUSTER wide USING wide_pkey;
	CREATE STATISTICS stats ON p, e FROM wide; ALTER TABLE wide ENABLE ROW LEVEL SECURITY; CREATE POLICY mine ON wide FOR DELETE USING (t = current_user);
	CREATE TABLE root (id int) PARTITION BY RANGE (id); CREATE TABLE leaf PARTITION OF root FOR VALUES FROM (1) TO (9); CREATE INDEX ON root (id);
	CREATE TABLE heir (extra int) INHERITS (events); CREATE UNLOGGED TABLE quick (id int) WITH (fillfactor = 50);
	CREATE VIEW seen AS SELECT id FROM events WITH CHECK OPTION; CREATE MATERIALIZED VIEW kept AS SELECT 1 AS one; CREATE SEQUENCE counted OWNED BY quick.id;
	CREATE FUNCTION wipe(n int DEFAULT 1) RETURNS SETOF events LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS 'BEGIN DELETE FROM events; RETURN; END';
	CREATE PROCEDURE purge() LANGUAGE sql AS 'DELETE FROM events'; CREATE FUNCTION fires() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
	CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT $1 * 2; END; CREATE AGGREGATE total(int) (SFUNC = int4pl, STYPE = int);
	CREATE TRIGGER t BEFORE DELETE OR TRUNCATE ON quick EXECUTE FUNCTION fires(); CREATE RULE r AS ON DELETE TO seen DO INSTEAD NOTHING;
	CREATE OPERATOR <-> (FUNCTION = int4pl, LEFTARG = int, RIGHTARG = int); CREATE CAST (pair AS text) WITH INOUT; CREATE COLLATION german (locale = 'C');
	CREATE CONVERSION odd FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8; CREATE TEXT SEARCH DICTIONARY plain (TEMPLATE = simple); CREATE TEXT SEARCH CONFIGURATION words (COPY = simple);
	CREATE FOREIGN DATA WRAPPER nowhere; CREATE SERVER far FOREIGN DATA WRAPPER nowhere; CREATE USER MAPPING FOR postgres SERVER far; CREATE FOREIGN TABLE away (id int) SERVER far;
	CREATE PUBLICATION news FOR TABLE events; CREATE ACCESS METHOD other TYPE TABLE HANDLER heap_tableam_handler; ALTER DEFAULT PRIVILEGES GRANT DELETE ON TABLES TO public;
	GRANT DELETE, TRUNCATE ON events TO public; GRANT UPDATE (note) ON events TO public; CREATE OPERATOR CLASS ops FOR TYPE int USING btree AS OPERATOR 1 <; SELECT lo_create(940001)`

// describing are the commands of psql that ask about a database.
const describing = `
\d
\d+
\dS events
\dt+
\dt *.*events
\di+
\dv+
\dm+
\ds+
\dE+
\dtvmsE
\d+ wide
\d+ root
\d+ leaf
\d+ heir
\d+ quick
\d+ seen
\d+ kept
\d+ counted
\d+ by_text
\d+ away
\d+ pair
\d pg_class
\d nothing
\da+
\dA+
\dAc+ btree int4
\dAf+ btree int4
\dAo btree integer_ops
\dAp btree integer_ops
\db+
\dc+
\dC+
\dconfig+ standard_conforming_strings
\dconfig *delete*
\dd
\dd sane
\dD+
\ddp
\des+
\det+
\deu+
\dew+
\df+
\dfn wipe int
\dfp
\dft
\dfw
\dfaS sum
\dF+
\dFd+ plain
\dFp+
\dFt+
\dg+
\du
\dl+
\lo_list+
\dL+
\dn+
\dnS
\do+
\doS <
\dO+
\dp
\dp events
\z wide
\dP+
\dPti
\drds
\dRp+
\dRs+
\dT+
\dTS json*
\dx+
\dX
\dy+
\l
\l+
\sf wipe
\sf+ twice
\sv seen
\sv+ seen
\ef wipe
\r
\ef
\r
\ev seen
\p
\r
SELECT id, 'drop' AS v, note FROM events \crosstabview 1 2 3
SELECT id AS first, note AS second FROM events WHERE id = 1 \gset got_
\echo :got_first :got_second
SELECT 'DELETE FROM events' AS sql, 1::numeric(10,2) AS n \gdesc
SELECT 'SELECT ' || id FROM events ORDER BY id \gexec
TABLE events \gx
TABLE events \g | wc -l
\copy (TABLE events) TO PROGRAM 'wc -l'
\encoding
\set
\h DROP TABLE
\pset format csv
\dt
`

// What psql asks to describe things it asks through holdfast just the same, and nothing
// of it is held or recorded as not counted.
func TestPsqlDescribes(t *testing.T) {
	needs(t, "psql")
	eachAtOnce(t, func(t *testing.T, s scene) {
		s.srv.Exec(t, s.db, museum)
		output := func(url string) string {
			cmd := exec.Command("psql", "-X", "-a", "-d", url)
			cmd.Env = append(os.Environ(), "PAGER=cat", "LC_ALL=C", "PGCLIENTENCODING=UTF8", "EDITOR=true")
			cmd.Stdin = strings.NewReader(describing)
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("psql: %v\n%s", err, out)
			}
			return withoutPlace(withoutBanner(string(out)))
		}
		direct, through := output(s.srv.URL(s.db)), output(s.hf.URL(s.db))
		wantEqualTraces(t, direct, through)
		wantAll(t, through, "delete from wide", `Table "public.wide"`, "FOR DELETE", "Partition key: RANGE (id)", "CREATE OR REPLACE FUNCTION public.wipe", "got_second")
		if held := s.hf.AllHolds(t); len(held) > 0 {
			t.Errorf("%d statements were held, as %q", len(held), held[0].SQL)
		}
		if _, n := counts(t, s); n > 0 {
			t.Errorf("%d statements are recorded as not counted", n)
		}
	})
}

// withoutPlace leaves out what \set shows of the connection.
func withoutPlace(text string) string {
	return regexp.MustCompile(`(?m)^(PORT|HOST) = .*$`).ReplaceAllString(text, "")
}

// Completing a line asks the server, also where the line is of a DROP; nothing is
// held, and nothing is run.
func TestPsqlCompletes(t *testing.T) {
	needs(t, "psql")
	needs(t, "script")
	onNewest(t, nil, func(t *testing.T, s scene) {
		s.srv.Exec(t, s.db, "CREATE TABLE completed_table (only_column int); CREATE PROCEDURE completed_procedure() LANGUAGE sql AS ''")
		ana := startTerminal(t, exec.Command("script", "-q", "-e", "-c", "psql -X -d '"+s.hf.URL(s.db)+"'", "/dev/null"))
		ana.Await("=# ")
		for _, line := range [][2]string{
			{"DROP TABLE completed_t", "able"}, {"DELETE FROM completed_t", "able"}, {"TRUNCATE completed_t", "able"}, {`\d completed_t`, "able"},
			{"SELECT * FROM completed_t", "able"}, {"ALTER TABLE completed_table DROP COLUMN only_", "column"}, {"UPDATE completed_table SET only_", "column"},
			{"CALL completed_p", "rocedure"}, {"SET search_p", "ath"}, {`\sf pg_get_functiond`, "ef"}, {"COPY completed_t", "able"}, {"GRANT SELECT ON completed_t", "able"},
			{"VACUUM FULL completed_t", "able"}, {"COMMENT ON TABLE completed_t", "able"}, {"DROP SCHEMA publ", "ic"}, {"LOCK TABLE completed_t", "able"},
		} {
			ana.Keys(line[0] + "\t")
			ana.Await(line[0] + line[1])
			ana.Keys("\x15") // the line is taken back
		}
		ana.Keys("\x15\\q\n")
		pgtest.Await(t, long, func() string { return "psql did not end" }, func() bool {
			select {
			case <-ana.ended:
				return true
			default:
				return false
			}
		})
		if held := s.hf.AllHolds(t); len(held) > 0 {
			t.Errorf("%d statements were held, as %q", len(held), held[0].SQL)
		}
		if _, n := counts(t, s); n > 0 {
			t.Errorf("%d statements are recorded as not counted", n)
		}
		s.wantRows(t, "3")
	})
}
