package rules

import (
	"slices"
	"strings"
	"testing"
)

// TestBeyondBounds has texts that are not parsed whole.
func TestBeyondBounds(t *testing.T) {
	rows := "(1, 'drop table x; delete from y', E'it\\'s', $$truncate$$, \"update\", null)"
	many := strings.Repeat(",\n"+rows, 8000) // 560 KiB
	statements := strings.Repeat("insert into t (a) values ('drop table x');\n", 10000)
	for _, c := range []struct {
		name, text string
		want       Action
		statements int
	}{
		{"rows", "insert into t values " + rows + many, Allow, 0},
		{"rows with upsert", "insert into t values " + rows + many + " on conflict (id) do update set a = excluded.a", Allow, 0},
		{"rows with do nothing", "insert into t values " + rows + many + " on conflict do nothing", Allow, 0},
		{"rows and DROP", "insert into t values " + rows + many + "; drop table t", Hold, 1},
		{"DROP and rows", "drop table t; insert into t values " + rows + many, Hold, 1},
		{"rows and a filtered delete", "insert into t values " + rows + many + "; delete from t where id = 1", Measure, 1},
		{"transaction of rows", "begin; insert into t values " + rows + many + "; commit", Allow, 2},
		{"statements", statements, Allow, 0},
		{"statements and TRUNCATE", statements + "truncate t", Hold, 1},
		{"statements and settings", statements + "set client_encoding = 'sjis'", Refuse, 1},
		{"a deep select", "select 1" + strings.Repeat("+1", 30000), Allow, 0},
		{"a deep select and DROP", "select 1" + strings.Repeat("+1", 30000) + "; drop table t", Hold, 1},
		{"a deep delete", "delete from t where a = 1" + strings.Repeat("+1", 30000), Hold, 0},
		{"a deep CTE", "with x as (delete from t returning 1) select 1" + strings.Repeat("+1", 30000), Hold, 0},
		{"a long function", "create function f() returns int language sql begin atomic " + strings.Repeat("select 1;", 40000) + " end", Allow, 0},
		{"a DO of 1 MiB", "do $$ begin " + strings.Repeat(" ", 1<<20) + " end $$", Hold, 0},
		{"a long comment", "/*" + strings.Repeat(" drop ", 100000) + "*/ delete from t", Hold, 0},
		{"a long literal", "select '" + strings.Repeat(" drop table ", 100000) + "'", Allow, 0},
		{"a long literal in DELETE", "delete from t where a = '" + strings.Repeat("x", 300000) + "'", Hold, 0},
		{"a foreign key", "create table t (a int references u on delete cascade on update cascade" + strings.Repeat(", b int", 40000) + ")", Allow, 0},
		{"an unterminated literal", "select 'drop table " + strings.Repeat("x", 300000), Hold, 0}, // not even its tokens are certain
		{"a setting in a long text", "set names " + strings.Repeat(" ", 300000) + "'sjis'", Hold, 0},
		{"a function that destroys", "select lo_unlink(1)" + strings.Repeat(", 1", 100000), Hold, 0},
		{"a rule and an insert", "create rule r as on insert to t do also delete from u; " + strings.Repeat("insert into t values "+strings.Repeat(rows+", ", 200)+rows+"; ", 30), Hold, 31},
		{"a rule and rows", "create rule r as on insert to t do also delete from u; insert into t values " + rows + many, Hold, 1},
		{"a harmless function and rows", "create function f() returns int language sql as 'select 1'; insert into t values " + rows + many, Allow, 1},
		{"a quoted function that destroys", "select \"lo_unlink\"(1)" + strings.Repeat(", 1", 100000), Hold, 0},
	} {
		f := NewReader(ReaderOptions{}).Read([]byte(c.text), safe)
		if v := DefaultPolicy().Judge(Origin{}, f, nil); v.Action != c.want || len(f.Statements) != c.statements {
			t.Errorf("%s: %+v with %d statements, want action %d and %d; %q suspect %v",
				c.name, v, len(f.Statements), c.want, c.statements, f.Unreadable, f.Suspect)
		}
		for _, st := range f.Statements {
			word, _, _ := strings.Cut(st.Command, " ")
			if got := c.text[st.Pos:st.End]; !strings.HasPrefix(strings.ToUpper(got), word) {
				t.Errorf("%s: the statement %s is at %.40q", c.name, st.Command, got)
			}
		}
	}
}

// TestIndexInALongText: the server's tags are counted over all statements.
func TestIndexInALongText(t *testing.T) {
	long := strings.Repeat(" ", maxText/2)
	text := "select 1; -- one\n;; deallocate p;" + long + "select 2; prepare p as select 1; /**/ ;" + long + "delete from t"
	f := NewReader(ReaderOptions{}).Read([]byte(text), safe)
	var got []int
	for _, st := range f.Statements {
		got = append(got, st.Index)
	}
	if want := []int{1, 3, 4}; !f.Read || !slices.Equal(got, want) {
		t.Errorf("statements %v of the text, want %v; %+v", got, want, f)
	}
}

func TestTopLevel(t *testing.T) {
	for _, c := range []struct {
		text string
		want int // parts; 0 is not split
	}{
		{"", 1}, {"a;b;c", 3}, {"a;b;", 3}, {"create rule r as on insert to t do (a; b); c", 2}, {"'a;b';\"c;d\";$$e;f$$;/*g;h*/", 4},
		{"create function f() begin atomic select 1; end", 0}, {"(a;b", 0}, {"a);b", 0}, {"'a;b", 0}, {"a\x00;b", 0},
	} {
		ends, ok := topLevel([]byte(c.text))
		if !ok {
			ends = nil
		}
		if len(ends) != c.want {
			t.Errorf("%q: %d parts, want %d", c.text, len(ends), c.want)
		}
	}
}
