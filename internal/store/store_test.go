package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/holdfast-db/holdfast/internal/hold"
)

// TestMain also is the child process that holds a store open.
func TestMain(m *testing.M) {
	if url := os.Getenv("HOLDFAST_STORE_CHILD"); url != "" {
		_, err := Open(context.Background(), url)
		fmt.Println("opened", err)
		if err == nil {
			_, _ = os.Stdin.Read(make([]byte, 1)) // until the parent lets go
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

func control(path string) string { return "sqlite://" + path }

func opened(t *testing.T, path string) *Store {
	t.Helper()
	s, err := Open(t.Context(), control(path))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func temp(t *testing.T) string { return filepath.Join(t.TempDir(), "holdfast.db") }

var noon = time.Date(2026, 11, 24, 12, 0, 0, 123456000, time.UTC)

// sample has a value in every field.
func sample(id string) hold.Hold {
	return hold.Hold{
		ID: id, State: hold.Pending,
		Request: hold.Request{
			Host: "shop-prod", Environment: "production", Database: "shop", User: "ana", Application: "psql", Client: "10.0.0.1",
			SQL: "DROP TABLE \"ev'ents\"; -- ?", Statements: []string{"DROP TABLE events"}, Rule: "drops", Reason: "DROP TABLE events",
			Why: "it is gone", InTransaction: true, Wait: time.Minute, Reviewers: hold.Reviewers{Group: "dba", Count: 2}, Binding: "b1",
			Also: []hold.Reviewers{{Group: "security", Count: 1}}, TypeName: true, Braked: true,
			Unbound: "u", Return: true, Grant: time.Minute, Undone: true, Transaction: "7/1", Item: "k2",
			Items: []hold.Item{{Key: "k", Hash: "h", Line: 3, Statements: []string{"DROP TABLE events"}}}, File: "f.sql", FileHash: "ff", Submitter: "ana",
			Evidence:   hold.Evidence{Certificate: []string{"ana@example.com"}, OS: "ana", Application: "psql"},
			Requesters: []hold.Requester{{Person: "ana", KnownBy: hold.ByUser}}, Unknown: true, Unanswerable: "too few", UnknownSame: true, SelfConfirm: true,
		},
		Asked: noon, Expires: noon.Add(time.Minute), Decided: noon.Add(1), ReleaseAt: noon.Add(2 * time.Second), Ended: noon.Add(3 * time.Second),
		DecidedBy: "ben", Via: "cli", Identity: "verified", Note: "n", SQLHash: "abc", Result: "r",
		Approvals:  []hold.Approval{{By: "ben", Via: "cli", Note: "n", At: noon, Groups: []string{"dba"}, Scope: hold.ScopeTransaction}},
		GrantUntil: noon.Add(time.Hour),
		Spent:      []hold.Spent{{Item: 0, At: noon}},
		Under:      "bcdfghjk",
		Revoked:    hold.Revocation{By: "cy", Via: "cli", Identity: "verified", Note: "n", At: noon, Self: true},
	}
}

func TestEveryFieldSurvives(t *testing.T) {
	path := temp(t)
	want := sample("abcdefgh")
	want.Decided = noon.Add(time.Second)
	for v, i := reflect.ValueOf(want), 0; i < v.NumField(); i++ {
		if name := v.Type().Field(i).Name; v.Field(i).IsZero() && name != "Blocked" { // which is not stored
			t.Fatalf("the sample has no %s", name)
		}
	}
	for v, i := reflect.ValueOf(want.Request), 0; i < v.NumField(); i++ {
		if v.Field(i).IsZero() {
			t.Fatalf("the sample has no %s", v.Type().Field(i).Name)
		}
	}
	s, err := Open(t.Context(), control(path))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Insert(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := opened(t, path).Load(t.Context(), want.ID)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
}

func TestZeroTimesSurvive(t *testing.T) {
	s := opened(t, temp(t))
	h := hold.Hold{ID: "a", State: hold.Pending, Asked: noon, Expires: noon}
	if err := s.Insert(t.Context(), h); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Load(t.Context(), "a"); err != nil || !reflect.DeepEqual(got, h) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestInsertAndLoadErrors(t *testing.T) {
	s := opened(t, temp(t))
	if err := s.Insert(t.Context(), sample("a")); err != nil {
		t.Fatal(err)
	}
	if err := s.Insert(t.Context(), sample("a")); !errors.Is(err, hold.ErrDuplicateID) {
		t.Errorf("inserting twice: %v", err)
	}
	if _, err := s.Load(t.Context(), "b' OR 1=1 --"); !errors.Is(err, hold.ErrUnknownID) {
		t.Errorf("loading nothing: %v", err)
	}
}

func TestSwap(t *testing.T) {
	s := opened(t, temp(t))
	before := sample("a")
	if err := s.Insert(t.Context(), before); err != nil {
		t.Fatal(err)
	}
	approved, twice := before, before
	approved.State = hold.Approved
	twice.Approvals = append(twice.Approvals[:1:1], hold.Approval{By: "cy"})
	for _, c := range []struct {
		name          string
		before, after hold.Hold
		want          bool
	}{
		{"other state", approved, before, false},
		{"other number of approvals", twice, approved, false},
		{"as stored", before, twice, true},
		{"again", before, twice, false},
		{"on", twice, approved, true},
		{"unknown", sample("x"), sample("x"), false},
	} {
		if got, err := s.Swap(t.Context(), c.before, c.after); err != nil || got != c.want {
			t.Errorf("%s: %v, %v", c.name, got, err)
		}
	}
	if _, err := s.Swap(t.Context(), sample("a"), sample("b")); err == nil {
		t.Error("swapped one hold for another")
	}
}

func TestSwapHasOneWinner(t *testing.T) {
	s := opened(t, temp(t))
	before := sample("a")
	if err := s.Insert(t.Context(), before); err != nil {
		t.Fatal(err)
	}
	var wins atomic.Int32
	var wg sync.WaitGroup
	for i := range 30 {
		wg.Go(func() {
			after := before
			after.State, after.Note = hold.Denied, fmt.Sprint(i)
			if won, err := s.Swap(context.Background(), before, after); err != nil {
				t.Error(err)
			} else if won {
				wins.Add(1)
			}
		})
	}
	wg.Wait()
	if wins.Load() != 1 {
		t.Errorf("%d winners", wins.Load())
	}
}

func ids(holds []hold.Hold) string {
	var s []string
	for _, h := range holds {
		s = append(s, h.ID)
	}
	return strings.Join(s, " ")
}

func TestLists(t *testing.T) {
	s := opened(t, temp(t))
	for i, state := range []hold.State{hold.Pending, hold.Approved, hold.Denied, hold.Released, hold.Executed, hold.Expired, hold.Pending} {
		h := sample(fmt.Sprint(i))
		h.State, h.Asked, h.Expires = state, noon.Add(time.Duration(i)*time.Second), noon.Add(time.Duration(60-i)*time.Second)
		if err := s.Insert(t.Context(), h); err != nil {
			t.Fatal(err)
		}
		if i%2 == 0 {
			if err := s.Recorded(t.Context(), h.ID, state); err != nil {
				t.Fatal(err)
			}
		}
	}
	check := func(name, want string, got []hold.Hold, err error) {
		t.Helper()
		if err != nil || ids(got) != want {
			t.Errorf("%s: %s, %v; want %s", name, ids(got), err, want)
		}
	}
	got, err := s.Open(t.Context())
	check("open", "6 3 1 0", got, err)
	got, err = s.Ended(t.Context(), 2)
	check("ended", "5 4", got, err)
	got, err = s.Unrecorded(t.Context())
	check("unrecorded", "1 3 5", got, err)
	if err := s.Recorded(t.Context(), "5", hold.Denied); err != nil { // it is expired
		t.Fatal(err)
	}
	if won, err := s.Swap(t.Context(), func() hold.Hold { h, _ := s.Load(t.Context(), "0"); return h }(), sample("0")); err != nil || !won {
		t.Fatal(won, err)
	}
	got, err = s.Unrecorded(t.Context())
	check("unrecorded after a change", "1 3 5 0", sorted(got, "1 3 5 0"), err)
}

// sorted puts holds into the order of a list of ids; those missing in it go last.
func sorted(holds []hold.Hold, order string) (out []hold.Hold) {
	for id := range strings.FieldsSeq(order) {
		for _, h := range holds {
			if h.ID == id {
				out = append(out, h)
			}
		}
	}
	if len(out) != len(holds) {
		return holds
	}
	return out
}

func TestPrune(t *testing.T) {
	s := opened(t, temp(t))
	now := time.Now()
	add := func(id string, state hold.State, asked time.Time, recorded bool) {
		t.Helper()
		h := sample(id)
		h.State, h.Asked = state, asked
		if err := s.Insert(t.Context(), h); err != nil {
			t.Fatal(err)
		}
		if recorded {
			if err := s.Recorded(t.Context(), id, state); err != nil {
				t.Fatal(err)
			}
		}
	}
	old := now.Add(-RetainFor - time.Hour)
	add("old-ended", hold.Denied, old, true)
	add("old-pending", hold.Pending, old, true)
	add("old-unrecorded", hold.Denied, old, false)
	add("new-ended", hold.Denied, now, true)
	if err := s.prune(t.Context()); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]bool{"old-ended": false, "old-pending": true, "old-unrecorded": true, "new-ended": true} {
		if _, err := s.Load(t.Context(), id); (err == nil) != want {
			t.Errorf("%s: %v", id, err)
		}
	}
}

func TestPruneByCount(t *testing.T) {
	if testing.Short() {
		t.Skip("thousands of inserts")
	}
	s := opened(t, temp(t))
	if _, err := s.db.Exec("PRAGMA synchronous = OFF"); err != nil { // this test is not about crashes
		t.Fatal(err)
	}
	now := time.Now()
	for i := range RetainCount + 2*pruneEvery {
		h := hold.Hold{ID: fmt.Sprintf("%08d", i), State: hold.Expired, Asked: now.Add(time.Duration(i) * time.Millisecond)}
		if err := s.Insert(t.Context(), h); err != nil {
			t.Fatal(err)
		}
		if err := s.Recorded(t.Context(), h.ID, h.State); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.prune(t.Context()); err != nil {
		t.Fatal(err)
	}
	got, err := s.Ended(t.Context(), 2*RetainCount)
	if err != nil || len(got) != RetainCount {
		t.Fatalf("%d kept, %v", len(got), err)
	}
	if newest := fmt.Sprintf("%08d", RetainCount+2*pruneEvery-1); got[0].ID != newest {
		t.Errorf("the newest is %s, want %s", got[0].ID, newest)
	}
}

func TestDurabilitySettings(t *testing.T) {
	s := opened(t, temp(t))
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "user_version": "1", "busy_timeout": "2000"} {
		var got string
		if err := s.db.QueryRow("PRAGMA " + pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %q, %v; want %q", pragma, got, err, want)
		}
	}
}

func TestModes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "deep", "state")
	path := filepath.Join(dir, "odd name?#%41.db")
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		t.Fatal(err)
	}
	escaped := strings.NewReplacer("%", "%25", "?", "%3F", "#", "%23", " ", "%20").Replace(path)
	s, err := Open(t.Context(), "sqlite://"+escaped)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Insert(t.Context(), sample("a")); err != nil {
		t.Fatal(err)
	}
	for p, want := range map[string]os.FileMode{dir: 0o700, path: 0o600, path + "-wal": 0o600, path + ".lock": 0o600} {
		if info, err := os.Stat(p); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", p, info, err)
		}
	}
}

func TestRefusals(t *testing.T) {
	newer, foreign, text := temp(t), temp(t), temp(t)
	s := opened(t, newer)
	if _, err := s.db.Exec("PRAGMA user_version = 99"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s2 := opened(t, foreign)
	if _, err := s2.db.Exec("PRAGMA application_id = 0; DROP TABLE holds; CREATE TABLE theirs (a int); PRAGMA user_version = 0"); err != nil {
		t.Fatal(err)
	}
	if err := s2.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(text, []byte(strings.Repeat("this is no database\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ url, want string }{
		{control(newer), "newer holdfast"},
		{control(foreign), "another program"},
		{control(text), "not a database"},
		{control(t.TempDir()), "directory"},
		{"postgres://u:secret@h/db", "not in this version"},
		{"mysql://u:secret@h/db", `scheme "mysql"`},
		{"/var/lib/holdfast.db", "sqlite:///"},
		{"sqlite://var/lib/holdfast.db", "three slashes"},
		{"sqlite:relative.db", "sqlite:///"},
		{"sqlite:///a/b.db?mode=memory", "no options"},
		{"sqlite:///a/../b.db", "absolute path"},
		{"sqlite:///", "absolute path"},
		{"sqlite:// secret", "cannot be read"},
	} {
		s, err := Open(t.Context(), c.url)
		if err == nil {
			s.Close()
		}
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v, want %q", c.url, err, c.want)
		}
	}
	if got, _ := os.ReadFile(text); !strings.HasPrefix(string(got), "this is no database") {
		t.Error("a foreign file was overwritten")
	}
}

func child(t *testing.T, path string) (said string, stop func()) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), "HOLDFAST_STORE_CHILD="+control(path))
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 1000)
	n, _ := out.Read(buf)
	return string(buf[:n]), func() {
		in.Close()
		_ = cmd.Wait()
	}
}

