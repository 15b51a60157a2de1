// Package simulate plays whole sessions through the real session core without
// sockets, goroutines or a clock: scripted clients on one side, a model of the
// PostgreSQL server on the other, people in between, everything drawn from one
// seed. Nothing but tests imports it.
//
// Run plays one seed and returns what it found wrong. The same seed always plays
// the same way; with Options.Trace every message is written down, in both
// directions, before and after holdfast.
//
// # What is checked
//
// After every step: what goes to the server are the client's own bytes in their
// order, but for refusals and holdfast's own questions, and what was refused never
// follows; what goes to the client are the server's bytes in their order, but for
// the same; nothing that destroys runs unless people approved that text and those
// values, once; what a session is said to be (idle, held, in a transaction) is
// what the model of the server is. Whenever nothing is under way any more: every
// reply that the client is owed has come, as a server asked directly would have
// given it. At the end: the session is idle and every released hold has ended.
//
// # Where things are
//
// world.go draws the sessions and what happens next, session.go is one session and
// its pipes, forwarded.go and replied.go watch the two directions, approvals.go
// what people allowed, script.go writes what a client says. The model of the
// server is server.go (the message loop), simple.go, extended.go, copying.go,
// portal.go, execute.go, transaction.go, tables.go and text.go; it is held against
// real servers by the tests. mutant.go are cores that are wrong on purpose.
package simulate
