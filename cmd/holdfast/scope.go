package main

import (
	"fmt"

	"github.com/holdfast-db/holdfast/internal/console"
	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/wording"
)

// revocable is true for an approval that can be taken back.
func revocable(h console.Hold) bool { return granted(h) || h.Covers != nil && h.Covers.Open }

// printScope offers the transaction, and says what that grants.
func (a *app) printScope(h console.Hold) {
	fmt.Fprintf(a.out, "  holdfast approve %s%s --scope transaction\n", h.ID, typing(h))
	for _, line := range fold("With that "+wording.TransactionScope("holds.grant")+". "+wording.AsksAgain, a.out.width-4) {
		fmt.Fprintln(a.out, "    "+line)
	}
}

// printCovers lists what went on under an approval for a transaction.
func (a *app) printCovers(h console.Hold) {
	if h.Covers == nil {
		return
	}
	word := "COVERS"
	for _, p := range h.Covers.Passed {
		text := fmt.Sprintf("%s %s %s: %s", p.ID, clock(a.now(), p.Released), p.State, escape(statement(console.Hold{Statements: p.Statements})))
		a.pairs([][2]string{{word, text}})
		word = ""
	}
}

// coverage is the sentence about an approval for a transaction; empty for any other.
func coverage(h console.Hold) string {
	switch {
	case h.Under != "":
		return fmt.Sprintf("It was not asked about: %s had approved it with %s.", escape(h.DecidedBy), h.Under)
	case h.Covers == nil, h.File != nil:
		return ""
	}
	c := hold.Coverage{Open: h.Covers.Open, Passed: make([]hold.Hold, len(h.Covers.Passed))}
	text := wording.WentOn(c)
	if h.Revoked != nil {
		text += "; " + revoker(h) + words(h.Revoked.Note)
	}
	return text + "."
}