func TestSecondProcessIsRefused(t *testing.T) {
	path := temp(t)
	s := opened(t, path)
	said, stop := child(t, path)
	stop()
	if !strings.Contains(said, "another holdfast is using it") {
		t.Errorf("a second process said %q", said)
	}
	if err := s.Insert(t.Context(), sample("a")); err != nil {
		t.Errorf("the first one is disturbed: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	said, stop = child(t, path)
	defer stop()
	if !strings.Contains(said, "opened <nil>") {
		t.Fatalf("after Close a second process said %q", said)
	}
	if _, err := Open(t.Context(), control(path)); err == nil || !strings.Contains(err.Error(), "another holdfast is using it") {
		t.Errorf("while it is open: %v", err)
	}
}

func TestFileGoneIsAnError(t *testing.T) {
	for name, change := range map[string]func(path string) error{
		"removed":  os.Remove,
		"replaced": func(path string) error { return errors.Join(os.Remove(path), os.WriteFile(path, nil, 0o600)) },
	} {
		path := temp(t)
		s := opened(t, path)
		if err := s.Insert(t.Context(), sample("a")); err != nil {
			t.Fatal(err)
		}
		if err := change(path); err != nil {
			t.Fatal(err)
		}
		if err := s.Insert(t.Context(), sample("b")); err == nil {
			t.Errorf("%s: inserted", name)
		}
		if won, err := s.Swap(t.Context(), sample("a"), sample("a")); err == nil || won {
			t.Errorf("%s: swapped", name)
		}
	}
}

func TestClosedStore(t *testing.T) {
	s := opened(t, temp(t))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Insert(t.Context(), sample("a")); err == nil {
		t.Error("inserted")
	}
	if _, err := s.Open(t.Context()); err == nil {
		t.Error("listed")
	}
}

// TestSpentIsComparedToo: of two that spend an item of the same file one wins.
func TestSpentIsComparedToo(t *testing.T) {
	s := opened(t, temp(t))
	before := sample("abcdefgh")
	before.State, before.Spent = hold.Granted, nil
	if err := s.Insert(t.Context(), before); err != nil {
		t.Fatal(err)
	}
	after := before
	after.Spent = []hold.Spent{{Item: 0, At: noon}}
	for i, want := range []bool{true, false} {
		if swapped, err := s.Swap(t.Context(), before, after); err != nil || swapped != want {
			t.Errorf("swap %d: %v, %v", i, swapped, err)
		}
	}
	if swapped, err := s.Swap(t.Context(), after, before); err != nil || !swapped {
		t.Errorf("giving it back: %v, %v", swapped, err)
	}
}

// TestItemsAndWhatIsUnderAreFound in what is granted, and by the hold they went on with.
func TestItemsAndWhatIsUnderAreFound(t *testing.T) {
	s := opened(t, temp(t))
	for id, state := range map[string]hold.State{"granted": hold.Granted, "pending": hold.Pending, "lapsed": hold.Lapsed} {
		h := sample(id)
		h.State, h.Under = state, map[string]string{"lapsed": "granted"}[id]
		h.Items = append(h.Items, hold.Item{Key: "it's"})
		if err := s.Insert(t.Context(), h); err != nil {
			t.Fatal(err)
		}
	}
	for key, want := range map[string]string{"k": "granted", "it's": "granted", "h": "", "": ""} {
		if list, err := s.Listing(t.Context(), key); err != nil || ids(list) != want {
			t.Errorf("%q is listed by %q, %v; want %q", key, ids(list), err, want)
		}
	}
	if list, err := s.Under(t.Context(), "granted"); err != nil || ids(list) != "lapsed" {
		t.Errorf("under it: %q, %v", ids(list), err)
	}
}

// TestRowsOfOlderVersions have none of what was added since, and change as ever.
func TestRowsOfOlderVersions(t *testing.T) {
	s := opened(t, temp(t))
	_, err := s.db.ExecContext(t.Context(), `INSERT INTO holds (`+columns+`, recorded) VALUES ('abcdefgh', 'granted', 1, 1, 2, 3, 0, 0,
		'{"Host":"shop-prod","Database":"shop","User":"ana","SQL":"DROP TABLE events","Statements":["DROP TABLE events"],"Wait":60000000000,"Binding":"b"}',
		'{"DecidedBy":"ben","SQLHash":"x","Result":"","Approvals":[{"By":"ben","Via":"cli","Note":"","At":"2026-11-24T02:16:28Z","Self":false,"Groups":[""]}],"GrantUntil":9000000}', 1)`)
	if err != nil {
		t.Fatal(err)
	}
	h, err := s.Load(t.Context(), "abcdefgh")
	if err != nil || !h.Revoked.IsZero() || h.Under != "" || h.OfFile() || len(h.Spent) != 0 || h.Approvals[0].Scope != hold.ScopeStatement || h.DecidedBy != "ben" {
		t.Fatalf("%+v, %v", h, err)
	}
	after := h
	after.State, after.Revoked = hold.Lapsed, hold.Revocation{By: "cy", At: noon}
	if swapped, err := s.Swap(t.Context(), h, after); err != nil || !swapped {
		t.Errorf("%v, %v", swapped, err)
	}
	if list, err := s.Listing(t.Context(), "k"); err != nil || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}
}
