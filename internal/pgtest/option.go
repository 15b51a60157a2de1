package pgtest

import "fmt"

// Option changes how Start sets a server up.
type Option func(*setup)

type setup struct {
	settings []string // name=value
	scram    bool
	tls      bool
}

// Setting sets a run-time parameter of the server.
func Setting(name, value string) Option {
	return func(s *setup) { s.settings = append(s.settings, name+"="+value) }
}

// SCRAM makes the server ask for passwords over TCP (scram-sha-256). The Unix
// socket stays open to everybody, and postgres's password is Password.
func SCRAM() Option { return func(s *setup) { s.scram = true } }

// TLS gives the server a certificate for localhost and 127.0.0.1, signed by an
// authority whose certificate is in Server.CA.
func TLS() Option { return func(s *setup) { s.tls = true } }

// Password is the password of the role postgres on a server started with SCRAM.
const Password = "tr0ub4dor&3 of pgtest"

// defaultSettings favour speed and sameness over durability: a test's server is
// thrown away. Autovacuum takes locks that tests of pg_locks would trip over.
var defaultSettings = []string{
	"fsync=off", "full_page_writes=off", "synchronous_commit=off", "autovacuum=off", "jit=off",
	"shared_buffers=16MB", "max_wal_size=256MB", "max_prepared_transactions=10",
	"listen_addresses=127.0.0.1", "log_line_prefix=%m [%p] ", "timezone=UTC", "logging_collector=off",
}

// args are the command line of the server.
func (s *setup) args(data, sockets string, port int) []string {
	args := []string{"-D", data, "-k", sockets, "-p", fmt.Sprint(port)}
	for _, setting := range append(defaultSettings[:len(defaultSettings):len(defaultSettings)], s.settings...) {
		args = append(args, "-c", setting)
	}
	if s.tls {
		args = append(args, "-c", "ssl=on")
	}
	return args
}

// Logging makes the server collect its log in files of all three formats, with a
// log_line_prefix, for CollectedLog. What it logs further settings say.
func Logging(logLinePrefix string) Option {
	return func(s *setup) {
		s.settings = append(s.settings, "logging_collector=on", "log_destination=stderr,csvlog,jsonlog",
			"log_directory="+collected, "log_filename=server.log", "log_file_mode=0644", "log_line_prefix="+logLinePrefix)
	}
}

// collected is the folder of collected logs, inside the data folder.
const collected = "collected"
