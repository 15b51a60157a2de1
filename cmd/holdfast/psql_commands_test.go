package main_test

import (
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// commands are what psql does by itself, whose output must be the same with and
// without holdfast. FOLDER is a folder of the test.
const commands = `
\copy events (id, note) TO 'FOLDER/events.tsv'
\copy events FROM PROGRAM 'printf "10\tdrop table events\n11\t\\\\N\n"'
\copy events FROM STDIN
12	truncate events
13	\\.
\.
\copy (SELECT id, note FROM events ORDER BY id) TO STDOUT WITH (FORMAT csv, HEADER)
CREATE TABLE again (LIKE events);
\copy again FROM 'FOLDER/events.tsv'
COPY again TO STDOUT;
SELECT count(*) AS before FROM events \gset
\echo :before
SELECT 'INSERT INTO again VALUES (' || g || ', ''made'')' FROM generate_series(20, 22) AS g \gexec
SELECT id, note FROM again ORDER BY id \g (format=csv) FOLDER/again.csv
SELECT 1 AS one, 'x'::text AS two \gdesc
SELECT 1 \; SELECT 2 \; INSERT INTO again VALUES (30, 'three in one') \g
SELECT g % 2 AS odd, g, g * g AS square FROM generate_series(1, 4) AS g \crosstabview
\set FETCH_COUNT 7
SELECT g, repeat('x', 100) FROM generate_series(1, 100) AS g;
SELECT 1 / (50 - g) FROM generate_series(1, 100) AS g;
INSERT INTO again VALUES (31, 'with FETCH_COUNT') RETURNING id;
\unset FETCH_COUNT
CREATE SEQUENCE watched;
SELECT 10 / (3 - nextval('watched')) AS until_zero \watch 0.01
\set ON_ERROR_ROLLBACK on
BEGIN;
INSERT INTO again VALUES (32, 'kept');
SELECT 1/0;
INSERT INTO again VALUES (33, 'kept too');
COMMIT;
\set ON_ERROR_ROLLBACK off
SELECT nothing FROM nowhere;
\errverbose
\encoding LATIN1
SELECT length('ü');
\encoding UTF8
\lo_list
\dt
\d+ events
\df
\dp
\sv pg_stats
TABLE again ORDER BY id;
`

// psql's own commands print the same through holdfast.
func TestPsqlCommands(t *testing.T) {
	needs(t, "psql")
	onNewest(t, nil, func(t *testing.T, s scene) {
		output := func(url func(string) string) string {
			folder := t.TempDir()
			cmd := exec.Command("psql", "-X", "-a", "-d", url(s.srv.Database(t, shop)))
			cmd.Env = append(os.Environ(), "PAGER=cat", "LC_ALL=C", "PGCLIENTENCODING=UTF8")
			cmd.Stdin = strings.NewReader(strings.ReplaceAll(commands, "FOLDER", folder))
			text, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("psql: %v\n%s", err, text)
			}
			return withoutTimes(strings.ReplaceAll(withoutBanner(string(text)), folder, "FOLDER"))
		}
		direct, through := output(s.srv.URL), output(s.hf.URL)
		wantEqualTraces(t, direct, through)
		wantAll(t, through, "(100 rows)", "with FETCH_COUNT\n", "kept too\n")
		if held := s.hf.AllHolds(t); len(held) > 0 {
			t.Errorf("%d statements were held, as %q", len(held), held[0].SQL)
		}
	})
}

// withoutTimes leaves out the headings of \watch, which say when it ran.
func withoutTimes(text string) string {
	return regexp.MustCompile(`(?m)^\w+ \w+ +\d+ [\d:]+ \d+ \(every .*\)$`).ReplaceAllString(text, "WATCHED")
}

