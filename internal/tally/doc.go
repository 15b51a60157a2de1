// Package tally keeps what sessions did to rows until it is counted, so that a session
// spends next to nothing on it.
//
// A session notes a pointer to the facts of its statement and a number for each table of
// a transaction. Whoever counts has them settled: then they are summed, and the names,
// which are cold memory for a session of many, are looked at once for all transactions of
// a second.
package tally
