package rules

import (
	"bytes"
	"fmt"
	"math/rand"
	"reflect"
	"strings"
	"sync"
	"testing"

	pgquery "github.com/pganalyze/pg_query_go/v5"
)

// shaped are texts with a shape.
var shaped = []string{
	"update pgbench_accounts set abalance = abalance + -4512 where aid = 71", "UPDATE t SET a=-5,b='x''y' WHERE id=3;",
	"update only s.t as x set a = 1.5, b = now(), c = 'x'::jsonb, d = $1, e = null where x.id = 3 and v >= 2 and w <> 'a' returning *",
	`update "t" set "a b" = 'x' || b where "id" = 1 returning "id", a`, "delete from t where id in (1, 2, '3') and b is not null",
	"delete from t /* trace 12 */ where -- which\n id = 1 -- end", "delete from only c.s.t where a not in (2147483648)",
	"update t set a = 1 where a = b and id = 2", "update t set a = 'x' -- y\n where id = $1",
	"update t set a = '\\' where id = 1", "update t set käse = 'käse' where id = 1", "delete from t where true_ = 1",
	"update t set a = 1 where a = a", "update t set a = 1", "update pg_settings set setting = 'off' where name = 'standard_conforming_strings'",
	"update t set a = 1 where id = f()", "update t set a = lo_unlink() where id = 1", "delete from t where id = 007 and a = 00000000000000000000001",
	"delete from t where a = 2147483647", "delete from t where id = 12345678901234567890", "update t set \"a\x01\" = 1 where id = 1",
}

// shapeless are others, many of which a careless reader of literals would share.
var shapeless = []string{
	"", "update", "delete from t", "select 1", "delete from t where id = $1", "delete from t where 1 = 1", "delete from t where 'a' = id",
	"delete from t where id = 1 or 1 = 1", "delete from t where not id = 1", "delete from t where id = 1 or not id = 1", "delete from t where true",
	"delete from t where true = 'x'", "delete from t where null = 1", "delete from t where a like '%'", "delete from t where '1'", "delete from t where 5",
	"delete from t where (id = 1)", "delete from t where a between 1 and 2", "delete from t where id = f(1)", "delete from t where id = 1 + 1",
	"delete from t where id = 1; delete from t", "delete from t where id = 1;;", "delete from t using s where id = 1", "delete from t where a is true and b = 1",
	"update t set a = 'x'\n'y' where id = 1", "update t set a = 'x' -- c\n'y' where id = 1", "update t set a = 'x' 'y' where id = 1",
	"update t set a = E'x' where id = b", "update t set a = U&'x' where id = b", "update t set a = B'1' where id = b", "update t set a = X'1F' where id = b",
	"update t set a = N'x' where id = b", "update t set a = $$x$$ where id = b", "update t set a = $x$x$x$ where id = b", "update t set a = b'x' where id = c",
	"delete from t where id = 1e5", "delete from t where id = 0x1F", "delete from t where id = 1_000", "delete from t where id = .5", "delete from t where id = 1.",
	"delete from t where id = 1.5.3", "delete from t where id = 1..2", "delete from t where id = 1or true", "delete from t where id = 123abc", "delete from t where id = 1a",
	"delete from t where a = 1 and b = $1x", "delete from t where id = +1", "delete from t where id = - '1'", "delete from t where id = --1\n", "delete from t where id = - -1",
	"update t set a = interval '1 day' where id = b", "update t set a = date '2020-01-01' where id = b", "update t set a = f(1) where id = b",
	"update t set a = 'x'::varchar(20) where id = b", "update t set a = (select 1) where id = b", "update t set (a, b) = (1, 2) where id = b",
	"update t set a = 1\vwhere id = 1", "update t set a = 1 where id = 'x", "update t set a = 1 /* where id = 1", "with x as (select 1) update t set a = 1 where id = 2",
	`update U&"t" set a = 1 where id = 2`, `update "" set a = 1 where id = 2`, "update t set a = 1 where current of c", "insert into t values (1) on conflict (a) do update set b = 2", "update t set a = 1\x02",
}

func formOf(text string) (string, bool) {
	if _, why := certain([]byte(text), charsetOf([]byte(text)), safe); why != "" {
		return "", false
	}
	var s shape
	_, _, ok := s.read([]byte(text))
	return string(s.bytes()), ok
}

func TestShape(t *testing.T) {
	for _, text := range shaped {
		if _, ok := formOf(text); !ok {
			t.Errorf("%q has no shape", text)
		}
	}
	for _, text := range append(shapeless, "delete from t where id = '"+strings.Repeat("x", maxShapeText)+"'", "delete from t where id in (1"+strings.Repeat(",1", maxShape/4)+")") {
		if shape, ok := formOf(text); ok {
			t.Errorf("%q has the shape %q", text, shape)
		}
	}
}

