package store

import (
	"database/sql"
	"path/filepath"
	"testing"
)

// Messages survive a restart, one for each hold and channel.
func TestMessages(t *testing.T) {
	url := "sqlite://" + filepath.Join(t.TempDir(), "holdfast.db")
	s, err := Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	slack, hook := s.Messages("slack"), s.Messages("webhook")
	for _, put := range []struct {
		to         *Messages
		hold, text string
	}{{slack, "a", "one"}, {slack, "b", "two"}, {hook, "a", "three"}, {slack, "a", "four"}} {
		if err := put.to.Put(t.Context(), put.hold, []byte(put.text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := slack.Delete(t.Context(), "b"); err != nil {
		t.Fatal(err)
	}
	if err := slack.Delete(t.Context(), "nothing"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for channel, want := range map[string]string{"slack": "four", "webhook": "three"} {
		all, err := s.Messages(channel).All(t.Context())
		if err != nil || len(all) != 1 || string(all["a"]) != want {
			t.Errorf("%s has %q, %v", channel, all, err)
		}
	}
}

// A file of a holdfast without messages gets the table, and stays one that that
// holdfast opens: its version is the same.
func TestMessagesInAnOlderFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "holdfast.db")
	s, err := Open(t.Context(), "sqlite://"+path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.db.ExecContext(t.Context(), "DROP TABLE messages"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(t.Context(), "sqlite://"+path); err != nil {
		t.Fatal(err)
	}
	if err := s.Messages("slack").Put(t.Context(), "a", []byte("x")); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	wantSameVersion(t, path)
}

// wantSameVersion fails unless a file is of the version that every holdfast has opened.
func wantSameVersion(t *testing.T, path string) {
	t.Helper()
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var version int
	if err := db.QueryRow("PRAGMA user_version").Scan(&version); err != nil || version != 1 {
		t.Errorf("version %d, %v", version, err)
	}
}
