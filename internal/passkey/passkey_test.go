package passkey_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdfast-db/holdfast/internal/audit"
	"github.com/holdfast-db/holdfast/internal/passkey"
	"github.com/holdfast-db/holdfast/internal/store"
)

// rig is a party on a real store and record.
type rig struct {
	*passkey.Party
	t     testing.TB
	dir   string
	store *store.Store
	log   *audit.Log
	ring  *passkey.Ring
}

func newRig(t testing.TB) *rig {
	t.Helper()
	r := &rig{t: t, dir: t.TempDir()}
	r.open()
	t.Cleanup(r.close)
	return r
}

func (r *rig) open() {
	r.t.Helper()
	var err error
	r.store, err = store.Open(context.Background(), "sqlite://"+filepath.Join(r.dir, "holdfast.db"))
	check(r.t, err)
	r.log, err = audit.Open(filepath.Join(r.dir, "audit.jsonl"))
	check(r.t, err)
	r.ring, err = passkey.Open(context.Background(), r.store.Passkeys(), r.log)
	check(r.t, err)
	base, err := url.Parse("https://holdfast.example.com")
	check(r.t, err)
	at, err := passkey.PlaceOf(base)
	check(r.t, err)
	r.Party, err = passkey.NewParty(at, r.ring)
	check(r.t, err)
}

func (r *rig) close() {
	check(r.t, errors.Join(r.store.Close(), r.log.Close()))
}

// add gives ben the key of an authenticator.
func (r *rig) add(a *authenticator) passkey.Key {
	r.t.Helper()
	question, sealed, err := r.BeginAdd("ben", "session")
	check(r.t, err)
	k, err := r.Add(r.t.Context(), "ben", "session", sealed, " Laptop ", a.create(question))
	check(r.t, err)
	return k
}

func anybody(string) bool { return true }

// signIn asks and answers.
func (r *rig) signIn(a *authenticator) (passkey.Key, error) {
	r.t.Helper()
	question, sealed, err := r.BeginSignIn()
	check(r.t, err)
	return r.SignIn(r.t.Context(), sealed, a.get(question), anybody)
}

// recorded counts lines of the record with all of these words.
func (r *rig) recorded(words ...string) (n int) {
	r.t.Helper()
	text, err := os.ReadFile(filepath.Join(r.dir, "audit.jsonl"))
	check(r.t, err)
lines:
	for line := range strings.Lines(string(text)) {
		for _, w := range words {
			if !strings.Contains(line, w) {
				continue lines
			}
		}
		n++
	}
	return n
}

// TestAddAndSignIn, over a restart as well.
func TestAddAndSignIn(t *testing.T) {
	r := newRig(t)
	a := newAuthenticator(t)
	question, _, err := r.BeginAdd("ben", "session")
	check(t, err)
	if q := read(t, question).PublicKey; q.RP.ID != "holdfast.example.com" || q.User.Name != "ben" || q.Attestation != "none" ||
		q.AuthenticatorSelection.ResidentKey != "required" || q.AuthenticatorSelection.UserVerification != "required" {
		t.Errorf("asked to add with %+v", q)
	}
	k := r.add(a)
	if k.Name != "Laptop" || k.Person != "ben" || k.Added.IsZero() || !k.Used.IsZero() || r.recorded(`"kind":"passkey added"`, `"person":"ben"`, k.Hex()) != 1 {
		t.Errorf("%+v", k)
	}
	question, _, err = r.BeginSignIn()
	check(t, err)
	if q := read(t, question).PublicKey; q.RPID != "holdfast.example.com" || q.UserVerification != "required" || len(q.AllowCredentials) != 0 {
		t.Errorf("asked to sign in with %+v", q)
	}
	for range 2 { // one that does not count
		if k, err := r.signIn(a); err != nil || k.Person != "ben" || k.Used.IsZero() {
			t.Fatal(k, err)
		}
	}
	r.close()
	r.open()
	a.count = 7
	if k, err := r.signIn(a); err != nil || k.Count != 7 || r.ring.Of("ben")[0].Used != k.Used {
		t.Fatal(k, err)
	}
	other := newAuthenticator(t)
	if again := r.add(other); string(again.Handle) != string(k.Handle) {
		t.Error("two keys of a person say that they are of two people")
	}
	question, _, err = r.BeginAdd("ben", "session")
	check(t, err)
	if n := len(read(t, question).PublicKey.ExcludeCredentials); n != 2 {
		t.Errorf("%d keys are excluded, not 2", n)
	}
}

