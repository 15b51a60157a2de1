package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/holdfast-db/holdfast/internal/console"
	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/wording"
)

func showCommand(a *app) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "show ID", Short: "Show one held statement, or what became of it", Args: oneArg,
		ValidArgsFunction: a.completeID(true),
		RunE: func(cmd *cobra.Command, args []string) error {
			h, err := a.client().Hold(cmd.Context(), args[0])
			if err != nil {
				return a.notFound(err, args[0])
			}
			if asJSON {
				return a.printJSON(h)
			}
			a.printHold(h)
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object")
	return cmd
}

func (a *app) printHold(h console.Hold) {
	a.printTitle(h)
	fmt.Fprintln(a.out)
	sentences := a.outcome(h)
	if text := coverage(h); text != "" {
		sentences = append(sentences, text)
	}
	for _, sentence := range sentences {
		for _, line := range fold(sentence, a.out.width) {
			fmt.Fprintln(a.out, line)
		}
	}
	fmt.Fprintln(a.out)
	a.printSQL(h.SQL)
	fmt.Fprintln(a.out)
	a.printAbout(h)
	if h.State == string(hold.Pending) {
		a.printAnswers(h)
	} else if unanswered(h) && h.Ungrantable == "" {
		fmt.Fprintf(a.out, "\n  holdfast approve %s%s\n", h.ID, typing(h))
	} else if revocable(h) {
		fmt.Fprintf(a.out, "\n  holdfast revoke %s\n", h.ID)
	}
}

// printAnswers is how what waits is answered, by whoever may.
func (a *app) printAnswers(h console.Hold) {
	if h.Unanswerable != "" && len(h.Reviewers.People) == 0 {
		return // each command would be refused, whoever gives it
	}
	fmt.Fprintf(a.out, "\n  holdfast approve %s%s\n  holdfast deny %s --note \"why\"\n", h.ID, typing(h), h.ID)
	if len(h.Scopes) > 1 {
		a.printScope(h)
	}
}

// printTitle is the id, the state and where, and the statement as one sentence.
func (a *app) printTitle(h console.Hold) {
	state, word := stateWord(h.State), plain
	if h.State == string(hold.Pending) {
		word = yellow
	}
	rest := ""
	if waits(h) {
		rest = ", " + wording.Left(a.now(), h.Expires) + " left"
	}
	if granted(h) {
		rest = ", " + wording.Left(a.now(), h.GrantedUntil) + " left"
	}
	where := escape(h.Host) + " / " + escape(h.Database)
	environment := strings.ToUpper(escape(h.Environment))
	gap := a.out.width - cells(h.ID+"  "+state+rest+environment+where)
	if environment != "" {
		gap -= 2
	}
	fmt.Fprint(a.out, a.out.paint(bold, h.ID), "  ", a.out.paint(word, state), rest, strings.Repeat(" ", max(gap, 2)))
	if environment != "" {
		fmt.Fprint(a.out, a.out.paint(environmentStyle(h.Environment), environment), "  ")
	}
	fmt.Fprintln(a.out, where)

	verb := "wanted"
	if waits(h) {
		verb = "wants"
	}
	for _, line := range fold(fmt.Sprintf("%s %s to run %s", escape(requester(h)), verb, escape(statement(h))), a.out.width) {
		fmt.Fprintln(a.out, line)
	}
}

// environmentStyle is red where real data is.
func environmentStyle(environment string) style {
	switch strings.ToLower(environment) {
	case "production", "prod":
		return red
	}
	return plain
}

// printSQL shows the whole text, long lines folded, never cut.
func (a *app) printSQL(sql string) {
	fmt.Fprintln(a.out, a.out.paint(dim, "SQL"))
	const gutter = 8 // columns in front of a line
	for i, line := range strings.Split(strings.TrimRight(sql, "\r\n"), "\n") {
		for j, part := range fold(escapeLine(strings.TrimSuffix(line, "\r")), a.out.width-gutter) {
			if j == 0 {
				fmt.Fprintf(a.out, "%s  %s\n", a.out.paint(dim, fmt.Sprintf("%6d", i+1)), part)
			} else {
				fmt.Fprintf(a.out, "%*s%s\n", gutter, "", part)
			}
		}
	}
}

