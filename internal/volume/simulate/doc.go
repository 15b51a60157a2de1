// Package simulate is tests only: weeks of deletes on many tables, with seasons,
// noise, jobs, growth, deploys, renamed applications and bursts, and among them
// things that somebody should be told of. World makes them from one seed in one
// of several styles, Play runs a watch over them, and Score compares its alerts
// with what was done.
//
// A style decides what the world is made of: how counts and batches are
// distributed, how much days differ, which hours are busy. The detectors were
// tried on the first ones only; the held-out ones came later.
package simulate
