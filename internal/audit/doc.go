// Package audit is the record: append-only JSON lines, each with the hash of the
// one before. Decisions and releases are written through (Log.Write); what else
// happens is observed (Log.Observe) and its losses are counted in the record
// itself.
//
// The record never contains the text of a statement, a literal or a password:
// only summaries of one line (verb and target) and the SHA-256 of the text.
//
// # Format
//
// A file is lines, each ended by one newline byte (0x0A). A line is one JSON
// object with exactly these members, in this order, without blanks between them:
//
//		{"seq":7,"time":"2026-11-24T01:16:28.5Z","kind":"hold denied","fields":{...},"prev":"64 hex digits","hash":"64 hex digits"}
//
//	  - seq counts the lines from 1, without gaps.
//	  - time is when it happened, RFC 3339 in UTC.
//	  - kind says what happened; fields depends on it.
//	  - prev is the hash of the line before; 64 zeros in the first line.
//	  - hash is the SHA-256, in lower-case hexadecimal, of the line's own bytes up
//	    to and without `,"hash":"`: all but the last 75 bytes and the newline.
//
// So line 7 is checked by hand with
//
//	sed -n 7p audit.jsonl | tr -d '\n' | head -c -75 | sha256sum
//
// and by comparing its prev with the hash in line 6. The bytes themselves are
// hashed: no rule about the order or form of JSON is needed.
//
// # What it shows, and what it does not
//
// A changed byte, a removed, inserted or swapped line breaks the chain: Verify
// names the first line at which it does. There is no key in it: who can write the
// file can also write a new chain from some line on, or leave out its last lines.
// Against that, keep the newest hash elsewhere from time to time (Log.Head), or
// ship the lines as they are written.
//
// # Torn lines
//
// A crash or a full disk can leave the beginning of a line without its end.
// Nothing is ever truncated or rewritten. The next write ends the torn line with
// a newline and continues the chain from the last good line with a line of kind
// "recovered" whose fields are
//
//	{"torn_bytes":41,"torn_sha256":"..."}
//
// the number and SHA-256 of the bytes between the newline that ends the last
// good line and the newline in front of the recovered one. Verify accepts bytes
// that are no record only there, and only with that length and hash. A whole line
// in the form of a record whose hash is wrong is no torn line: Open refuses the
// file.
//
// Lines that reached the file although their writer was told that the write
// failed are named by a line of kind "not acknowledged", with the first and last
// seq: holdfast did not act on them.
//
// # Rotation
//
// Rename the file; holdfast notices at its next write, opens the path anew, and
// begins the new file with a line of kind "continued" that names the last seq and
// hash of the old one. Never copy and truncate.
package audit