// printAbout is who, why, who may answer and what happened when.
func (a *app) printAbout(h console.Hold) {
	pairs := [][2]string{{"BY", by(h)}, {"RULE", rule(h)}, {"REVIEW", review(h)}}
	if len(h.TypeName) > 0 {
		pairs = append(pairs, [2]string{"TYPE", "to approve, type the name of what goes: " + escape(wording.List(h.TypeName, "or"))})
	}
	a.pairs(pairs)
	if h.Unanswerable != "" && waits(h) {
		a.pairs([][2]string{{"NOBODY", "can approve it as holdfast is configured: " + h.Unanswerable + ". " + morePeople}})
	}
	a.printBehind(h)
	if h.File != nil {
		a.pairs([][2]string{{"FILE", fmt.Sprintf("%s, SHA-256 %s, asked for by %s", escape(h.File.Name), h.File.SHA256, escape(h.File.Submitter))}})
		a.printItems(h)
	}
	a.printCovers(h)
	word := "RECORD"
	for _, line := range together(a.record(h), a.out.width-pairHead) {
		a.pairs([][2]string{{word, line}})
		word = ""
	}
}

func by(h console.Hold) string {
	parts := []string{escape(wording.AskedBy(h.User, h.RequesterUnknown, askers(h)))}
	for _, p := range []string{h.Application, h.Client} {
		if p != "" {
			parts = append(parts, escape(p))
		}
	}
	return strings.Join(parts, ", ")
}

// own is true when that person's yes is one of who asked.
func own(h console.Hold, person string) bool {
	return slices.ContainsFunc(h.Approvals, func(a console.Approval) bool { return a.By == person && a.Self })
}

func rule(h console.Hold) string {
	text := escape(h.Rule)
	if h.Why != "" {
		text += ": " + escape(h.Why)
	}
	return text
}

// record is what happened when.
func (a *app) record(h console.Hold) []string {
	first := " held"
	if h.Under != "" {
		first = " sent"
	}
	parts := []string{clock(a.now(), h.Asked) + first}
	add := func(text string) { parts = append(parts, text) }
	for _, yes := range h.Approvals {
		if yes.By != h.DecidedBy { // the last one stands with the decision
			word := "approved"
			if yes.Self {
				word += ", as who asked,"
			}
			add(fmt.Sprintf("%s %s by %s (%s)%s", clock(a.now(), yes.At), word, escape(yes.By), yes.Via, words(yes.Note)))
		}
	}
	switch {
	case h.DecidedBy != "":
		word := "approved"
		if h.State == string(hold.Denied) {
			word = "denied"
		}
		if own(h, h.DecidedBy) {
			word += ", as who asked,"
		}
		if h.Under != "" {
			word += " with " + h.Under
		}
		add(fmt.Sprintf("%s %s by %s (%s)", clock(a.now(), h.Decided), word, escape(h.DecidedBy), identity(h)))
	case !h.Decided.IsZero():
		add(clock(a.now(), h.Decided) + " " + h.State)
	}
	if !h.Released.IsZero() {
		add(clock(a.now(), h.Released) + " released")
	}
	if h.Revoked != nil {
		add(fmt.Sprintf("%s %s (%s, %s)", clock(a.now(), h.Revoked.At), revoker(h), h.Revoked.Via, h.Revoked.Identity))
	}
	if !h.Ended.IsZero() && h.Revoked == nil {
		add(clock(a.now(), h.Ended) + " " + h.State)
	}
	return parts
}

// together puts as many parts in a line as fit, three blanks between them.
func together(parts []string, n int) []string {
	lines := []string{parts[0]}
	for _, p := range parts[1:] {
		last := &lines[len(lines)-1]
		if cells(*last)+3+cells(p) > n {
			lines = append(lines, p)
		} else {
			*last += "   " + p
		}
	}
	return lines
}

func identity(h console.Hold) string {
	if h.Identity == "" {
		return h.Via
	}
	return h.Via + ", " + h.Identity
}
