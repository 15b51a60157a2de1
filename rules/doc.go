// Package rules turns the text of a statement and who sent it into facts and a
// verdict.
//
// It is pure: no network, no clock, no goroutine of its own, no log. Start with
// Reader.Read, which gives Facts for a text, and Policy.Judge, which gives a
// Verdict for facts. What a policy cannot read it holds: the zero Facts are
// held and the zero Verdict holds.
//
// Reading happens in this order: is the text certain under the session's
// settings (Settings), can any of its words matter (the prefilter), has it been
// read before (the cache) or one that differs in its literals alone (the shape),
// may it be parsed in this process at all (the bounds), and only then the parser.
// A long text is looked for among those read before first of all.
//
// Where to look: certainty.go and encodings.go (may it be read), prefilter.go,
// bounds.go and parts.go (what never reaches the parser whole), cache.go and
// shape.go (what reaches it once), extract.go and
// the effects files (what a statement does), body.go and plpgsql.go (code in
// literals), extract_create.go and definitions.go (what runs later), filter.go and
// truth.go (which rows), destroyers.go and extension.go (which functions), suspect.go
// (text that no parser reads), policy_default.go (what is held).
// testdata has one file a case: SQL, facts, verdict; testdata/tricky has many
// statements with their verdicts alone. The lists of functions and keywords in words
// are made by words/generate.sh and words/extensions.sh.
package rules
