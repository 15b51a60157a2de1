// Package trace writes what goes over a connection of PostgreSQL's protocol as
// text for people, one line a message, and compares such texts.
//
// Three parts build on each other. Describer.Describe makes one line of one
// Message. Framer finds the messages in the bytes of a connection, however they
// are cut. Recorder writes the connections of one client to files, with the time
// and the place of each message: before holdfast and behind it. Of a text, Read
// takes such a file apart, Compare finds where two traces part, and Changes says
// what holdfast did to what went through it.
//
// Logins and cancel keys stand as *, always. Passwords in the text of statements
// are the caller's to hide: Describer.Mask. Everything else is shown, so a trace
// holds the values and the rows of its statements. What is long is cut, with its
// length and a hash in place of the rest: two traces that agree there have the
// same bytes.
//
// Nothing here trusts a length or a count: memory is taken for bytes that came,
// up to keepWhole for each direction, and never for those that are announced.
package trace
