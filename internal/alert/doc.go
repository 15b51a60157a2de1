// Package alert is the desk of alerts: it counts the rows that sessions delete, has
// package volume say what is unusual, keeps the alerts and what people answered, and
// says which brakes are on. It knows no PostgreSQL, no HTTP and no Slack.
//
// Sessions hand in what they deleted by (*Desk).Take, which never blocks. One
// goroutine counts, judges and keeps. People look and answer by the other methods.
package alert