// TestWhatDoesNotSignIn: each differs from what is right in one thing.
func TestWhatDoesNotSignIn(t *testing.T) {
	for name, spoil := range map[string]func(*authenticator){
		"another origin":       func(a *authenticator) { a.origin = "https://evil.example" },
		"another port":         func(a *authenticator) { a.origin = "https://holdfast.example.com:8443" },
		"in the clear":         func(a *authenticator) { a.origin = "http://holdfast.example.com" },
		"a name that begins":   func(a *authenticator) { a.origin = "https://holdfast.example.com.evil.example" },
		"another site":         func(a *authenticator) { a.site = "example.com" },
		"nobody verified":      func(a *authenticator) { a.flags = userPresent },
		"nobody present":       func(a *authenticator) { a.flags = userVerified },
		"backup made possible": func(a *authenticator) { a.flags = verified | eligible },
		"copied, not eligible": func(a *authenticator) { a.flags = verified | backedUp },
		"another secret":       func(a *authenticator) { a.key = newAuthenticator(a.t).key },
		"another person":       func(a *authenticator) { a.handle = []byte("somebody else's handle") },
		"no person":            func(a *authenticator) { a.handle = nil },
		"another key":          func(a *authenticator) { a.id = []byte("an id that is nobody's") },
		"the same count":       func(a *authenticator) { a.count = 5 },
		"a count that is back": func(a *authenticator) { a.count = 4 },
		"no count any more":    func(a *authenticator) { a.count = 0 },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			a := newAuthenticator(t)
			a.count = 4
			k := r.add(a)
			a.count++
			if _, err := r.signIn(a); err != nil {
				t.Fatal(err)
			}
			a.count = 9
			right := *a
			spoil(a)
			_, err := r.signIn(a)
			if err == nil {
				t.Fatal("it signed in")
			}
			if counted := strings.Contains(name, "count"); counted != errors.Is(err, passkey.ErrCount) || counted != (r.recorded(`"kind":"passkey refused"`, k.Hex(), `"known_count":5`) == 1) {
				t.Errorf("%v", err)
			}
			if now := r.ring.Of("ben")[0]; now.Count != 5 {
				t.Errorf("it changed the key: %+v", now)
			}
			if _, err := r.signIn(&right); err != nil {
				t.Errorf("what is right does not sign in: %v", err)
			}
		})
	}
}

// TestSyncedKeys: flags as they were, and a copy made since.
func TestSyncedKeys(t *testing.T) {
	r := newRig(t)
	a := newAuthenticator(t)
	a.flags = verified | eligible
	r.add(a)
	a.flags |= backedUp
	if k, err := r.signIn(a); err != nil || !k.Synced || !k.Copied {
		t.Error(k, err)
	}
	a.flags = verified
	if _, err := r.signIn(a); err == nil {
		t.Error("a key that cannot be copied any more signs in")
	}
}