// What psql makes destructive by itself is held like what is typed.
func TestPsqlCommandsThatAreHeld(t *testing.T) {
	onNewest(t, nil, func(t *testing.T, s scene) {
		ana := psql(t, s.hf.URL(s.db))
		t.Run("gexec", func(t *testing.T) {
			ana.Type(`SELECT format('DROP TABLE %I', relname) FROM pg_class WHERE relname = 'events' \gexec`)
			s.deny(t, "DROP TABLE events")
			wantAll(t, ana.Finish(), "ERROR:  holdfast: denied by")
		})
		t.Run("watch", func(t *testing.T) {
			ana.Type(`DELETE FROM events \watch 0.01`)
			s.deny(t, "DELETE FROM events")
			wantAll(t, ana.Finish(), "ERROR:  holdfast: denied by")
		})
		t.Run("gdesc asks, and runs nothing", func(t *testing.T) {
			wantAll(t, ana.Do(`DELETE FROM events RETURNING id \gdesc`), "id", "integer")
		})
		t.Run("FETCH_COUNT", func(t *testing.T) {
			ana.Do(`\set FETCH_COUNT 2`)
			ana.Type(`DELETE FROM events RETURNING id;`)
			s.deny(t, "DELETE FROM events")
			wantAll(t, ana.Finish(), "ERROR:  holdfast: denied by")
			wantAll(t, ana.Do(`SELECT count(*) FROM events;`), "3")
			ana.Do(`\unset FETCH_COUNT`)
		})
		t.Run("a cursor of one's own", func(t *testing.T) {
			wantAll(t, ana.Do(`BEGIN; DECLARE c CURSOR FOR SELECT id FROM events ORDER BY id; FETCH 2 FROM c; FETCH 2 FROM c; CLOSE c; COMMIT;`),
				"(2 rows)", "(1 row)", "COMMIT")
		})
		t.Run("in several at once", func(t *testing.T) {
			ana.Type(`SELECT 1 \; DROP TABLE events \; SELECT 2;`)
			s.deny(t, "DROP TABLE events")
			wantAll(t, ana.Finish(), "ERROR:  holdfast: denied by")
		})
		t.Run("timing", func(t *testing.T) {
			ana.Do(`\timing on`)
			ana.Type(`TRUNCATE events;`)
			s.approve(t, "TRUNCATE events")
			wantAll(t, ana.Finish(), "TRUNCATE TABLE\n", "Time: ")
			ana.Do(`\timing off`)
		})
		s.wantRows(t, "0")
	})
}

// \password sends a verifier, never a password, and holdfast keeps neither.
func TestPsqlPassword(t *testing.T) {
	onNewest(t, nil, func(t *testing.T, s scene) {
		s.srv.Exec(t, s.db, "CREATE ROLE forgetful LOGIN")
		t.Cleanup(func() { s.srv.Exec(t, "postgres", "DROP ROLE forgetful") })
		ana := psqlOnTerminal(t, s.hf.URL(s.db))
		ana.Await("=# ")
		ana.Type(`\password forgetful`)
		ana.Await(`Enter new password for user "forgetful": `)
		ana.Type("correct horse")
		ana.Await("Enter it again: ")
		ana.Type("correct horse")
		ana.Await("=# ")
		verifier := s.value(t, "SELECT rolpassword FROM pg_authid WHERE rolname = 'forgetful'")
		if !strings.HasPrefix(verifier, "SCRAM-SHA-256$") {
			t.Fatalf("the role has the verifier %q", verifier)
		}
		salt := verifier[strings.LastIndex(verifier, ":")+1:]
		ana.Type(`ALTER ROLE forgetful PASSWORD '` + verifier + `' \; DROP TABLE events;`)
		if hold := s.deny(t, "DROP TABLE events"); !strings.Contains(hold.SQL, "ALTER ROLE forgetful PASSWORD") {
			t.Errorf("the hold shows %q", hold.SQL)
		}
		ana.Await("=# ")
		for _, kept := range []string{s.hf.MustCLI(t, "holds", "--all", "--json"), s.hf.Log(), contents(t, s.hf.Audit), contents(t, s.hf.Folder+"/holdfast.db")} {
			if strings.Contains(kept, salt) || strings.Contains(kept, "correct horse") {
				t.Error("a password or its verifier was kept")
			}
		}
	})
}

func contents(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// \conninfo names where psql is connected to: holdfast.
func TestPsqlConninfo(t *testing.T) {
	onNewest(t, nil, func(t *testing.T, s scene) {
		ana := psql(t, s.hf.URL(s.db))
		wantAll(t, ana.Do(`\conninfo`), s.db, strconv.Itoa(s.hf.Port))
		wantAll(t, ana.Do(`\c -reuse-previous=on "application_name=again"`), "connected to database")
		wantAll(t, ana.Do(`SHOW application_name;`), "again")
	})
}

// What psql can do from version 16 on.
func TestPsqlBind(t *testing.T) {
	path := needs(t, "psql")
	version, err := exec.Command(path, "--version").Output()
	if err != nil {
		t.Fatal(err)
	}
	major := regexp.MustCompile(`\d+`).FindString(string(version))
	if n, err := strconv.Atoi(major); err != nil || n < 16 {
		t.Skipf("psql %s has neither \\bind nor \\watch with a count", major)
	}
	onNewest(t, nil, func(t *testing.T, s scene) {
		ana := psql(t, s.hf.URL(s.db))
		wantAll(t, ana.Do(`SELECT $1::int + $2 \bind 41 1 \g`), "42")
		wantAll(t, ana.Do(`SELECT 'seen' \watch i=0.01 c=2`), "seen", "seen")
		ana.Type(`DELETE FROM events WHERE $1 \bind true \g`)
		s.deny(t, "DELETE FROM events")
		wantAll(t, ana.Finish(), "ERROR:  holdfast: denied by")
		s.wantRows(t, "3")
	})
}
