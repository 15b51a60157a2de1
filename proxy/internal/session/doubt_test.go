package session

import (
	"strings"
	"testing"
)

// TestNamesInALongText: of a long text the statements that can do no harm are not
// kept, so the server's tags do not say which of the others have run.
func TestNamesInALongText(t *testing.T) {
	s := newScript(t, Enforce)
	s.client("Q:prepare p as delete from t", "", query("prepare p as delete from t"))
	s.server("", "C:PREPARE Z:I", complete("PREPARE"), ready('I'))
	long := "select 1; select 1; select 1/0; deallocate p; prepare p as select 1;" + strings.Repeat(" ", 300<<10) + "select 1"
	s.client("Q:"+long, "", query(long))
	s.server("", "C:SELECT 1 C:SELECT 1 E:22012 Z:I", complete("SELECT 1"), complete("SELECT 1"), failure("22012"), ready('I'))
	s.client("", "", query("execute p"))
	s.held()
}

