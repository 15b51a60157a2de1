// Package script takes a psql script apart into the statements that psql would
// send.
//
// Split does it without running anything, by the rules of psql's own scanner
// (psqlscan.l and psqlscanslash.l of PostgreSQL 15 to 18) and with the server's
// tokens from package rules: semicolons inside brackets, literals, comments and
// BEGIN ATOMIC bodies end no statement, meta-commands are no SQL, and the data
// behind COPY ... FROM stdin is none either. A text without meta-commands is
// simply split at its semicolons.
//
// Where a script does not say what will be sent, the statement has a Doubt:
// variables that psql puts into the text, text inside \if, SQL that \gexec
// generates. What it says nothing about, but a reader should know, is a Note:
// files that \i names, programs, other databases.
//
// Three things are taken for granted: COPY succeeds (psql reads the data of one
// that failed as SQL), standard_conforming_strings is on, and no variable has a
// name of digits alone, which would make a slice a[1:2] uncertain.
//
// It is pure: no files, no clock, no goroutine. split.go has the loop, query.go
// what is known of the statement being collected, variable.go psql's variables,
// slash.go the meta-commands with command.go as their list, copy.go \copy and data.
package script
