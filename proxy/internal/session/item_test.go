package session

import (
	"testing"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/holdfast-db/holdfast/rules"
)

// factsOf reads the texts of a file.
func factsOf(texts ...string) (facts []*rules.Facts) {
	reader := rules.NewReader(rules.ReaderOptions{})
	for _, text := range texts {
		facts = append(facts, reader.Read([]byte(text), rules.Settings{ClientEncoding: "UTF8", StandardConformingStrings: "on"}))
	}
	return facts
}

// TestItemIsThatOfItsFile: a statement is the one that a file lists when the session has
// set its search_path as the file does; whatever stands around it.
func TestItemIsThatOfItsFile(t *testing.T) {
	const drop = "drop table t"
	for name, c := range map[string]struct {
		file, session []string
		same          bool
	}{
		"alone":            {[]string{drop}, []string{drop}, true},
		"semicolon":        {[]string{drop + ";"}, []string{"/* app:web */ drop  table t -- now"}, true},
		"other text":       {[]string{drop}, []string{"drop table T cascade"}, false},
		"set":              {[]string{"set search_path = a", drop}, []string{"set search_path = a", drop}, true},
		"not set":          {[]string{"set search_path = a", drop}, []string{drop}, false},
		"set by another":   {[]string{drop}, []string{"set search_path = a", drop}, false},
		"set before":       {[]string{"set search_path = a", drop}, []string{"set search_path = b", "set search_path = a", drop}, true},
		"local":            {[]string{"begin", "set local search_path = a", drop}, []string{"begin", "set local search_path = a", drop}, true},
		"local, over":      {[]string{"begin", "set local search_path = a", "commit", drop}, []string{drop}, true},
		"local, and not":   {[]string{"begin", "set local search_path = a", drop}, []string{"begin", drop}, false},
		"committed":        {[]string{"begin", "set search_path = a", "commit", drop}, []string{"begin", "set search_path = a", "commit", drop}, true},
		"rolled back":      {[]string{"begin", "set search_path = a", "commit", drop}, []string{"begin", "set search_path = a", "rollback", drop}, false},
		"in a transaction": {[]string{drop}, []string{"begin", drop}, true},
		"back to a savepoint": {[]string{"begin", "savepoint s", "set search_path = a", "savepoint s", drop},
			[]string{"begin", "savepoint s", "set search_path = a", "rollback to s", drop}, false},
		"to another savepoint": {[]string{"begin", "savepoint s", "set search_path = a", "savepoint t", "rollback to t", drop},
			[]string{"begin", "savepoint s", "set search_path = a", "savepoint t", "rollback to s", drop}, false},
		"local, and back": {[]string{"begin", "savepoint s", "set local search_path = a", drop},
			[]string{"begin", "savepoint s", "set local search_path = a", "rollback to s", drop}, false},
		"back in one text": {[]string{"begin", "savepoint s; set search_path = a", drop},
			[]string{"begin", "savepoint s; set search_path = a; rollback to s", drop}, false},
		"back in another order": {[]string{"begin", "set search_path = a; savepoint s; set x.y = 1; rollback to s", drop},
			[]string{"begin", "set x.y = 1; savepoint s; set search_path = a; rollback to s", drop}, false},
		"what cannot be read": {[]string{"begin", "set search_path = a", drop}, []string{"begin", "set search_path = a", "rollback ; !", drop}, false},
		"to the same savepoint": {[]string{"begin", "savepoint s", "set search_path = a", "rollback to s", drop},
			[]string{"begin", "savepoint s", "set search_path = a", "ROLLBACK TO SAVEPOINT s", drop}, true},
		"made in one step":  {[]string{"begin; set search_path = a; commit", drop}, []string{"set search_path = a", drop}, false},
		"role":              {[]string{"set role x", drop}, []string{drop}, false},
		"reset":             {[]string{"set search_path = a", "reset all", drop}, []string{drop}, false},
		"discarded as well": {[]string{"set search_path = a", "discard all", drop}, []string{drop}, true},
	} {
		paths, known := Paths(factsOf(c.file...))
		last := len(c.file) - 1
		want := ItemKey(paths[last], rules.StatementHash([]byte(c.file[last])))
		if a := says(t, c.session...); !known[last] || a.Item == "" || (a.Item == want) != c.same {
			t.Errorf("%s: %q lists it as %.8s, %q as %.8s, to be the same: %v", name, c.file, want, c.session, a.Item, c.same)
		}
	}
	if _, known := Paths(factsOf("do $$ begin execute 'set search_path = a'; end $$", "select set_config('search_path', x, false) from t", drop)); known[2] {
		t.Error("a path that no text shows is known")
	}
}

// TestWhatNoFileLists: what has parameters, cannot be read, or runs what stands elsewhere.
func TestWhatNoFileLists(t *testing.T) {
	for name, texts := range map[string][]string{
		"runs a prepared one": {"prepare p as delete from t", "execute p"}, "not readable": {"drop table t; drop !"},
		"a password": {"drop table t; alter role x password 'secret'"},
	} {
		if a := says(t, texts...); a.Item != "" {
			t.Errorf("%s: %s", name, a.Item)
		}
	}
	s := newScript(t, Enforce)
	s.core.Client(encode(t, parse("", "drop table t"), bindTo("", ""), execute(""), sync()))
	bare := s.answered(s.core.Take()).Ask
	if bare == nil || bare.Item != ItemKey("", rules.StatementHash([]byte("drop table t"))) {
		t.Fatalf("extended, without parameters: %+v", bare)
	}
	s = newScript(t, Enforce)
	s.core.Client(encode(t, parse("", "delete from t where $1"), &pgproto3.Bind{Parameters: [][]byte{[]byte("t")}}, execute(""), sync()))
	if a := s.answered(s.core.Take()).Ask; a == nil || a.Item != "" || a.Binding == "" {
		t.Errorf("with a parameter: %+v", a)
	}
	s = newScript(t, Enforce)
	s.core.Client(encode(t, parse("", "drop table t"), bindTo("", ""), execute(""), parse("", "drop table u"), bindTo("", ""), execute(""), sync()))
	if a := s.answered(s.core.Take()).Ask; a == nil || a.Item != "" {
		t.Errorf("two at once: %+v", a)
	}
}
