package main

import (
	"strings"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/alert"
	"github.com/holdfast-db/holdfast/internal/console"
	"github.com/holdfast-db/holdfast/internal/volume"
)

func TestTimes(t *testing.T) {
	now := time.Date(2026, 11, 24, 2, 16, 28, 0, time.Local)
	for _, c := range []struct {
		got, want string
	}{
		{clock(now, now.Add(-time.Minute)), "02:15:28"},
		{clock(now, now.Add(-3*time.Hour)), "yesterday 23:16"},
		{clock(now, now.AddDate(0, 0, -2)), "22 Nov 02:16"},
		{clock(now, now.AddDate(-1, 0, 0)), "2025-11-24 02:16"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestKept(t *testing.T) {
	for _, c := range []struct {
		statements []string
		want       string
	}{
		{[]string{"DROP TABLE a"}, "Nothing was dropped."},
		{[]string{"DROP TABLE a", "DROP VIEW b"}, "Nothing was dropped."},
		{[]string{"TRUNCATE a"}, "Nothing was truncated."},
		{[]string{"DELETE a without WHERE"}, "Nothing was deleted."},
		{[]string{"DROP TABLE a", "DELETE b"}, "Nothing was run."},
		{[]string{"DO"}, "Nothing was run."},
		{nil, "Nothing was run."},
	} {
		if got := kept(console.Hold{Statements: c.statements}); got != c.want {
			t.Errorf("%q: %q, want %q", c.statements, got, c.want)
		}
	}
}

func TestEscape(t *testing.T) {
	for _, c := range []struct{ in, flat, line string }{
		{"DROP TABLE a", "DROP TABLE a", "DROP TABLE a"},
		{"a\n\tb", "a  b", `a\n    b`},
		{"\x1b[2J\a\x00\x7f", `\x1b[2J\a\x00\x7f`, `\x1b[2J\a\x00\x7f`},
		{"\u009b1m", `\u009b1m`, `\u009b1m`},
		{"a\u202eb\u2066\u200b\ufeff", `a\u202eb\u2066\u200b\ufeff`, `a\u202eb\u2066\u200b\ufeff`},
		{"\u3164\u00a0", `\u3164\u00a0`, `\u3164\u00a0`},
		{"\xff\xfe", `\xff\xfe`, `\xff\xfe`},
		{"été 表 🐘", "été 表 🐘", "été 表 🐘"},
		{"\U000e0041", `\U000e0041`, `\U000e0041`},
	} {
		if got := escape(c.in); got != c.flat {
			t.Errorf("escape(%q) = %q, want %q", c.in, got, c.flat)
		}
		if got := escapeLine(c.in); got != c.line {
			t.Errorf("escapeLine(%q) = %q, want %q", c.in, got, c.line)
		}
	}
}

func TestWidths(t *testing.T) {
	if n := cells("表á"); n != 3 {
		t.Errorf("cells = %d, want 3", n)
	}
	for _, c := range []struct {
		text string
		n    int
		want string
	}{{"abcdef", 6, "abcdef"}, {"abcdefg", 6, "abcde…"}, {"表表表表", 6, "表表…"}} {
		if got := cut(c.text, c.n); got != c.want || cells(got) > c.n {
			t.Errorf("cut(%q, %d) = %q, want %q", c.text, c.n, got, c.want)
		}
	}
	for _, text := range []string{"one two three four", "onetwothreefour", "表表表表表表表表 a", "  indented text here", ""} {
		lines := fold(text, 8)
		for _, l := range lines {
			if cells(l) > 8 {
				t.Errorf("fold(%q): %q is too long", text, l)
			}
		}
		if strings.ReplaceAll(strings.Join(lines, ""), " ", "") != strings.ReplaceAll(text, " ", "") {
			t.Errorf("fold(%q) = %q lost something", text, lines)
		}
	}
}

// TestColours: only where the screen has them, and the columns stay the same.
func TestColours(t *testing.T) {
	render := func(colour bool) string {
		var b strings.Builder
		s := &screen{Writer: &b, colour: colour, width: 40}
		s.table([]column{{head: "ID", style: bold}, {head: "LEFT", style: dim, right: true}, {head: "STATEMENT"}},
			[][]string{{"h7k2m9qd", "3:12", "DROP TABLE " + strings.Repeat("x", 40)}, {"v8c3r5nk", "17:40", "表"}})
		return b.String()
	}
	without := render(false)
	want := "ID         LEFT  STATEMENT\nh7k2m9qd   3:12  DROP TABLE xxxxxxxxxxx…\nv8c3r5nk  17:40  表\n"
	if without != want {
		t.Errorf("table:\n%s\nwant:\n%s", without, want)
	}
	with := render(true)
	if !strings.Contains(with, "\x1b[1mh7k2m9qd\x1b[0m") {
		t.Errorf("no colours: %q", with)
	}
	stripped := with
	for _, st := range []string{"\x1b[1m", "\x1b[2m", "\x1b[0m"} {
		stripped = strings.ReplaceAll(stripped, st, "")
	}
	if stripped != without {
		t.Errorf("colours change the layout:\n%q\n%q", stripped, without)
	}
}

func TestRepliedOf(t *testing.T) {
	for _, c := range []struct {
		one  console.Alert
		want string
	}{
		{alert.Alert{Kind: volume.Limit, Actor: volume.Actor{User: "app", Application: "worker"}}.Shown(), "app/worker"},
		{alert.Alert{Kind: volume.ShareDay}.Shown(), "everybody"},
		{alert.Alert{Kind: alert.Behind}.Shown(), "what bypasses holdfast"},
	} {
		if got := repliedOf(c.one); got != c.want {
			t.Errorf("%s: %q, want %q", c.one.Kind, got, c.want)
		}
	}
}

// TestBehindInWords: nobody is named for what bypasses holdfast, and nothing is called
// usual.
func TestBehindInWords(t *testing.T) {
	one := alert.Alert{Kind: alert.Behind, Rows: 935}.Shown()
	if got := actorCell(one); got != "not known" {
		t.Errorf("actor %q", got)
	}
	if got := usualText(one); !strings.HasPrefix(got, "not known") {
		t.Errorf("usual %q", got)
	}
	one.Kind = "share-day"
	if actorCell(one) != "all" || !strings.HasPrefix(usualText(one), "none in that time") {
		t.Errorf("%q, %q", actorCell(one), usualText(one))
	}
}

// TestWaitingInWords: grants are no holds that wait for people.
func TestWaitingInWords(t *testing.T) {
	for _, c := range []struct {
		status console.Status
		want   string
	}{
		{console.Status{}, "Nothing is waiting."},
		{console.Status{Waiting: 2}, "2 holds waiting. Look with: holdfast holds"},
		{console.Status{Granted: 1}, "Nothing is waiting. 1 approval not used yet. Look with: holdfast holds"},
		{console.Status{Waiting: 1, Granted: 2}, "1 hold waiting. 2 approvals not used yet. Look with: holdfast holds"},
	} {
		if got := whatWaits(c.status); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

func TestVolumeInWords(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{spanText(24 * time.Hour), "24 hours"}, {spanText(time.Hour), "1 h"}, {spanText(48 * time.Hour), "2 days"}, {spanText(36 * time.Hour), "36 hours"},
		{spanText(90 * time.Minute), "1 h 30 min"},
		{jobText(`- {host: shop-prod, table: q, actor: app/purge, cron: "19 18 * * *", max_rows: 150000}`), "19 18 * * *, up to 150,000 rows"},
		{jobText(`- {table: q, cron: "@daily"}`), "@daily"},
		{jobText("what is no job"), "what is no job"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}
