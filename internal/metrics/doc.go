// Package metrics says to Prometheus how a holdfast is and what it counted: a Source is
// asked when somebody scrapes, nothing runs in between.
//
// The number of series is bounded whatever the traffic: there is one of each kind for
// each host, and of rows for each of the first MaxTables tables, the others together.
// Names of users and applications, which clients choose, are no labels.
package metrics
