package volume

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
)

const aLine = `{"t":"2026-07-01T12:00:00Z","host":"h","database":"d","table":"t","user":"u","application":"a","deleted":3,"rows":30}`

func TestReplayNamesTheLineAtFault(t *testing.T) {
	for text, want := range map[string]string{
		`{`:                                 "line 3: reading the object: unexpected end of JSON input",
		`{}`:                                `line 3: the object has no time "t"`,
		`{"t":"yesterday"}`:                 "line 3: reading the object: parsing time",
		`{"t":"2026-07-01T12:00:00Z"}`:      `line 3: the object has no "table"`,
		strings.Replace(aLine, "3", "x", 1): "line 3: reading the object: ",
		`{"t":"2026-07-01T12:00:00Z","table":"t"}`:                                    `line 3: the object has no "deleted"`,
		strings.Replace(aLine, `:3,`, `:-3,`, 1):                                      "line 3: deleted is -3; it must be between 0 and 4294967295",
		strings.Replace(aLine, `:3,`, `:3.5,`, 1):                                     "line 3: reading the object: json: cannot unmarshal number 3.5",
		strings.Replace(aLine, `:30}`, `:-1}`, 1):                                     "line 3: rows is -1; it must not be negative",
		strings.Replace(aLine, "2026", "1926", 1):                                     "line 3: the time 1926-07-01T12:00:00Z is before 1970",
		strings.Replace(aLine, "07-01", "06-30", 1):                                   "line 3: the time is before that of an earlier count: 2026-06-30T12:00:00Z after 2026-07-01T12:00:00Z",
		strings.Replace(aLine, `"u"`, `"`+strings.Repeat("u", maxLine)+`"`, 1):        "line 3: it is longer than 65536 bytes",
		strings.Replace(aLine, `"2026-07-01T12:00:00Z"`, `"2026-13-01T12:00:00Z"`, 1): "line 3: reading the object: parsing time",
	} {
		w, err := NewWatch(Options{}, func(Alert) {})
		if err != nil {
			t.Fatal(err)
		}
		added, err := Replay(strings.NewReader(aLine+"\n\n"+text+"\n"+aLine), w)
		var line *LineError
		if added != 1 || !errors.As(err, &line) || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%.80s: added %d, %v; want %s", text, added, err, want)
		}
	}
}

// Keys that are not known, a line without rows and a last line without its end
// are fine.
func TestReplayReads(t *testing.T) {
	w, err := NewWatch(Options{}, func(Alert) {})
	if err != nil {
		t.Fatal(err)
	}
	text := aLine + "\r\n  " + `{"t":"2026-07-01T14:00:00+02:00","table":"t","deleted":0,"more":[1]}` + "\n" + aLine
	if added, err := Replay(strings.NewReader(text), w); added != 3 || err != nil {
		t.Errorf("added %d, %v", added, err)
	}
}

func TestAlertAsJSON(t *testing.T) {
	a := Alert{
		At: time.Date(2026, 7, 1, 12, 0, 0, 5e8, time.UTC), Table: "t", Actor: "u/a", Kind: Leak, Deleted: 7, Usual: 1.26,
		Since: time.Date(2026, 7, 1, 9, 0, 0, 0, time.UTC), Reason: "because",
	}
	got, err := json.Marshal(a)
	want := `{"t":"2026-07-01T12:00:00.5Z","table":"t","actor":"u/a","kind":"leak","deleted":7,"usual":1.3,"since":"2026-07-01T09:00:00Z","reason":"because"}`
	if err != nil || string(got) != want {
		t.Errorf("%s, %v; want %s", got, err, want)
	}
}

// No text makes Replay panic or hang; what it takes is in time order, and its
// alerts are of it.
func FuzzReplay(f *testing.F) {
	f.Add([]byte(aLine))
	f.Add([]byte(aLine + "\n" + strings.Replace(aLine, "2026", "9999", 1)))
	f.Add([]byte(strings.Replace(aLine, ":3,", ":4294967295,", 1) + "\n" + strings.Replace(aLine, "12:00:00", "13:30:00", 1)))
	f.Add([]byte(`{"t":"1970-01-01T00:00:00Z","table":"t","deleted":0}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var last time.Time
		w, err := NewWatch(Options{Expected: []Expected{{Table: "t*", Cron: "0 * * * *", MaxRows: 5}}}, func(a Alert) {
			if a.At.Before(last) || a.Reason == "" || a.ID == 0 || a.Deleted < 0 {
				t.Errorf("alert %+v after %s", a, last)
			}
			last = a.At
			if _, err := json.Marshal(a); err != nil {
				t.Error(err)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		added, err := Replay(bytes.NewReader(text), w)
		if lines := bytes.Count(text, []byte("\n")) + 1; added > lines {
			t.Errorf("%d counts of %d lines", added, lines)
		}
		if line := (*LineError)(nil); err != nil && !errors.As(err, &line) {
			t.Errorf("an error without a line: %v", err)
		}
	})
}
