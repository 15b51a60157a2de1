// Package session is the conversation between one client and one server as a
// state machine without sockets, goroutines or a clock.
//
// Bytes from the client go in by Core.Client, bytes from the server by
// Core.Server, the end of a hold by Core.Release or Core.Refuse; what has to be
// written and what has to be asked comes out of Core.Take. An engine does the
// reading and writing.
//
// # Usage
//
// After each call that goes in, call Take, write what it gives and act on its
// requests. Slices in an Output may share memory with the chunk that went in:
// write them before that chunk is used again. What comes out towards the other
// side than the chunk came from never shares memory with it.
//
// # Concurrency
//
// A Core is not safe for concurrent use; an engine with several goroutines locks
// around each pair of an input and Take.
//
// # Where things are
//
// client.go walks the client's bytes and forwards them, scan.go looks at one
// message of the client, judge.go is where simple and extended protocol meet,
// batch.go holds, deferring.go waits for the rest of a batch, question.go asks the server
// what names stand for (question_text.go is its SQL, kinds.go what can be asked for,
// steps.go says where an answer is certain, answer.go reads it, spare.go acts on it),
// refuse.go refuses, server.go walks the server's bytes, replies.go
// matches a reply to what it answers, copy.go follows copy data, resync.go finds out
// where the server is when they leave that open, tags.go reads what tags say about rows
// and transactions, tally.go sums it, names.go keeps prepared statements
// and portals, stands.go says what one may run, key.go knows what the server takes
// their names for, kept.go bounds what is remembered of them, settings.go knows under
// which settings text is read, violation.go answers what is no message.
package session
