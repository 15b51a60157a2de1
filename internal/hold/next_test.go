package hold

import (
	"crypto/rand"
	"slices"
	"strings"
	"testing"
)

// TestNextIsExhaustive checks every pair of state and step against DESIGN.md
// section 5.1, written out here once more.
func TestNextIsExhaustive(t *testing.T) {
	const allowed = `
		- ask pending
		- pass released
		pending approve approved
		pending grant granted
		pending deny denied
		pending expire expired
		pending withdraw withdrawn
		pending abandon abandoned
		approved release released
		approved lapse lapsed
		released execute executed
		released fail failed
		released lose unknown
		released give-back granted
		expired grant granted
		withdrawn grant granted
		abandoned grant granted
		granted release released
		granted lapse lapsed`
	want := map[string]State{}
	for line := range strings.Lines(allowed) {
		if f := strings.Fields(line); len(f) == 3 {
			want[f[0]+" "+f[1]] = State(f[2])
		}
	}
	states := []State{
		"", Pending, Approved, Denied, Expired, Withdrawn, Abandoned, Released, Lapsed,
		Executed, Failed, Unknown, Granted, "nonsense",
	}
	steps := []step{ask, pass, approve, deny, expire, withdraw, abandon, release, lapse, execute, fail, lose, grant, giveBack, "nonsense"}
	found := 0
	for _, from := range states {
		for _, s := range steps {
			word := strings.ReplaceAll(string(s), " ", "-")
			name := string(from)
			if name == "" {
				name = "-"
			}
			to, ok := want[name+" "+word]
			got, err := next(from, s)
			switch {
			case ok && (err != nil || got != to):
				t.Errorf("%s %s: %q, %v; want %q", name, s, got, err, to)
			case !ok && err == nil:
				t.Errorf("%s %s leads to %q", name, s, got)
			case !ok && got != from:
				t.Errorf("%s %s: after an error the state is %q", name, s, got)
			case ok:
				found++
			}
		}
	}
	if found != len(want) {
		t.Errorf("%d of %d transitions exist", found, len(want))
	}
}

func TestStepsLeadToOneState(t *testing.T) {
	for _, s := range []step{ask, approve, grant, giveBack, deny, expire, withdraw, abandon, release, lapse, execute, fail, lose} {
		to := map[State]bool{}
		for from := range transitions {
			if state, err := next(from, s); err == nil {
				to[state] = true
			}
		}
		if len(to) != 1 || !to[s.leads()] {
			t.Errorf("%s leads to %v, leads says %q", s, to, s.leads())
		}
	}
}

func TestOpenStatesCanBeSettled(t *testing.T) {
	for _, state := range []State{Pending, Approved, Granted, Released} {
		orphan, _ := state.orphaned()
		if state == Granted { // kept until its time is over
			orphan, _ = Hold{State: state}.overdue()
		}
		for _, s := range []step{orphan, state.unsent()} {
			if to, err := next(state, s); err != nil || to.Open() {
				t.Errorf("%s %s: %q, %v", state, s, to, err)
			}
		}
	}
}

func TestID(t *testing.T) {
	seen, letters := map[string]bool{}, map[rune]int{}
	const n = 20000
	for range n {
		id, err := NewID(rand.Reader)
		if err != nil || len(id) != idLength || seen[id] {
			t.Fatalf("id %q, %v", id, err)
		}
		seen[id] = true
		for _, r := range id {
			letters[r]++
		}
	}
	mean := n * idLength / len(idAlphabet)
	for r, count := range letters {
		if !strings.ContainsRune(idAlphabet, r) || count < mean*9/10 || count > mean*11/10 {
			t.Errorf("%c came %d times, the mean is %d", r, count, mean)
		}
	}
	if len(letters) != len(idAlphabet) || slices.Contains([]byte(idAlphabet), 'l') {
		t.Errorf("%d letters", len(letters))
	}
}

// TestIDComesFromItsSource: the same bytes give the same id, and none give an error
// instead of an id that can be guessed.
func TestIDComesFromItsSource(t *testing.T) {
	bytes := "\xff\x00\x01\x02\x03\x04\x05\x06\x07--------"
	if id, err := NewID(strings.NewReader(bytes)); err != nil || id != "23456789" {
		t.Errorf("%q, %v", id, err)
	}
	if id, err := NewID(strings.NewReader("few")); err == nil {
		t.Errorf("%q of three bytes", id)
	}
}
