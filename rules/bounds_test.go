package rules

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// recursive are the productions of the grammar that go on for ever: a text is
// head, many times step, tail. Where close is set, each step is closed by one.
var recursive = []struct{ name, head, step, tail, close string }{
	{"plus", "select 1", "+1", "", ""},
	{"minus", "select 1", "- 1", "", ""},
	{"concatenation", "select 'a'", "||'a'", "", ""},
	{"cast", "select 1", "::int", "", ""},
	{"collate", "select 'a'", ` collate "C"`, "", ""},
	{"join", "select * from t", " join t on true", "", ""},
	{"cross join", "select 1, 2 from t", " cross join t", "", ""},
	{"natural join", "select * from t", " natural join t", "", ""},
	{"nested join", "select * from t", " join t", " on true", ""},
	{"union", "select 1, 2", " union select 1, 2", "", ""},
	{"union all values", "values (1)", " union all values (1)", "", ""},
	{"intersect", "select 1", " intersect select 1", "", ""},
	{"except", "select 1, 2", " except all select 1, 2", "", ""},
	{"not", "select ", "not ", "true", ""},
	{"unary minus", "select ", "- ", "1", ""},
	{"unary operator", "select ", "@ ", "1", ""},
	{"brackets", "select ", "(", "1", ")"},
	{"subselects", "select ", "(select ", "1", ")"},
	{"subselects in from", "select * from ", "(select * from ", "t", ") x"},
	{"exists", "select 1 where ", "exists (select 1 where ", "true", ")"},
	{"functions", "select ", "lower(", "'a'", ")"},
	{"row", "select ", "row(", "1", ")"},
	{"array", "select ", "array[", "1", "]"},
	{"case", "select ", "case when true then ", "1", " end"},
	{"case else", "select ", "case when true then 1 else ", "1", " end"},
	{"coalesce", "select ", "coalesce(1,", "1", ")"},
	{"and", "select true", " and true", "", ""},
	{"or", "select true", " or true", "", ""},
	{"and or", "select true", " and true or true", "", ""},
	{"comparisons", "select a", "=1 and a", "", ""},
	{"between not", "select true", " between true and not true", "", ""},
	{"between", "select a", " between 1 and a between 1 and a", "", ""},
	{"is null", "select 1", " is null", "", ""},
	{"isnull", "select 1", " isnull", "", ""},
	{"notnull", "select 1", " notnull", "", ""},
	{"is true", "select true", " is not true", "", ""},
	{"is distinct", "select 1", " is distinct from 1", "", ""},
	{"at time zone", "select now()", " at time zone 'utc'", "", ""},
	{"like", "select 'a'", " like 'a'", "", ""},
	{"like not", "select 'a'", " like not 'a'", "", ""},
	{"like escape", "select 'a'", " like 'a' escape 'b'", "", ""},
	{"similar", "select 'a'", " similar to not 'a'", "", ""},
	{"in", "select 1", " in (1)", "", ""},
	{"in nested", "select ", "1 in (", "1", ")"},
	{"any", "select 1", " = any (array[1])", "", ""},
	{"operator()", "select 1", " operator(pg_catalog.+) 1", "", ""},
	{"prefix operator()", "select ", "operator(pg_catalog.-) ", "1", ""},
	{"json arrow", "select j", "->'a'", "", ""},
	{"json arrows", "select j", "->'a'->>'b'#>'{c}'", "", ""},
	{"power", "select 2", "^2", "", ""},
	{"subscript", "select a", "[1]", "", ""},
	{"slice", "select a", "[1:2]", "", ""},
	{"subscript inside", "select ", "a[", "1", "]"},
	{"dots", "select a", ".b", "", ""},
	{"field", "select ", "(", "a", ").b"},
	{"array type", "select 1::int", "[]", "", ""},
	{"cte", "", "with a as (", "select 1", ") select 1"},
	{"cte chain", "with a as (select 1)", ", a as (select 1)", " select 1", ""},
	{"values rows", "values (1)", ",(1)", "", ""},
	{"list", "select 1", ",1", "", ""},
	{"strings", "select 'a'", "\n'a'", "", ""},
	{"overlaps", "select (1,2)", " overlaps (1,2)", "", ""},
	{"grouping sets", "select 1 group by ", "grouping sets (", "a", ")"},
	{"window", "select 1", ", sum(1) over (order by 1)", "", ""},
	{"lateral", "select * from t", ", lateral t", "", ""},
	{"comments", "select 1 ", "/*", "", "*/"},
	{"statements", "select 1", ";select 1", "", ""},
	{"empty statements", "", ";", "", ""},
	{"rule actions", "create rule r as on insert to t do (", "select 1;", ")", ""},
	{"atomic body", "create function f() returns int begin atomic ", "select 1;", " end", ""},
	{"schema elements", "create schema s", " create table t()", "", ""},
	{"delete where", "delete from t where a = 1", "+1", "", ""},
	{"delete or", "delete from t where a = 1", " or a = 1", "", ""},
	{"function body", "create function f() returns int language sql as $$select 1", "+1", "$$", ""},
	{"dblink body", "select dblink('select 1", "+1", "')", ""},
	{"explain", "", "explain ", "select 1", ""},
	{"xml", "select ", "xmlconcat(", "x", ")"},
	{"is json", "select j", " is json", "", ""},
	{"variadic", "select ", "f(variadic ", "1", ")"},
	{"filter", "select 1", " filter (where true)", "", ""},
	{"double cast", "select ", "cast(", "1", " as int)"},
	{"interval", "select ", "interval '1' + ", "1", ""},
	{"types", "select 1", "::pg_catalog.int4::numeric(1,2)", "", ""},
	{"named arguments", "select ", "f(a => ", "1", ")"},
	{"operators without blanks", "select ", "+", "1", ""},
	{"comments without blanks", "select 1 ", "/**/", "", ""},
	{"operators and comments", "select 1 ", "+/**/", "1", ""},
	{"stars", "select 1 /", "*", "/", ""},
	{"long operators", "select 1", " <<<<<<<< 1,", "1", ""},
	{"merge when", "merge into t using s on true", " when matched then do nothing", "", ""},
}

