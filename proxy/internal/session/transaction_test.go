package session

import "testing"

// TestWithinATransaction: what is asked names the transaction it runs in, where that is
// certain.
func TestWithinATransaction(t *testing.T) {
	const drop = "drop table t"
	for name, c := range map[string]struct {
		texts []string
		in    bool
	}{
		"none":              {[]string{drop}, false},
		"begun":             {[]string{"begin", drop}, true},
		"savepoint":         {[]string{"begin", "savepoint a", drop}, true},
		"with a savepoint":  {[]string{"begin", "savepoint a; drop table t; release a"}, true},
		"over":              {[]string{"begin", "commit", drop}, false},
		"ends it":           {[]string{"begin", "drop table t; commit"}, false},
		"ends it first":     {[]string{"begin", "rollback; drop table t"}, false},
		"chains":            {[]string{"begin", "commit and chain; drop table t"}, false},
		"begins by itself":  {[]string{"begin; drop table t"}, false},
		"cannot be read":    {[]string{"begin", "drop table t; commit ,"}, false},
		"runs what is kept": {[]string{"begin", "prepare p as delete from t", "execute p"}, true},
	} {
		a := says(t, c.texts...)
		if (a.Transaction != 0) != c.in {
			t.Errorf("%s: in transaction %d", name, a.Transaction)
		}
	}
}

// within plays one text, released where it is held and answered with a status, and returns
// the transaction that was asked about; 0 is none.
func (s *script) within(text string, status byte) uint64 {
	s.core.Client(encode(s.t, query(text)))
	out := s.answered(s.core.Take())
	number := uint64(0)
	if out.Ask != nil {
		number = out.Ask.Transaction
		s.core.Release("h3x8m2qd")
		s.core.Take()
	}
	s.core.Server(encode(s.t, complete("SO"), ready(status)))
	s.core.Take()
	return number
}

// TestTransactionsAreToldApart: a number is that of one transaction, and is over with it,
// also where the next one follows at once.
func TestTransactionsAreToldApart(t *testing.T) {
	for name, between := range map[string][]struct {
		text   string
		status byte
	}{
		"commit, begin":    {{"commit", 'I'}, {"begin", 'T'}},
		"rollback, begin":  {{"rollback", 'I'}, {"begin", 'T'}},
		"in one text":      {{"commit; begin", 'T'}},
		"and chain":        {{"commit and chain", 'T'}},
		"rollback, chain":  {{"rollback and chain", 'T'}},
		"unreadable":       {{"commit; begin; select (", 'T'}},
		"end":              {{"end", 'I'}, {"begin", 'T'}},
		"end, chain":       {{"/* x */ end work AND CHAIN", 'T'}},
		"abort, chain":     {{"abort and chain", 'T'}},
		"start":            {{"commit; start transaction", 'T'}},
		"prepare for two":  {{"prepare transaction 'x'", 'I'}, {"begin", 'T'}},
		"failed, rollback": {{"select 1/0", 'E'}, {"rollback", 'I'}, {"begin", 'T'}},
	} {
		s := newScript(t, Enforce)
		s.within("begin", 'T')
		first := s.within("drop table a", 'T')
		again := s.within("drop table b", 'T')
		if first == 0 || first != again || !s.core.InTransaction(first) {
			t.Errorf("%s: %d and %d in one transaction, which goes on: %v", name, first, again, s.core.InTransaction(first))
		}
		for _, b := range between {
			s.within(b.text, b.status)
		}
		if s.core.InTransaction(first) {
			t.Errorf("%s: transaction %d goes on", name, first)
		}
		if next := s.within("drop table c", 'T'); next == 0 || next == first {
			t.Errorf("%s: %d follows %d", name, next, first)
		}
	}
	s := newScript(t, Enforce)
	s.within("begin", 'T')
	s.within("savepoint a", 'T')
	first := s.within("drop table a", 'T')
	s.within("rollback to a", 'T')
	if next := s.within("drop table b", 'T'); next != first {
		t.Errorf("%d after a savepoint, %d before", next, first)
	}
}

// TestPipelinedTransactions: of what is behind a COMMIT that the server has not answered
// it is not known where it runs.
func TestPipelinedTransactions(t *testing.T) {
	s := newScript(t, Enforce)
	s.within("begin", 'T')
	s.core.Client(encode(t, parse("", "commit"), bindTo("", ""), execute(""), flush()))
	s.core.Take()
	s.core.Client(encode(t, parse("", "begin"), bindTo("", ""), execute(""), flush()))
	s.core.Take()
	s.core.Client(encode(t, parse("", "drop table a"), bindTo("", ""), execute(""), sync()))
	if a := s.answered(s.core.Take()).Ask; a == nil || a.Transaction != 0 || !a.InTransaction {
		t.Errorf("behind a COMMIT in flight: %+v", a)
	}
	s = newScript(t, Enforce)
	s.within("begin", 'T')
	s.core.Client(encode(t, parse("", "commit"), bindTo("", ""), execute(""), parse("", "drop table a"), bindTo("", ""), execute(""), sync()))
	if a := s.answered(s.core.Take()).Ask; a == nil || a.Transaction != 0 {
		t.Errorf("behind a COMMIT of its batch: %+v", a)
	}
	s = newScript(t, Enforce)
	s.within("begin", 'T')
	s.core.Client(encode(t, parse("", "drop table a"), bindTo("", ""), execute(""), parse("", "commit"), bindTo("", ""), execute(""), sync()))
	a := s.answered(s.core.Take()).Ask
	if a == nil || a.Transaction == 0 || !s.core.InTransaction(a.Transaction) {
		t.Fatalf("in front of a COMMIT of its batch: %+v", a)
	}
	s.core.Release("h3x8m2qd")
	if s.core.InTransaction(a.Transaction) {
		t.Error("it goes on although a COMMIT was sent")
	}
}
