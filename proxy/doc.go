// Package proxy is everything of holdfast that speaks PostgreSQL on a socket: one
// file for each stage of a connection's life.
//
// A connection is accepted (server.go), says who it is and may turn to TLS
// (startup.go), or turns out to be a request to cancel (cancel.go); the server is
// dialled (upstream.go) and logs the client in (login.go); from then on bytes are
// pumped both ways (engine_net.go, pump.go) through the session core, which judges
// them, until one side ends it (ending.go). What is silent is parked (parking.go).
// What the core wants to be decided by people goes to the desk (holding.go), in
// the words of words.go.
//
// # Usage
//
// Make a Server with New and run it with Serve, which returns when its context
// has ended and every session is over.
//
// # Concurrency
//
// A Server is safe for concurrent use. Every session has one goroutine for each
// direction that is not parked, and one more while a statement of it is held. A
// panic in any of them ends that session alone.
package proxy
