// Package console is the doors by which people reach the desk.
//
// This version has one: the control socket, HTTP and JSON over a Unix socket of
// mode 0600, which the command line uses and nothing else. Who calls is known by
// the socket's peer credentials, never by what the caller says.
//
// The web console is a package of its own, internal/web. Its link for signing in is
// made here, since only this door knows who calls.
//
// # Usage
//
// Listen binds the socket, Serve answers until its context ends. A Client is the
// other end.
//
// # Routes
//
//	GET  /v1/status
//	GET  /v1/holds            the holds that wait, soonest expiry first, and grants
//	GET  /v1/holds?all=1      and those that ended, newest first
//	GET  /v1/holds/ID
//	GET  /v1/holds/ID?wait=30s as soon as it is not pending any more; after that time
//	                          (MaxWait at most) as it is
//	POST /v1/holds/ID/approve {"note": "...", "type": "..."}
//	POST /v1/holds/ID/deny    {"note": "..."}
//	GET  /v1/alerts           the alerts that last or brake, the newest first
//	GET  /v1/alerts?all=1     and those that are over
//	GET  /v1/alerts/ID
//	POST /v1/alerts/ID/answer {"verb": "...", "note": "...", "until": "..."} and for jobs
//	                          "cron" and "max_rows"
//	GET  /v1/volume           what was deleted from each table, ?from= and ?to=
//	GET  /v1/volume/series    from one, ?host= ?database= ?table= ?from= ?to= ?step=
//	GET  /metrics             for Prometheus
//	POST /v1/console/login    a link that signs the caller in to the web console
//
// Every other answer than 200 is a Fault.
//
// # Concurrency
//
// Requests run in goroutines of net/http; Desk and Options.Status are called
// from any of them. A Client may be shared.
package console
