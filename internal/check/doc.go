// Package check judges texts as a session of serve would, without a server.
//
// A Session stands for one connection with client_encoding UTF8 that sends text
// after text: it remembers what PREPARE named and which encoding SET chose. Judge
// takes a text as it is sent, Script a whole psql script. Nothing is known of the
// database: relations are plain ones.
//
// It decides nothing itself. Facts and verdicts are those of package rules; a text
// of which a script does not say all is held as unreadable, as serve holds what it
// cannot read.
//
// session.go has the session, names.go what its names stand for, variables.go texts
// with psql's variables in them, described.go facts as JSON.
package check
