package web

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const goodPassword = "correct horse battery"

func TestPasswords(t *testing.T) {
	text, err := HashPassword(goodPassword)
	if err != nil || CheckHash(text) != nil {
		t.Fatal(text, err)
	}
	again, _ := HashPassword(goodPassword)
	h, err := parseHash(text)
	if err != nil || again == text || !h.fits(goodPassword) || h.fits(goodPassword+" ") || h.fits("") || h.fits(strings.Repeat("x", maxPassword+1)) {
		t.Errorf("%q, %v", text, err)
	}
	for _, bad := range []string{"", "short", strings.Repeat("x", minPassword-1), strings.Repeat("x", maxPassword+1)} {
		if _, err := HashPassword(bad); err == nil {
			t.Errorf("%d characters are hashed", len(bad))
		}
	}
}

// TestHashOfAnother: the reference implementation's own hash is read (argon2, the
// command, with -id -t 2 -m 16 -p 1; salt "somesalt").
func TestHashOfAnother(t *testing.T) {
	h, err := parseHash("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")
	if err != nil || !h.fits("password") || h.fits("Password") {
		t.Error(err)
	}
}

func TestHashFaults(t *testing.T) {
	good, err := HashPassword(goodPassword)
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{
		"", goodPassword, "$argon2id$", strings.Replace(good, "argon2id", "argon2i", 1), strings.Replace(good, "v=19", "v=16", 1),
		strings.Replace(good, "m=19456", "m=4194304", 1), strings.Replace(good, "t=2", "t=0", 1), strings.Replace(good, "p=1", "p=255", 1),
		good + "$", good + "=", good[:len(good)-30], strings.Replace(good, "t=2", "t=99", 1),
	} {
		if err := CheckHash(bad); err == nil {
			t.Errorf("%q is taken", bad)
		} else if bad != "" && strings.Contains(err.Error(), bad) {
			t.Errorf("it is quoted: %v", err)
		}
	}
}

func TestAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAttempts()
		for i := range freeAttempts {
			if !a.may("ben") {
				t.Fatalf("attempt %d is refused", i)
			}
		}
		if a.may("ben") || !a.may("cy") {
			t.Error("one too many, or of another")
		}
		time.Sleep(attemptEvery)
		if !a.may("ben") || a.may("ben") {
			t.Error("not one a minute")
		}
		time.Sleep(attemptEvery)
		if !a.may("ben") {
			t.Error("not after a minute")
		}
		a.succeeded("ben")
		if !a.may("ben") {
			t.Error("the right one changes nothing")
		}
		for i := range 3 * maxAttempts {
			a.may(fmt.Sprint(i))
		}
		if len(a.failed) > maxAttempts+1 {
			t.Errorf("%d names are remembered", len(a.failed))
		}
	})
}
