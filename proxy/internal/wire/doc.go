// Package wire knows the frames of the PostgreSQL protocol and nothing of what
// they mean: it peeks at a header, takes a field out of a body, and builds the
// few messages holdfast sends of its own accord.
//
// Nothing received is decoded as a whole: frames are walked inside the bytes as
// they came (Peek), and the bytes themselves go on. It is the only package that
// imports pgproto3, and it uses pgproto3 only to encode, since several of its
// decoders panic on negative lengths.
//
// The message formats are those of the PostgreSQL manual, chapter
// "Frontend/Backend Protocol", sections "Message Flow" and "Message Formats".
package wire
