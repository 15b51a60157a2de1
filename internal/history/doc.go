// Package history reads what a server ran: its own log in the stderr format, as
// csvlog or as jsonlog, and pg_stat_statements as CSV.
//
// ReadLog and ReadStatements go through their input once, hand each statement to the
// caller and keep nothing of it; a message or record is bounded by MaxEntry. They
// report what they could not read, and what a log cannot show, in Seen: nobody should
// take a log with log_statement = none for a quiet server.
//
// Messages are read in English (lc_messages), as PostgreSQL 15 to 18 writes them
// (manual, "Error Reporting and Logging"). application_name is what a client said,
// and a client that wants to can put the separators of log_line_prefix into it.
//
// log.go tells the formats apart, stderr.go, csvlog.go and jsonlog.go read one each,
// prefix.go understands log_line_prefix, message.go finds the statement in a message,
// statements.go reads pg_stat_statements.
package history
