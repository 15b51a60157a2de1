package rules

import (
	"strings"
	"testing"
)

func TestRowsOfATag(t *testing.T) {
	reader := NewReader(ReaderOptions{})
	for _, c := range []struct{ text, want string }{
		{"delete from t where id = 1", "DELETE delete t"},
		{"delete from Public.T where id = 1", "DELETE delete t"},
		{`delete from "public"."T"`, "DELETE delete T"},
		{`delete from shop.audit."T" as x returning id`, "DELETE delete audit.T returned"},
		{"update only t set a = 1 returning *", "UPDATE update t returned"},
		{"with x as (delete from a) update b set c = 1", "UPDATE update b"},
		{"with x as (delete from a returning 1) select 1 from x", ""},
		{"merge into t using s on t.id = s.id when matched then delete", "MERGE delete t"},
		{"merge into t using s on t.id = s.id when not matched then do nothing", ""},
		{"merge into t using s on t.id = s.id when matched then delete when not matched then insert values (1)", ""},
		{"insert into t values (1) on conflict (id) do update set a = 1", ""},
		{"copy (update t set a = 1 returning *) to stdout", "COPY update t"},
		{"copy (with x as (delete from a returning 1) select 1 from x) to stdout", ""},
		{"copy t to stdout", ""},
		{"explain analyze delete from t", ""},
		{"declare c cursor for select 1", ""},
		{"create rule r as on insert to t do also delete from s", ""},
		{"truncate t", ""},
	} {
		f := reader.Read([]byte(c.text), Settings{"UTF8", "on"})
		got := ""
		for i := range f.Statements {
			if r := f.Statements[i].Rows; r != nil {
				got = strings.TrimSpace(strings.Join([]string{f.Statements[i].Command, string(r.Verb), r.Table, map[bool]string{true: "returned"}[r.Returns]}, " "))
				if (r.Verb == VerbDelete) != (r.Example != "") {
					t.Errorf("%s: the example is %q", c.text, r.Example)
				}
			}
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.text, got, c.want)
		}
	}
}

// TestRowsOfUnclearNames: where a name may be another, none is given.
func TestRowsOfUnclearNames(t *testing.T) {
	reader := NewReader(ReaderOptions{})
	text := []byte("delete from \"\xae\xbe\" where id = 1; savepoint \"\xae\xbe\"; savepoint s")
	for _, c := range []struct{ encoding, table, savepoint string }{{"LATIN1", "®¾", "®¾"}, {"KOI8U", "", UnclearName}} {
		f := reader.Read(text, Settings{c.encoding, "on"})
		if r := f.Statements[0].Rows; r.Table != c.table || f.Statements[1].Savepoint != c.savepoint || f.Statements[2].Savepoint != "s" {
			t.Errorf("%s: %+v, savepoint %q", c.encoding, r, f.Statements[1].Savepoint)
		}
	}
}

// TestExampleOfAShape: texts of one shape share their facts, and so their example.
func TestExampleOfAShape(t *testing.T) {
	reader := NewReader(ReaderOptions{})
	var examples []string
	for _, text := range []string{
		"delete from t where id = 1 and secret = 'one'", "delete from t /* two */ where id = 2 and secret = 'two'", "delete from t where id = 3 and secret = 'three'",
	} {
		f := reader.Read([]byte(text), Settings{"UTF8", "on"})
		examples = append(examples, f.Statements[0].Rows.Example)
	}
	for _, e := range examples {
		if e != "delete from t where id = ? and secret = ?" {
			t.Errorf("the example is %q", e)
		}
	}
}

// FuzzExample: no value of a text is in its example, whatever stands around it, and the
// example is short.
func FuzzExample(f *testing.F) {
	for _, s := range []string{"delete from t where a = %", "delete from t where a = E'\\'' || % -- x", "delete from \"%\" where a = $$%$$", "%"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, around string) {
		const secret = "'zq7secret'"
		if strings.ContainsAny(around, `'"$`) || strings.Count(around, "%") == 0 {
			return
		}
		text := strings.ReplaceAll(around, "%", secret)
		got := example([]byte(text))
		if strings.Contains(got, "zq7secret") {
			t.Errorf("%q: the example is %q", text, got)
		}
		if len(got) > MaxExample {
			t.Errorf("%q: the example has %d bytes", text, len(got))
		}
	})
}
