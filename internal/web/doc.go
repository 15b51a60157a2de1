// Package web is the console in a browser: what waits, what became of it, and a
// form to answer with.
//
// Pages are rendered on the server and work without JavaScript; with it they stay
// live by server-sent events. Everything they need is embedded.
//
// # Who is who
//
// The control socket knows its caller by the system's word, and makes a link for
// them (Server.Link) that signs one browser in, once. A session is that person's
// for as long as the configuration says so: each request asks again who they are,
// and the desk asks once more before an answer counts. Where no people are
// configured a session stands for the OS user the link was made for, unverified,
// as on the command line.
//
// # What strangers may send
//
// SQL, names and notes are only ever text: templates escape them, no style and no
// script stands in a page, and the Content-Security-Policy allows neither.
// guard.go has what every request must pass.
//
// # Concurrency
//
// Requests run in goroutines of net/http; all that Options names is called from any
// of them.
package web
