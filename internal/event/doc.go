// Package event is what happened, handed to observers without ever blocking a
// session.
//
// A Bus takes events by Publish and gives each observer its own bounded queue
// and goroutine; what does not fit is counted and told to the observer as Lost.
// Statements that pass without being counted come at the rate of production
// traffic: they go by the Counter of a session, which only notes them, and reach
// observers as one NotCounted event a minute for each key.
//
// # Usage
//
// cmd makes one Bus, subscribes the audit (and later volume and metrics), and
// hands it to the proxy and, as a function, to the desk. Events are values; an
// observer must not change what they point to.
//
// # Concurrency
//
// Every method of Bus may be called from any goroutine. An observer is called
// from one goroutine only, in the order in which events entered its queue.
//
// No event carries the text of a statement, a literal or a password: only
// summaries of one line and the hash of the text (TextHash).
package event