func TestShapesDiffer(t *testing.T) {
	texts := []string{
		"delete from t where id = 1", "delete from t where id = '1'", "delete from t where id = 1.5", "delete from t where id = -1", "delete from t where id < 1",
		"delete from t where id = 1 and a = 1", "delete from t where id in (1)", "delete from t where id in (1, 2)", "delete from t where id = 1 returning *",
		"delete from t t where id = 1", "delete from only t where id = 1", "delete from T where id = 1", `delete from "t" where id = 1`, "delete from t.t where id = 1",
		"update t set a = 1 where id = b", "update t set a = b where id = 1", "update t set a = b, c = 1", "update t set a = b where c = 1", "delete from t where id = 1::text",
	}
	seen := map[string]string{}
	for _, text := range texts {
		shape, ok := formOf(text)
		if other, twice := seen[shape]; !ok || twice {
			t.Errorf("%q and %q share a shape", text, other)
		}
		seen[shape] = text
	}
}

// otherLiterals gives a text with other numbers and strings of the same kinds.
func otherLiterals(random *rand.Rand, text string) string {
	integers := []string{"0", "1", "7", "2147483647", "007"}
	numbers := []string{"0.0", "1.5", "2147483648", "99999999999999999999999999", "1.000000000000000000000001"}
	strs := []string{"''", "'%'", "'t'", "'1'", "'off'", "'it''s'", "'; drop table t; --'", "'/*'", "'a\nb'", "'\"'", "'standard_conforming_strings'", "'$1'", "'é'"}
	var b strings.Builder
	l := lexer{text: []byte(text)}
	end := 0
	for t := l.next(); t.kind != kindEnd; t = l.next() {
		b.WriteString(text[end:t.pos])
		piece := text[t.pos:t.end]
		switch s := (&shape{lexer: lexer{text: []byte(text)}, t: t}); {
		case t.kind == kindString:
			piece = strs[random.Intn(len(strs))]
		case s.number() && s.out[0] == shapeInteger:
			piece = integers[random.Intn(len(integers))]
		case s.literals > 0:
			piece = numbers[random.Intn(len(numbers))]
		}
		b.WriteString(piece)
		end = t.end
	}
	return b.String() + text[end:]
}

// shapeAgrees checks that a text with other literals has the same shape, and that
// what the reader says of it by its shape is what a parse says.
func shapeAgrees(t *testing.T, r *Reader, random *rand.Rand, text string) {
	t.Helper()
	form, ok := formOf(text)
	if !ok {
		return
	}
	shapeMatchesScan(t, text, form)
	other := otherLiterals(random, text)
	if otherForm, ok := formOf(other); !ok || otherForm != form {
		t.Errorf("%q has the shape %q and %q the shape %q", text, form, other, otherForm)
	}
	for _, text := range []string{text, other} {
		got, want := *r.Read([]byte(text), safe), *r.readUTF8([]byte(text))
		if want.Size = want.size(); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: read as\n%+v, parsed as\n%+v", text, got, want)
		}
	}
}

// shapeMatchesScan compares a shape with the tokens of PostgreSQL's own scanner.
func shapeMatchesScan(t *testing.T, text, form string) {
	t.Helper()
	scan, err := pgquery.Scan(text)
	if err != nil {
		t.Errorf("%q has a shape and PostgreSQL's scanner says %v", text, err)
		return
	}
	var want bytes.Buffer
	for _, s := range scan.Tokens {
		piece := text[s.Start:s.End]
		switch s.Token {
		case pgquery.Token_SQL_COMMENT, pgquery.Token_C_COMMENT:
			continue
		case pgquery.Token_ICONST:
			piece = string(rune(shapeInteger))
		case pgquery.Token_FCONST:
			piece = string(rune(shapeNumber))
		case pgquery.Token_SCONST:
			piece = string(rune(shapeString))
		case pgquery.Token_ASCII_59:
			continue // the last token of the text
		}
		fmt.Fprintf(&want, "%s\x00", piece)
	}
	if want.String() != form {
		t.Errorf("%q has the shape %q, by PostgreSQL's scanner %q", text, form, want.String())
	}
}

func TestShapeAgreesWithParser(t *testing.T) {
	r := NewReader(ReaderOptions{})
	random := rand.New(rand.NewSource(3))
	for range 30 {
		for _, text := range append(append(goldenSQL(t), shaped...), shapeless...) {
			shapeAgrees(t, r, random, text)
			shapeAgrees(t, r, random, dress(random, text))
		}
	}
}

