// Package gaps finds the ids that are missing from a table whose ids a sequence
// hands out, without keeping anybody waiting and without holding the table in memory.
//
// Find resolves the table, its column and its sequence, then walks the column from
// its lowest to its highest id by its index, a chunk at a time, and tells of each gap
// as it passes it. What it cannot do it returns as a Fault, in words for people.
//
// # What it does to the server
//
// Each chunk is a READ ONLY transaction of its own, so that no old row is kept from
// VACUUM and no lock is held for longer than a chunk. Nothing stronger than ACCESS
// SHARE is ever taken, which only ACCESS EXCLUSIVE conflicts with: whoever waits for
// that waits for a chunk at most, and where somebody else has it, Find waits for a
// while, a moment at a time, and then gives up.
//
// # What a gap is
//
// An id that the sequence has handed out, or passed over, and that no row has. It says
// that a row is not there, not that somebody deleted it: a sequence gives nothing back
// (https://www.postgresql.org/docs/current/functions-sequence.html), so that inserts
// that were rolled back, sessions that cached numbers, and crashes leave gaps as well.
// A row is told of by its neighbours: what was made between two rows was made between
// their times, as far as ids and times ascend together, and vanished some time after.
package gaps
