package main_test

import (
	"os"
	"path/filepath"
	"testing"
)

// With ON_ERROR_ROLLBACK psql sets a savepoint before each statement: a denial
// costs the statement alone, not the transaction.
func TestPsqlOnErrorRollback(t *testing.T) {
	onNewest(t, nil, func(t *testing.T, s scene) {
		ana := psql(t, s.hf.URL(s.db), "-v", "ON_ERROR_ROLLBACK=on")
		wantAll(t, ana.Do("BEGIN; INSERT INTO events VALUES (4, 'd');"), "INSERT 0 1")
		ana.Type("DROP TABLE events;")
		s.deny(t, "DROP TABLE events")
		wantAll(t, ana.Finish(), "ERROR:  holdfast: denied by")
		wantAll(t, ana.Do("INSERT INTO events VALUES (5, 'e');"), "INSERT 0 1")
		wantAll(t, ana.Do("COMMIT;"), "COMMIT")
		s.wantRows(t, "5")
	})
}

// psql -1 -f puts a file into one transaction: a denial undoes all of it.
func TestPsqlSingleTransaction(t *testing.T) {
	psqlPath := needs(t, "psql")
	onNewest(t, nil, func(t *testing.T, s scene) {
		file := filepath.Join(t.TempDir(), "migration.sql")
		migration := "INSERT INTO events VALUES (4, 'd');\nDROP TABLE events;\nCREATE TABLE events (id int);\nINSERT INTO events VALUES (1);\n"
		if err := os.WriteFile(file, []byte(migration), 0o600); err != nil {
			t.Fatal(err)
		}
		args := []string{"-X", "-1", "-v", "ON_ERROR_STOP=1", "-d", s.hf.URL(s.db), "-f", file}

		ended := beside(t, psqlPath, args...)
		s.deny(t, "DROP TABLE events")
		if out := <-ended; out.Exit != 3 {
			t.Errorf("psql exits with %d after a denial: %s", out.Exit, out.Stderr)
		}
		s.wantRows(t, "3")

		ended = beside(t, psqlPath, args...)
		s.approve(t, "DROP TABLE events")
		if out := <-ended; out.Exit != 0 {
			t.Errorf("psql exits with %d: %s", out.Exit, out.Stderr)
		}
		s.wantRows(t, "1")
	})
}