func FuzzShape(f *testing.F) {
	for _, text := range append(append(append(goldenSQL(f), lexerTexts...), shaped...), shapeless...) {
		f.Add(text, int64(1))
	}
	r := NewReader(ReaderOptions{})
	f.Fuzz(func(t *testing.T, text string, seed int64) {
		shapeAgrees(t, r, rand.New(rand.NewSource(seed)), text)
	})
}

// TestShapeIsUsed: the second text is not parsed, keeps its own place, and what
// is held is never learned by shape.
func TestShapeIsUsed(t *testing.T) {
	r := NewReader(ReaderOptions{})
	first := r.Read([]byte("update t set a = 1 where id = 2"), safe)
	same := r.Read([]byte("update t set a = 3 where id = 4"), safe)
	longer := r.Read([]byte(" update t set a = 30 where id = 4 ;"), safe)
	if first != same {
		t.Error("a text of the same shape was parsed")
	}
	if st := longer.Statements[0]; st.Pos != 1 || st.End != 33 || &st.Effects[0] != &first.Statements[0].Effects[0] {
		t.Errorf("a text of the same shape that is longer: %+v", st)
	}
	if st := first.Statements[0]; st.Pos != 0 || st.End != 31 {
		t.Errorf("the first text was moved: %+v", st)
	}
	for _, text := range []string{"update t set a = 1", "update t set a = 1 where a = a", "update t set a = 1 where b = f()", "update pg_settings set setting = 'off' where name = 'x'"} {
		r.Read([]byte(text), safe)
	}
	if _, n := cacheHolds(t, r.shapes); n != 2 {
		t.Errorf("%d shapes are known, want 1 and the place of the longer text", n)
	}
}

// TestPlacesOfAShape: texts of the few lengths that numbers have share facts, texts of ever
// new lengths drive out nothing, and each has its own place.
func TestPlacesOfAShape(t *testing.T) {
	r := NewReader(ReaderOptions{})
	read := func(head, value string) *Facts {
		t.Helper()
		text := head + "update t set a = '" + value + "' where id = 2"
		f := r.Read([]byte(text), safe)
		if st := f.Statements[0]; st.Pos != len(head) || st.End != len(text) || len(st.Effects) != 1 {
			t.Errorf("%q: %+v", text, st)
		}
		return f
	}
	read("", "a")
	longer := read("", "bb")
	if read("", "cc") != longer {
		t.Error("two texts of one length do not share their facts")
	}
	for n := range 500 {
		read(strings.Repeat(" ", n%7), strings.Repeat("x", n))
	}
	if read("", "dd") != longer {
		t.Error("texts of other lengths have driven the facts of one out")
	}
	if _, n := cacheHolds(t, r.shapes); n > 1+placesKept {
		t.Errorf("%d facts are kept of one shape", n)
	}
}

// TestShapeWantsCertainText: a text whose bytes may be read in another way never
// gets the facts of its shape.
func TestShapeWantsCertainText(t *testing.T) {
	r := NewReader(ReaderOptions{})
	r.Read([]byte("update t set a = 'x' where id = 1"), safe)
	for _, c := range []struct {
		text string
		s    Settings
	}{
		{`update t set a = '\' where id = 1`, Settings{"UTF8", "off"}}, {"update t set a = '\x95\\' where id = 1", Settings{"SJIS", "on"}},
		{"update t set a = 'é' where id = 1", Settings{}}, {"update t set a = '\xff' where id = 1", safe}, {"update t set a = 'x\x00' where id = 1", safe},
	} {
		if f := r.Read([]byte(c.text), c.s); f.Read || !f.Suspect {
			t.Errorf("%q under %v: %+v", c.text, c.s, f)
		}
	}
	if f := r.Read([]byte("update t set a = '\xe9' where id = 1"), Settings{"LATIN1", "on"}); !f.Read {
		t.Errorf("%+v", f)
	}
}

func TestShapesAreSafeForConcurrentUse(t *testing.T) {
	r := NewReader(ReaderOptions{CacheBytes: 1 << 17})
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 400 {
				text := fmt.Sprintf("delete from t%d where id = %d", (i+j)%40, j)
				f := r.Read([]byte(text), safe)
				if len(f.Statements) != 1 || f.Statements[0].End != len(text) || f.Statements[0].Effects[0].Target.Name != fmt.Sprintf("t%d", (i+j)%40) {
					t.Errorf("%q: %+v", text, f)
				}
			}
		})
	}
	wg.Wait()
	cacheHolds(t, r.shapes)
}
