// Package slack asks in Slack and brings answers back.
//
// Every hold has one message in one channel. It is posted when the hold is asked,
// edited when it is settled, wherever that happened, and edited again when the
// server has answered. Buttons and modals come back by Socket Mode, for which
// nothing listens, or as signed HTTP requests; both end in (*hold.Desk).Decide.
//
// Every alert about unusual deletes has one message as well, edited as it grows, is
// answered and ends, with a chart where Slack takes files. Answers end in
// (*alert.Desk).Answer. One outbox has both; the keys of alerts begin with alertKey.
//
// # Usage
//
// Open makes an App, which does nothing yet. Start begins to show and to listen,
// Changed tells it of a hold, Close shows what it can and ends. Handler is the
// HTTP door, where one is wanted. Probe proves a set-up.
//
// # What is shown when Slack is down
//
// Holds do not depend on this package: they are answered by the other doors
// meanwhile. What is to be shown is decided by comparing each hold with what its
// message shows, not by a list of things to send, so an outage, a lost event or a
// restart only delays an edit. Which message belongs to which hold is in Messages,
// on disk before the post: a post of which the answer was lost is looked for in
// the channel before it is made again.
//
// # What is shown at all
//
// Everything from elsewhere is escaped, cut at the border of a character and bare
// of characters that move or hide text. Literals, comments and the server's
// messages are left out unless Options.Literals says otherwise; passwords are
// masked before anything gets here.
//
// # Concurrency
//
// All methods of App may be called from any goroutine, Start and Close once. One
// goroutine posts and edits, in turn; one reads the socket; each click has its own
// for as long as it takes.
package slack
