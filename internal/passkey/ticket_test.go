package passkey

import (
	"errors"
	"strconv"
	"testing"
	"testing/synctest"
	"time"
)

func TestTicketsExpire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := newTickets()
		sealed := all.seal(toAdd, "ben", ticket{"challenge", "handle"})
		time.Sleep(Life - time.Millisecond)
		one, err := all.open(toAdd, "ben", sealed)
		if err != nil || one != (ticket{"challenge", "handle"}) {
			t.Fatal(one, err)
		}
		time.Sleep(time.Millisecond)
		if _, err := all.open(toAdd, "ben", sealed); !errors.Is(err, ErrTicket) {
			t.Errorf("it can be opened after its end: %v", err)
		}
		if _, err := newTickets().open(toAdd, "ben", all.seal(toAdd, "ben", ticket{})); !errors.Is(err, ErrTicket) {
			t.Errorf("of another run: %v", err)
		}
	})
}

// TestSpentTicketsAreBounded: strangers, who spend none, take no memory, and the
// spent ones go.
func TestSpentTicketsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := newTickets()
		for i := range 3 * maxSpent {
			sealed := all.seal(toSignIn, "", ticket{challenge: strconv.Itoa(i)})
			if _, err := all.open(toSignIn, "", sealed); err != nil {
				t.Fatal(err)
			}
		}
		if len(all.spent) != 0 {
			t.Errorf("strangers take %d places", len(all.spent))
		}
		for i := range maxSpent {
			if err := all.spend(ticket{challenge: strconv.Itoa(i)}); err != nil {
				t.Fatal(err)
			}
		}
		if err := all.spend(ticket{challenge: "one more"}); !errors.Is(err, ErrTicket) {
			t.Errorf("there is no bound: %v", err)
		}
		time.Sleep(Life)
		if err := all.spend(ticket{challenge: "one more"}); err != nil || len(all.spent) != 1 {
			t.Errorf("%v, %d are remembered", err, len(all.spent))
		}
	})
}

// FuzzTickets: whatever a cookie has, only what was sealed is opened, and unchanged.
func FuzzTickets(f *testing.F) {
	all := newTickets()
	one := ticket{"challenge", "handle"}
	sealed := all.seal(toAdd, "ben", one)
	for _, s := range []string{"", "...", sealed, sealed + ".", "x" + sealed} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got, err := all.open(toAdd, "ben", s); err == nil && (s != sealed || got != one) {
			t.Errorf("%q is opened as %+v", s, got)
		}
	})
}
