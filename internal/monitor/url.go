package monitor

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// connectLimit bounds connecting where the URL does not (connect_timeout).
	connectLimit = 10 * time.Second

	// statementLimit and lockLimit bound what is asked: catalogs and counters, which
	// take milliseconds and hardly ever wait.
	statementLimit = 10 * time.Second
	lockLimit      = time.Second

	// readLimit bounds all that is asked of one database.
	readLimit = 30 * time.Second

	application = "holdfast monitor"
)

// ParseURL reads the URL of a monitor: postgres://, with the parameters, variables and
// files of libpq that pgx knows. Without sslmode (or PGSSLMODE) it is prefer for
// loopback addresses and Unix sockets, and verify-full for every other host, as for the
// URL of a server. Its sessions are read-only and have time limits.
func ParseURL(raw string) (*pgx.ConnConfig, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("reading the monitor's URL: %w", withoutURL(err))
	}
	if u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return nil, errors.New("reading the monitor's URL: it does not begin with postgres://")
	}
	config, err := pgx.ParseConfig(raw)
	if err != nil {
		return nil, fmt.Errorf("reading the monitor's URL: %w", err) // pgx masks passwords
	}
	if q := u.Query(); q.Get("sslmode") == "" && os.Getenv("PGSSLMODE") == "" && !local(config.Host) {
		q.Set("sslmode", "verify-full")
		u.RawQuery = q.Encode()
		if config, err = pgx.ParseConfig(u.String()); err != nil {
			return nil, fmt.Errorf("reading the monitor's URL: %w", err)
		}
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectLimit
	}
	for name, value := range map[string]string{
		"application_name":              application,
		"default_transaction_read_only": "on",
		"statement_timeout":             fmt.Sprint(statementLimit.Milliseconds()),
		"lock_timeout":                  fmt.Sprint(lockLimit.Milliseconds()),
		"search_path":                   "pg_catalog",
	} {
		config.RuntimeParams[name] = value
	}
	config.DefaultQueryExecMode = pgx.QueryExecModeExec // each statement is run once a connection
	return config, nil
}

// withoutURL takes the URL, which may carry a password, out of url.Parse's error.
func withoutURL(err error) error {
	var e *url.Error
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}

// local says that traffic to the host does not leave the machine.
func local(host string) bool {
	if host == "localhost" || strings.HasPrefix(host, "/") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
