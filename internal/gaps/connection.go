package gaps

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// connectLimit bounds connecting where the URL does not (connect_timeout): people
	// wait for it.
	connectLimit = 10 * time.Second

	// statementLimit bounds one chunk, and with it how long an ACCESS EXCLUSIVE lock
	// can wait for us. A chunk takes milliseconds to a second from a cold disk.
	statementLimit = 10 * time.Second

	// lockLimit is how long one try waits for a lock: shorter than deadlock_timeout
	// (1 s by default), and hardly to be noticed by whoever waits behind us.
	lockLimit = 500 * time.Millisecond

	// lockPause is how long a try waits for the next one, lockPatience when the last
	// one is begun. An ALTER TABLE that only changes the catalogs is over by then.
	lockPause    = time.Second
	lockPatience = 30 * time.Second

	// application is the application_name, for those who look at pg_stat_activity.
	application = "holdfast gaps"
)

// connection is one to the server. Not safe for concurrent use.
type connection struct {
	*pgx.Conn
	user      string
	statement time.Duration // statementLimit
	patience  time.Duration // lockPatience
}

func connect(ctx context.Context, url string) (*connection, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, &Fault{What: "the URL of the server cannot be read: " + err.Error(), Now: "Write it as postgres://USER@HOST:PORT/DATABASE.", Err: err}
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectLimit
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = application
	}
	// Poolers hand out another server connection for each transaction: nothing is
	// prepared that would have to be there in the next one.
	config.DefaultQueryExecMode = pgx.QueryExecModeExec
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, &Fault{What: "the server cannot be reached: " + oneLine(err), Now: "See whether URL, user and password are right.", Err: err}
	}
	return &connection{conn, config.User, statementLimit, lockPatience}, nil
}

// oneLine is an error of pgx without what it says again for each way it tried.
func oneLine(err error) string {
	var lines []string
	for line := range strings.Lines(err.Error()) {
		if line = strings.TrimSpace(line); !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, " ")
}

// settings begin each transaction.
func (c *connection) settings() []string {
	return []string{
		"BEGIN READ ONLY",
		fmt.Sprintf("SET LOCAL statement_timeout = %d", c.statement.Milliseconds()),
		fmt.Sprintf("SET LOCAL lock_timeout = %d", lockLimit.Milliseconds()),
		"SET LOCAL timezone = 'UTC'",
	}
}

// walkSettings are those of the walk. Nothing but pg_catalog is searched, so that no
// table or operator of somebody else stands in for the server's own; an index is
// preferred to reading or sorting the whole table, whatever the statistics say.
var walkSettings = []string{
	"SET LOCAL search_path = pg_catalog",
	"SET LOCAL enable_seqscan = off",
	"SET LOCAL enable_bitmapscan = off",
	"SET LOCAL enable_sort = off",
}

// short runs read in a READ ONLY transaction with time limits.
func (c *connection) short(ctx context.Context, further []string, read func() error) error {
	begin := strings.Join(append(c.settings(), further...), "; ")
	if _, err := c.PgConn().Exec(ctx, begin).ReadAll(); err != nil {
		c.rollback(ctx)
		return fmt.Errorf("beginning to read: %w", err)
	}
	defer c.rollback(ctx)
	return read()
}

// rollback ends a transaction that changed nothing. What fails here fails again with
// the next one.
func (c *connection) rollback(ctx context.Context) {
	_, _ = c.PgConn().Exec(ctx, "ROLLBACK").ReadAll()
}

// patiently is short, again and again while somebody else has a lock on the table.
func (c *connection) patiently(ctx context.Context, table string, further []string, read func() error) error {
	for deadline := time.Now().Add(c.patience); ; {
		err := c.short(ctx, further, read)
		switch {
		case stateOf(err) != lockNotAvailable:
			return err
		case time.Now().After(deadline):
			return &Fault{
				What: fmt.Sprintf("%s is locked: another session has or wants ACCESS EXCLUSIVE, as ALTER TABLE and VACUUM FULL do, for %s", table, c.patience),
				Now:  "Look for it in pg_locks, and try again once it is over.", Err: err,
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(lockPause):
		}
	}
}
