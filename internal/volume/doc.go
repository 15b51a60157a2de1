// Package volume watches how many rows are deleted, and says when that is
// unusual: also when every single DELETE is harmless and they leak for days.
//
// Watch is what to use first. It is given counts in time order, learns what is
// usual for each actor on each table, and hands out alerts. Its only clock is the
// time of the counts, so that a history of weeks is replayed in seconds; Replay
// reads one. Counters keeps the counts themselves, in minute buckets, for charts.
// Both live in bounded memory whatever the traffic, and both write and read
// snapshots, for which a Store has room.
//
// # How it finds out
//
// A unit is one actor on one table. Its windows hold the last ten and sixty
// minutes, its peaks the most they ever held in each hour of the week: bulk.go
// compares them at every count. Its two streams, rows and minutes with deletes,
// know what is expected of each hour of the week (season.go) and how far hours
// and days lie from that (spread.go): leak.go adds up, hour by hour, the evidence
// that more is deleted than that. rename.go finds actors that only changed their
// name, share.go sums a table over a day and a week, expected.go knows declared
// jobs. Everything is one-sided: less than usual is never an alert.
//
// docs/volume.md says what each detector means, what it cannot know, and how well
// all of them do on simulated weeks.
package volume
