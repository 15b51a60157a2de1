package session

import "testing"

// says plays a session: each text is a Query that the server runs, "!" in front one
// that fails, and the last one is held. It returns what is asked.
func says(t *testing.T, texts ...string) *Ask {
	t.Helper()
	s := newScript(t, Enforce)
	s.core.cfg.Answers = false // the search_path is not told
	status := byte('I')
	for _, text := range texts[:len(texts)-1] {
		fails := text[0] == '!'
		if fails {
			text = text[1:]
		}
		s.core.Client(encode(t, query(text)))
		s.core.Take()
		switch {
		case text == "begin":
			status = 'T'
		case text == "commit", text == "rollback":
			status = 'I'
		case fails && status == 'T':
			status = 'E'
		}
		answer := encoder(complete("SET"))
		if fails {
			answer = failure("22012")
		}
		s.core.Server(encode(t, answer, ready(status)))
		s.core.Take()
	}
	s.core.Client(encode(t, query(texts[len(texts)-1])))
	s.check("", "")
	return s.held()
}

// TestConfirmationIsBoundToTheSearchPath: two sessions get the same digest where
// names mean the same in both, as far as their texts show it.
func TestConfirmationIsBoundToTheSearchPath(t *testing.T) {
	const drop = "drop table t"
	for _, c := range []struct {
		name string
		a, b []string
		same bool
	}{
		{"nothing", []string{drop}, []string{"select 1", "set work_mem = '1MB'", "drop  table /* again */ t"}, true},
		{"set", []string{drop}, []string{"set search_path = a", drop}, false},
		{"other", []string{"set search_path = b", drop}, []string{"set search_path = a", drop}, false},
		{"equal", []string{"set search_path = a", drop}, []string{"SELECT 1", "set search_path = a", drop}, true},
		{"last", []string{"set search_path = a", drop}, []string{"set search_path = b", "set search_path = a", drop}, true},
		{"role", []string{"set role x", drop}, []string{"set search_path = a", drop}, false},
		{"discard", []string{"set search_path = a", "set role x", "discard all", drop}, []string{drop}, true},
		{"set_config", []string{"select set_config('search_path', 'a', false)", drop}, []string{drop}, false},
		{"local, over", []string{"begin", "set local search_path = a", "commit", drop}, []string{drop}, true},
		{"local, open", []string{"begin", "set local search_path = a", drop}, []string{"begin", drop}, false},
		{"local, twice", []string{"begin", "set local search_path = a", drop}, []string{"begin", "set local search_path = a", "rollback", "begin", "set local search_path = a", drop}, true},
		{"rolled back", []string{"begin", "set search_path = a", "rollback", drop}, []string{"begin", "set search_path = a", "commit", drop}, false},
		{"failed", []string{"!set role x", drop}, []string{"set role x", drop}, false},
		{"failed inside", []string{"begin", "set search_path = a", "!select 1/0", "commit", drop}, []string{"begin", "set search_path = a", "select 1", "commit", drop}, false},
	} {
		a, b := says(t, c.a...).Confirmation(), says(t, c.b...).Confirmation()
		if a == "" || (a == b) != c.same {
			t.Errorf("%s: %q and %q are %q and %q, to be the same: %v", c.name, c.a, c.b, a, b, c.same)
		}
	}
}

// TestConfirmationIsBoundToTheActor and to where it would run.
func TestConfirmationIsBoundToTheActor(t *testing.T) {
	a := says(t, "drop table t")
	seen := map[string]string{a.Confirmation(): "the first"}
	for name, change := range map[string]func(*Ask){
		"host": func(a *Ask) { a.Origin.Host = "x" }, "database": func(a *Ask) { a.Origin.Database = "x" },
		"user": func(a *Ask) { a.Origin.User = "x" }, "text": func(a *Ask) { a.Binding = "x" }, "path": func(a *Ask) { a.Path = "x" },
	} {
		b := *a
		change(&b)
		if other, same := seen[b.Confirmation()]; same {
			t.Errorf("another %s is %s", name, other)
		}
		seen[b.Confirmation()] = name
	}
	same := *a
	same.Origin.Application, same.Origin.Client = "x", "y"
	if same.Confirmation() != a.Confirmation() {
		t.Error("the application decides")
	}
}

