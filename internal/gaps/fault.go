package gaps

import (
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
)

// Fault is why gaps were not looked for, or not to the end, in words for people.
type Fault struct {
	What string // what happened and why; it names the object
	Now  string // what to do
	Err  error  // what the server or the network said; may be nil
}

// Error implements error.
func (f *Fault) Error() string { return f.What }

// Unwrap is what the server or the network said.
func (f *Fault) Unwrap() error { return f.Err }

func fault(now, what string, args ...any) *Fault {
	return &Fault{What: fmt.Sprintf(what, args...), Now: now}
}

// SQLSTATEs that are met here (manual, appendix "PostgreSQL Error Codes").
const (
	insufficientPrivilege = "42501"
	invalidName           = "42602"
	syntaxError           = "42601"
	undefinedSchema       = "3F000"
	crossDatabase         = "0A000" // a name of three parts
	lockNotAvailable      = "55P03"
	queryCanceled         = "57014" // statement_timeout
)

// stateOf is the SQLSTATE of an error of the server, empty for others.
func stateOf(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}
