package trace

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestCompare(t *testing.T) {
	const notice = `NoticeResponse S=NOTICE M="holdfast: held as x"`
	base := []string{"StartupMessage 3.0", "BackendKeyData 1 *", `Query "a"`, "RowDescription [id(1.1 23 4 -1 0)]", `Query "b"`}
	for _, test := range []struct {
		name string
		b    []string
		want string
	}{
		{"equal", base, ""},
		{"process ids, OIDs and notices", []string{"StartupMessage 3.0", "BackendKeyData 2 *", notice, `Query "a"`, "RowDescription [id(2.1 23 4 -1 0)]", `Query "b"`, notice}, ""},
		{"a statement", []string{"StartupMessage 3.0", "BackendKeyData 1 *", `Query "c"`}, "  both  StartupMessage 3.0\n  both  BackendKeyData 1 *\n  A     Query \"a\"\n  B     Query \"c\"\n"},
		{"a column's number", slices.Replace(slices.Clone(base), 3, 4, "RowDescription [id(1.2 23 4 -1 0)]"),
			"  both  StartupMessage 3.0\n  both  BackendKeyData 1 *\n  both  Query \"a\"\n  A     RowDescription [id(1.1 23 4 -1 0)]\n  B     RowDescription [id(1.2 23 4 -1 0)]\n"},
		{"an end", base[:2], "  both  StartupMessage 3.0\n  both  BackendKeyData 1 *\n  A     Query \"a\"\n  B     (ends here)\n"},
		{"nothing", nil, "  A     StartupMessage 3.0\n  B     (ends here)\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := ""
			if d := Compare(base, test.b, ProcessIDs, TableOIDs, OwnNotices); d != nil {
				got = d.Print("A", "B")
			}
			if got != test.want {
				t.Errorf("got\n%swant\n%s", got, test.want)
			}
		})
	}
	if Compare(base, slices.Replace(slices.Clone(base), 1, 2, "BackendKeyData 2 *")) == nil {
		t.Error("a process id is ignored though nobody asked for that")
	}
}

// entries are lines of one place; each letter is a message.
func entries(letters string, from int) []Entry {
	var list []Entry
	for i, c := range letters {
		list = append(list, Entry{Line: from + 2*i, Text: string(c)})
	}
	return list
}

func show(changes []Change) string {
	var b strings.Builder
	for _, c := range changes {
		sign := "-"
		if c.Added {
			sign = "+"
		}
		b.WriteString(sign + c.Text)
	}
	return b.String()
}

func TestChanges(t *testing.T) {
	for _, test := range []struct{ in, out, want string }{
		{"", "", ""}, {"abc", "abc", ""}, {"abc", "abxc", "+x"}, {"abc", "ac", "-b"}, {"abc", "axc", "-b+x"},
		{"", "ab", "+a+b"}, {"ab", "", "-a-b"}, {"PBESPBES", "PBESXS", "-P+X-B-E"},
	} {
		changes, more := Changes(entries(test.in, 1), entries(test.out, 2))
		if got := show(changes); got != test.want || more {
			t.Errorf("%q to %q: %s, want %s", test.in, test.out, got, test.want)
		}
	}
	changes, more := Changes(entries("a"+strings.Repeat("b", mostChanges), 1), entries("a"+strings.Repeat("c", mostChanges), 2))
	if got := show(changes); got != "-b+c" || !more {
		t.Errorf("%s, %t; want the first change and that there are more", got, more)
	}
}

// The changes make out of in, and there are no more of them than were made.
func TestChangesAreShortest(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 3000 {
		in, out, made := "", "", 0
		for range random.IntN(40) {
			c := string(rune('a' + random.IntN(4)))
			switch random.IntN(6) {
			case 0:
				in, made = in+c, made+1
			case 1:
				out, made = out+c, made+1
			default:
				in, out = in+c, out+c
			}
		}
		steps, found := shortest(entries(in, 1), entries(out, 2))
		if got := apply(in, out, steps); !found || got != out || len(steps) > made {
			t.Fatalf("%q to %q: %v makes %q; %d steps, at most %d", in, out, steps, got, len(steps), made)
		}
	}
}

// apply does what the steps say.
func apply(in, out string, steps []step) string {
	dropped, added := map[int]bool{}, map[int]bool{}
	for _, s := range steps {
		map[bool]map[int]bool{true: added, false: dropped}[s.added][s.at] = true
	}
	var b strings.Builder
	for i, j := 0, 0; i < len(in) || j < len(out); {
		switch {
		case added[j]:
			b.WriteByte(out[j])
			j++
		case dropped[i]:
			i++
		case i < len(in):
			b.WriteByte(in[i])
			i++
			j++
		default:
			return fmt.Sprintf("%s and %d more", b.String(), len(out)-j)
		}
	}
	return b.String()
}

func TestRead(t *testing.T) {
	head := heading("client 127.0.0.1:1", testTime)
	text := head + string(appendLine(nil, 1_000_001_000, ClientToHoldfast, `Query "a  b"`)) + "# 3 lines are missing\n" +
		string(appendLine(nil, 1_500_000_000, Remark, "ends the trace"))
	list, err := Read(strings.NewReader(text))
	want := []Entry{{4, 1_000_001_000, ClientToHoldfast, `Query "a  b"`}, {6, 1_500_000_000, Remark, "ends the trace"}}
	if err != nil || !slices.Equal(list, want) {
		t.Errorf("%v %v, want %v", list, err, want)
	}
	if got := list[0].String(); got != `    1.000001  client -> holdfast  Query "a  b"` {
		t.Errorf("%q", got)
	}
	for _, bad := range []string{
		"", "hello\n", head, head + "x\n", head + "    1.0001  client -> holdfast  Sync\n", head + "    1.000001  client -> server  Sync\n",
		head + "    1000001  client -> holdfast  Sync\n", head + strings.Repeat("x", longestLine+1),
	} {
		if list, err := Read(strings.NewReader(bad)); err == nil {
			t.Errorf("%.200q is read as %v", bad, list)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(heading("a", testTime) + string(appendLine(nil, 5, HoldfastToServer, "Sync")))
	f.Fuzz(func(t *testing.T, text string) {
		list, err := Read(strings.NewReader(text))
		for _, e := range list {
			if again, ok := parseLine(e.String()); !ok || again.Text != e.Text || again.At != e.At || again.Place != e.Place {
				t.Errorf("%v read again is %v (%v)", e, again, err)
			}
		}
	})
}

func TestHoldsAreIgnored(t *testing.T) {
	one := []Entry{{Text: `NoticeResponse M="holdfast: held as 7fpht6hb: DROP TABLE t"`}, {Text: `Query "SELECT 'held as aaaaaaaa: '"`}}
	ignore := Holds(one)
	for text, want := range map[string]string{
		`Bind "" "held by holdfast as 7fpht6hb, see holdfast show 7fpht6hb" [] [] []`: `Bind "" "held by holdfast as *, see holdfast show *" [] [] []`,
		`ErrorResponse D="Hold 7fpht6hb, rule x, answered after 2 m 3 s. No."`:        `ErrorResponse D="Hold *, rule x, answered after *. No."`,
		`Query "SELECT 'aaaaaaaa answered after 3 s.'"`:                               `Query "SELECT 'aaaaaaaa answered after 3 s.'"`,
	} {
		if got, ok := ignore(text); got != want || !ok {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