// TestTicketsCountOnce, in the browser and for what they were given.
func TestTicketsCountOnce(t *testing.T) {
	r := newRig(t)
	a := newAuthenticator(t)
	question, sealed, err := r.BeginAdd("ben", "session")
	check(t, err)
	answer := a.create(question)
	add := func(person, bound, sealed string) error {
		_, err := r.Add(t.Context(), person, bound, sealed, "Laptop", answer)
		return err
	}
	_, foreign, err := r.BeginAdd("ben", "session")
	check(t, err)
	for name, err := range map[string]error{
		"of another person": add("cy", "session", sealed), "of another session": add("ben", "other", sealed),
		"empty": add("ben", "session", ""), "changed": add("ben", "session", "x"+sealed), "shorter": add("ben", "session", sealed[:len(sealed)-1]),
	} {
		if !errors.Is(err, passkey.ErrTicket) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := add("ben", "session", foreign); err == nil {
		t.Error("an answer to another challenge counts")
	}
	check(t, add("ben", "session", sealed))
	if err := add("ben", "session", sealed); !errors.Is(err, passkey.ErrTicket) {
		t.Errorf("twice: %v", err)
	}
	question, sealed, err = r.BeginSignIn()
	check(t, err)
	answer = a.get(question)
	if _, err := r.SignIn(t.Context(), foreign, answer, anybody); !errors.Is(err, passkey.ErrTicket) {
		t.Errorf("a ticket of adding signs in: %v", err)
	}
	if _, err := r.SignIn(t.Context(), sealed, answer, func(string) bool { return false }); !errors.Is(err, passkey.ErrUnknown) {
		t.Errorf("who may not: %v", err)
	}
	if _, err := r.SignIn(t.Context(), sealed, answer, anybody); err != nil {
		t.Error(err)
	}
	if _, err := r.SignIn(t.Context(), sealed, answer, anybody); !errors.Is(err, passkey.ErrTicket) {
		t.Errorf("a replay: %v", err)
	}
}

// TestRemoved: by its owner, and with its owner.
func TestRemoved(t *testing.T) {
	r := newRig(t)
	a, b := newAuthenticator(t), newAuthenticator(t)
	first, second := r.add(a), r.add(b)
	if _, err := r.ring.Remove(t.Context(), "cy", first.Hex()); !errors.Is(err, passkey.ErrUnknown) {
		t.Errorf("cy removes a key of ben: %v", err)
	}
	_, err := r.ring.Remove(t.Context(), "ben", first.Hex())
	check(t, err)
	if _, err := r.signIn(a); !errors.Is(err, passkey.ErrUnknown) {
		t.Errorf("a removed key: %v", err)
	}
	check(t, r.ring.Keep(t.Context(), func(p string) bool { return p == "ben" }))
	if !r.ring.Has("ben", string(second.ID)) || r.ring.Has("cy", string(second.ID)) {
		t.Error("whose keys stay")
	}
	check(t, r.ring.Keep(t.Context(), func(p string) bool { return p == "cy" }))
	if r.recorded(`"kind":"passkey removed"`, `"cause":"by ben"`) != 1 || r.recorded(`"kind":"passkey removed"`, `"cause":"not in people any more"`) != 1 {
		t.Error("it is not on record")
	}
	r.close()
	r.open()
	if own := r.ring.Of("ben"); len(own) != 0 {
		t.Errorf("after a restart there are %v", own)
	}
}

// TestBounds: names, numbers, and keys that are known.
func TestBounds(t *testing.T) {
	r := newRig(t)
	a := newAuthenticator(t)
	question, sealed, err := r.BeginAdd("ben", "session")
	check(t, err)
	for _, name := range []string{"", "  ", strings.Repeat("x", passkey.MaxName+1), "\xff"} {
		if _, err := r.Add(t.Context(), "ben", "session", sealed, name, a.create(question)); !errors.Is(err, passkey.ErrName) {
			t.Errorf("%q: %v", name, err)
		}
	}
	r.add(a)
	question, sealed, err = r.BeginAdd("cy", "session")
	check(t, err)
	if _, err := r.Add(t.Context(), "cy", "session", sealed, "Laptop", a.create(question)); !errors.Is(err, passkey.ErrTwice) {
		t.Errorf("the key of ben is cy's: %v", err)
	}
	for range 9 {
		r.add(newAuthenticator(t))
	}
	if _, _, err := r.BeginAdd("ben", "session"); !errors.Is(err, passkey.ErrTooMany) {
		t.Errorf("an eleventh: %v", err)
	}
}

// TestNotOnRecord: what cannot be written down does not count.
func TestNotOnRecord(t *testing.T) {
	r := newRig(t)
	question, sealed, err := r.BeginAdd("ben", "session")
	check(t, err)
	check(t, r.log.Close())
	if _, err := r.Add(t.Context(), "ben", "session", sealed, "Laptop", newAuthenticator(t).create(question)); !errors.Is(err, audit.ErrClosed) {
		t.Error(err)
	}
	if all, err := r.store.Passkeys().All(t.Context()); err != nil || len(all) != 0 || len(r.ring.Of("ben")) != 0 {
		t.Error("it is kept", all, err)
	}
}

func TestPlaces(t *testing.T) {
	for base, want := range map[string]string{
		"https://holdfast.example.com":     "holdfast.example.com https://holdfast.example.com",
		"https://Holdfast.example.com:443": "holdfast.example.com https://holdfast.example.com",
		"https://holdfast:8432":            "holdfast https://holdfast:8432",
		"http://localhost:8432":            "localhost http://localhost:8432",
		"http://127.0.0.1:8432":            "localhost http://localhost:8432",
		"http://[::1]:80":                  "localhost http://localhost",
		"https://10.1.2.3:8432":            "is an address",
		"http://holdfast.example.com":      "https alone",
		"https://hôldfast.example":         "xn--",
	} {
		u, err := url.Parse(base)
		check(t, err)
		at, err := passkey.PlaceOf(u)
		got := at.Site + " " + at.Origin
		if err != nil {
			got = fmt.Sprint(err)
		}
		if !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", base, got, want)
		}
	}
}

// FuzzAnswers: what a browser sends is an answer or an error, never a panic, and an
// answer to another challenge is none.
func FuzzAnswers(f *testing.F) {
	r, a := newRig(f), newAuthenticator(f)
	question, _, err := r.BeginAdd("ben", "session")
	check(f, err)
	f.Add(a.create(question), true)
	r.add(a)
	question, _, err = r.BeginSignIn()
	check(f, err)
	f.Add(a.get(question), false)
	f.Add([]byte(`{"id":"AA","rawId":"AA","type":"public-key","response":{}}`), true)
	f.Fuzz(func(t *testing.T, answer []byte, add bool) {
		if add {
			_, sealed, err := r.BeginAdd("ben", "session")
			check(t, err)
			if _, err := r.Add(t.Context(), "ben", "session", sealed, "Laptop", answer); !errors.Is(err, passkey.ErrAnswer) {
				t.Errorf("added: %v", err)
			}
			return
		}
		_, sealed, err := r.BeginSignIn()
		check(t, err)
		if _, err := r.SignIn(t.Context(), sealed, answer, anybody); !errors.Is(err, passkey.ErrAnswer) && !errors.Is(err, passkey.ErrUnknown) {
			t.Errorf("signed in: %v", err)
		}
	})
}