// TestUnbound: what may mean something else when it is repeated.
func TestUnbound(t *testing.T) {
	for _, texts := range [][]string{
		{"alter role x password 'secret'; drop table t"},
		{"prepare p as delete from t", "execute p"},
		{"execute nobody"},
		{"select set_config('search_path', current_user, false)", "drop table t"},
	} {
		if a := says(t, texts...); a.Unbound == "" || a.Confirmation() != "" {
			t.Errorf("%q: bound to %q", texts, a.Confirmation())
		}
	}
}

// TestPathSetByPrepared: what SQL has prepared may set search_path whenever it is run.
func TestPathSetByPrepared(t *testing.T) {
	prepared := []string{"prepare p as select set_config('search_path', 'a', false)", "set search_path = b"}
	plain := says(t, append(prepared, "drop table t")...)
	for _, text := range []string{"execute p", "explain analyze execute p", "create temp table x as execute p"} {
		a := says(t, append(prepared, text, "drop table t")...)
		if a.Confirmation() != "" && a.Confirmation() == plain.Confirmation() || a.Item != "" && a.Item == plain.Item {
			t.Errorf("%q leaves the search_path as it was", text)
		}
	}
	s := newScript(t, Enforce)
	s.core.cfg.Answers = false
	for _, text := range prepared {
		s.within(text, 'I')
	}
	s.client("B::p E: S", "", bindTo("", "p"), execute(""), sync())
	s.server("", "2 C:SELECT 1 Z:I", bound(), complete("SELECT 1"), ready('I'))
	s.client("", "", query("drop table t"))
	if a := s.held(); a.Confirmation() != "" && a.Confirmation() == plain.Confirmation() || a.Item != "" && a.Item == plain.Item {
		t.Error("bound by the protocol it leaves the search_path as it was")
	}
}

// TestUndone: what an error of the server does not undo is not said to be undone.
func TestUndone(t *testing.T) {
	for text, want := range map[string]bool{
		"drop table t": true, "select 1; drop table t; delete from u": true, "truncate t": true,
		"drop table t; commit; select 1/0": false, "drop database d": false, "drop index concurrently i": false,
		"do $$ begin execute 'x' || 'y'; end $$": false, "call p()": false, "drop table t; select f()": false,
		"copy t to program 'x'": false, "do $$ begin delete from t; commit; end $$": false,
	} {
		if a := says(t, text); a.Undone != want {
			t.Errorf("%s: undone %v", text, a.Undone)
		}
	}
	s := newScript(t, Enforce)
	s.client("", "", parse("", "drop table a"), bindTo("", ""), execute(""), sync(), parse("", "drop table b"), bindTo("", ""), execute(""), sync())
	if a := s.held(); a.Undone && len(a.Statements) > 1 {
		t.Error("two batches are said to be undone by one error")
	}
}

// TestCommittedBeforeAnError: an error behind a COMMIT of the same batch does not undo
// what was held, so the hold has not failed and its grant is not given back.
func TestCommittedBeforeAnError(t *testing.T) {
	for _, committed := range []bool{true, false} {
		s := newScript(t, Enforce)
		s.core.cfg.Answers = false
		second := "commit"
		if !committed {
			second = "select 2"
		}
		s.core.Client(encode(t, parse("", "drop table t"), bindTo("", ""), execute(""), parse("", second), bindTo("", ""), execute(""),
			parse("", "select 1/0"), bindTo("", ""), execute(""), sync()))
		s.core.Take()
		s.core.Release("h3x8m2qd")
		s.core.Take()
		tag := complete("COMMIT")
		if !committed {
			tag = complete("SELECT 1")
		}
		s.core.Server(encode(t, parsed(), bound(), complete("DROP TABLE"), parsed(), bound(), tag, parsed(), bound(), failure("22012"), ready('I')))
		out := s.core.Take()
		if len(out.Ended) != 1 || out.Ended[0].Failed == committed {
			t.Errorf("committed %v: ended %+v", committed, out.Ended)
		}
	}
}
