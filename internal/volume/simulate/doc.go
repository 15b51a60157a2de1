// Package simulate is tests only: weeks of deletes on many tables, with seasons,
// noise, jobs, growth, deploys, renamed applications and bursts, and among them
// things that somebody should be told of. World makes them from one seed in one
// of several styles, Play runs a watch over them, and Score compares its alerts
// with what was done.
//
// A style decides what the world is made of: how counts and batches are
// distributed, how much days differ, which hours are busy. The numbers of the
// detectors were chosen on the first ones; those held out came later.
package simulate