func recursiveText(i, size int) []byte {
	r := recursive[i]
	n := max((size-len(r.head)-len(r.tail))/(len(r.step)+len(r.close)), 1)
	if r.name == "nested join" {
		return []byte(r.head + strings.Repeat(r.step, n/2) + strings.Repeat(r.tail, n/2))
	}
	return []byte(r.head + strings.Repeat(r.step, n) + r.tail + strings.Repeat(r.close, n))
}

const crashChild = "HOLDFAST_TEST_CRASH_CHILD"

// TestCrashTexts reads each production, at sizes below and above every bound, in
// a child process: a stack overflow in C kills the reader, and only that must
// fail here. The child has a quarter of the stack that glibc gives by default,
// so what is just within the bound has room to spare.
func TestCrashTexts(t *testing.T) {
	if os.Getenv(crashChild) != "" {
		readCrashTexts(t)
		return
	}
	t.Parallel()
	cmd := exec.Command("/bin/sh", "-c", `ulimit -s 2048; exec "$0" "$@"`, os.Args[0], "-test.run=^TestCrashTexts$", "-test.v")
	cmd.Env = append(os.Environ(), crashChild+"=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("reading the crash texts: %v\n%s", err, out[max(0, len(out)-3000):])
	}
}

func readCrashTexts(t *testing.T) {
	reader, policy := NewReader(ReaderOptions{}), DefaultPolicy()
	for i, r := range recursive {
		for _, size := range []int{47 << 10, 1 << 20} {
			text := recursiveText(i, size)
			reader.Read(text, Settings{})
			// Without the prefilter's help, and no word of it may hide a DROP.
			text = append([]byte("drop table t; "), text...)
			start := time.Now()
			f := reader.Read(text, Settings{})
			t.Logf("%s: %d bytes read in %v", r.name, len(text), time.Since(start))
			if v := policy.Judge(Origin{}, f, nil); v.Action != Hold {
				t.Errorf("%s, %d bytes: %+v, want it held; facts %+v", r.name, len(text), v, f)
			}
		}
		longestWithin(t, i)
	}
}

// longestWithin parses the longest text of a production that the bound on the
// nesting lets through; productions that do not nest tell nothing here.
func longestWithin(t *testing.T, i int) {
	low, high := 1, 40<<10
	if beyond(recursiveText(i, high)) == "" {
		return
	}
	for low < high-16 {
		if mid := (low + high) / 2; beyond(recursiveText(i, mid)) == "" {
			low = mid
		} else {
			high = mid
		}
	}
	text := recursiveText(i, low)
	start := time.Now()
	f := NewReader(ReaderOptions{}).parse(text)
	t.Logf("%s: %d bytes within bounds, read in %v, %q", recursive[i].name, len(text), time.Since(start), f.Unreadable)
}

// The bound must not be so strict that it takes long texts of applications.
func TestBoundsPassApplications(t *testing.T) {
	for _, c := range []struct{ name, text string }{
		{"2,000 conditions", "select * from t where id = 1" + strings.Repeat(" or id = 2", 2000)},
		{"2,000 pairs", "select * from t where (a = 1 and b = 2)" + strings.Repeat(" or (a = 1 and b = 2)", 2000)},
		{"5,000 rows", "insert into t values (1, -1.5, 'a', now())" + strings.Repeat(", (1, -1.5, 'a', now())", 5000)},
		{"20,000 keys", "select * from t where id in (1" + strings.Repeat(", 2", 20000) + ")"},
		{"500 cases", "update t set a = case id" + strings.Repeat(" when 1 then a + 1", 500) + " end where id = 1"},
		{"300 joins", "select * from t" + strings.Repeat(" join u on u.a = t.a and u.b = t.b", 300)},
		{"2,000 columns", "create table t (a int" + strings.Repeat(", a numeric(10,2) not null default 0", 800) + ")"},
	} {
		if why := beyond([]byte(c.text)); why != "" {
			t.Errorf("%s: %s", c.name, why)
		}
		if f := NewReader(ReaderOptions{}).Read([]byte(c.text), Settings{}); !f.Read {
			t.Errorf("%s: not read: %s", c.name, f.Unreadable)
		}
	}
}
