package store

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/passkey"
)

var laptop = passkey.Key{
	ID: []byte{0, 1, 0xff}, Person: "ben", Handle: []byte("handle"), Site: "holdfast.example.com", Name: "Laptop", Public: []byte{0xa5, 0},
	Count: 1<<32 - 1, Synced: true, Added: time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC),
}

func TestPasskeysAreKept(t *testing.T) {
	url := "sqlite://" + filepath.Join(t.TempDir(), "holdfast.db")
	s, err := Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	used, gone := laptop, laptop
	used.Copied, used.Used = true, laptop.Added.Add(time.Hour)
	gone.ID = []byte("another")
	for _, k := range []passkey.Key{laptop, gone, used} {
		if err := s.Passkeys().Put(t.Context(), k); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Passkeys().Delete(t.Context(), gone.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if all, err := s.Passkeys().All(t.Context()); err != nil || !reflect.DeepEqual(all, []passkey.Key{used}) {
		t.Errorf("%+v, %v", all, err)
	}
}

// A file of a holdfast without passkeys gets the table, and stays one that that
// holdfast opens: its version is the same.
func TestPasskeysInAnOlderFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "holdfast.db")
	s, err := Open(t.Context(), "sqlite://"+path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.db.ExecContext(t.Context(), "DROP TABLE passkeys"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if keys, err := ReadPasskeys(t.Context(), "sqlite://"+path); err == nil {
		t.Errorf("an older file has %v", keys)
	}
	if s, err = Open(t.Context(), "sqlite://"+path); err != nil {
		t.Fatal(err)
	}
	if err := s.Passkeys().Put(t.Context(), laptop); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	wantSameVersion(t, path)
}

// TestReadPasskeys, while the store is open and while it is not, without making files.
func TestReadPasskeys(t *testing.T) {
	dir := t.TempDir()
	url := "sqlite://" + filepath.Join(dir, "holdfast.db")
	if keys, err := ReadPasskeys(t.Context(), url); err != nil || keys != nil {
		t.Errorf("no store has %v, %v", keys, err)
	}
	s, err := Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Passkeys().Put(t.Context(), laptop); err != nil {
		t.Fatal(err)
	}
	read := func(when string) {
		t.Helper()
		before, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		if keys, err := ReadPasskeys(t.Context(), url); err != nil || len(keys) != 1 || keys[0].Person != "ben" {
			t.Errorf("%s: %+v, %v", when, keys, err)
		}
		if after, err := os.ReadDir(dir); err != nil || len(after) != len(before) {
			t.Errorf("%s: %v became %v, %v", when, before, after, err)
		}
	}
	read("open")
	if err := s.Passkeys().Put(t.Context(), laptop); err != nil {
		t.Errorf("it cannot be written any more: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	read("closed")
}
