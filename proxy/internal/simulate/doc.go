// Package simulate plays whole days of holdfast from one seed: the real session
// core and the real desk, with a model of everything around them. Scripted clients
// are on one side, a model of the PostgreSQL server on the other, people in
// between; the control store and the record are in memory and fail as disks do.
// Nothing but tests imports it.
//
// Run plays one seed and returns what it found wrong. The same seed always plays
// the same way; with Options.Trace everything that happens is written down: every
// message in both directions, before and after holdfast, every answer, every
// request to the disk.
//
// # How a seed decides everything
//
// A seed plays in a bubble of testing/synctest, on virtual time. The world is one
// goroutine: it draws one thing that may happen, lets it happen, waits until every
// other goroutine waits (for time, or for the world), and lets some time go by, from
// microseconds to minutes. The other goroutines are those of the desk and those that
// call it. They meet the world in two places, and there the seed decides who is
// first: what they have to say waits until the world draws it (posting.go), and what
// they read and write waits until the world lets it take effect, or fail, or both
// (disk.go).
//
// # What goes wrong
//
// Bytes come in any split; every pipe keeps its order and knows nothing of the
// others', and may stand still for a while. Clients leave, close their end with
// bytes behind, cancel before, during and after what they mean, and come again to go
// on with their script. Servers die with and without a word, one or all. The disk
// fails before and after a write took effect, for once or for long, or takes longer
// than the desk waits. holdfast crashes at any step, also while it starts, and its
// successor opens on what is on disk; or it is told to stop. People approve, deny,
// come late, answer twice, answer their own, type wrong names and make up ids.
//
// # What is checked
//
// The bytes, after every step: what goes to the server are the client's own in their
// order, but for refusals and holdfast's own questions, and what was refused never
// follows; what goes to the client are the server's in their order, but for the
// same; what a session is said to be (idle, held, in a transaction) is what the
// model of the server is. When nothing is under way any more, every reply that the
// client is owed has come, as a server asked directly would have given it.
//
// The rows: what the core has counted as deleted, updated and undone is, table by table,
// never more than what the transactions of the model did, and all of it whenever no
// transaction is open.
//
// The holds: nothing that destroys runs unless the store and the record had its
// release before its bytes left, and enough different people who may answer had said
// yes to that text and those values; nothing is released twice, and a grant only by
// the identical statement of the same user, again only after it was given back for an
// error that undid it; what a person is
// told about their answer, and a client about its statement, is what the store then
// says and what the server did; without a fault of the disk nobody is told of one.
// No session waits longer than its hold and a few writes may take. At the end every
// hold that somebody waited for has ended for a reason, and its states in the record are a path that ends
// there.
//
// # Where things are
//
// world.go is everything that a seed draws, step.go what may happen next, virtual.go
// the time, finale.go the end. session.go is one connection, pipes.go its bytes,
// holding.go and ending.go what proxy does around the core in the files of the same
// names, accidents.go what goes wrong. forwarded.go, replied.go and shadow.go watch
// the two directions, approvals.go what people allowed, script.go writes what a
// client says. holdfast.go is one run of holdfast; disk.go, control.go and
// journal.go are what it leaves behind; crowd.go and looking.go are people.
// ledger.go has what is known of every hold without asking the desk, lasting.go how
// it must have ended. The model of the server is server.go (the message loop),
// simple.go, extended.go, copying.go, portal.go, execute.go, transaction.go,
// savepoints.go, tables.go, question.go (what it says of names) and text.go; it is held
// against real servers by the tests. tallies.go compares what the core counts with what
// happened to the rows. mutant.go, deskmutant.go, diskmutant.go and tallymutant.go are
// cores, desks, disks and sums that are wrong on purpose: each must be found out.
package simulate
