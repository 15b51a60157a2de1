package main

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/holdfast-db/holdfast/internal/console"
	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/wording"
)

func requestCommand(a *app) *cobra.Command {
	var f console.FileRequest
	var asJSON bool
	cmd := &cobra.Command{
		Use: "request FILE --database NAME --user NAME", Short: "Ask people about the statements of a file before it runs", Args: oneArg,
		Long: `Ask people about the statements of a file, a migration for instance, before it runs or
while it does. The running holdfast reads it as check does and makes one hold of every
statement that would be held. Approved, each of them passes once, sent by that user on that
host and database, until the approval's time is over; what else the file does is judged as
ever. Neither who asks nor who will run it can approve it.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.Database == "" || f.User == "" {
				return misused("it is not said on which database and as which Postgres user the file will run",
					"Give --database NAME and --user NAME.")
			}
			text, err := a.readInput(args[0])
			if err != nil {
				return err
			}
			f.Name, f.SQL = filepath.Base(inputName(args[0])), string(text)
			answer, err := a.client().Submit(cmd.Context(), f)
			if err != nil {
				return a.notRequested(err, args[0])
			}
			if asJSON {
				return a.printJSON(answer)
			}
			a.requested(answer)
			return nil
		},
	}
	cmd.Flags().StringVar(&f.Host, "host", "", "`NAME` of the host that it will run on; needed where there are several")
	cmd.Flags().StringVar(&f.Database, "database", "", "`NAME` of the database")
	cmd.Flags().StringVar(&f.User, "user", "", "`NAME` of the Postgres user who will run it")
	cmd.Flags().StringVar(&f.Application, "application", "", "application_name, `NAME` of the program that will; without it any")
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object: hold, and uncovered")
	return cmd
}

// notRequested explains why nobody was asked about the file of that name.
func (a *app) notRequested(err error, name string) error {
	fault := (*console.Fault)(nil)
	if errors.As(err, &fault) {
		return failed("not requested: "+escape(fault.Text), "What is in it: holdfast check "+escape(name)+". Which hosts there are: holdfast status")
	}
	return a.unreachable(err)
}

// requested says what people are asked about, and what not.
func (a *app) requested(answer console.FileAnswer) {
	h := answer.Hold
	verb := "asks for"
	if granted(h) {
		verb = "is granted already, for"
	}
	fmt.Fprintf(a.out, "%s %s %s of %s:\n", h.ID, verb, wording.Count(len(h.File.Items), "statement"), escape(h.File.Name))
	a.printItems(h)
	for _, why := range answer.Uncovered {
		fmt.Fprintf(a.out, "Asked about when it comes: %s\n", escape(why))
	}
	switch {
	case h.State != string(hold.Pending):
	case h.Unanswerable != "":
		a.paragraph(fmt.Sprintf("Nobody can approve it as holdfast is configured: %s. Neither who asks nor who will run it may. %s It waits until %s.",
			h.Unanswerable, morePeople, clock(a.now(), h.Expires)))
	default:
		a.paragraph(fmt.Sprintf("It needs %s. To answer: holdfast approve %s%s", review(h), h.ID, typing(h)))
	}
}

// printItems lists the statements of a file, with what became of them.
func (a *app) printItems(h console.Hold) {
	if h.File == nil {
		return
	}
	for _, item := range h.File.Items {
		state := "open"
		switch {
		case item.Spent:
			state = "sent"
		case h.State == string(hold.Pending):
			state = "asked"
		case h.State != string(hold.Granted):
			state = "not sent"
		}
		a.pairs([][2]string{{fmt.Sprintf("LINE %d", item.Line), state + ": " + escape(statement(console.Hold{Statements: item.Statements}))}})
	}
}

// fileOutcome is what becomes, or became, of a hold that lists the statements of a file;
// nil where nothing else is to be said than of other holds.
func (a *app) fileOutcome(h console.Hold) []string {
	if h.File == nil {
		return nil
	}
	who, answered := approvers(h), clock(a.now(), h.Decided)
	count := wording.Count(len(h.File.Items), "statement")
	switch hold.State(h.State) {
	case hold.Pending:
		return []string{fmt.Sprintf("Nobody runs it yet: %s asks for %s of the file. If it is approved by %s, %s may send each of them once.",
			escape(h.File.Submitter), count, clock(a.now(), h.Expires), escape(requester(h))), noPreview}
	case hold.Granted:
		return []string{fmt.Sprintf("%s approved it at %s: %s may send each of its statements once until %s%s. %d of %d are left.",
			who, answered, escape(requester(h)), clock(a.now(), h.GrantedUntil), note(h), h.File.Left, len(h.File.Items))}
	case hold.Lapsed:
		end := escape(h.Result)
		if h.Revoked != nil {
			end = fmt.Sprintf("%s at %s%s; %d of them were not sent", revoker(h), clock(a.now(), h.Revoked.At), words(h.Revoked.Note), h.File.Left)
		}
		return []string{fmt.Sprintf("%s approved it at %s, and %s.", who, answered, end)}
	case hold.Released:
		return []string{fmt.Sprintf("%s approved it at %s. All %s were sent, and not all are answered yet.", who, answered, count)}
	case hold.Executed, hold.Failed, hold.Unknown:
		return []string{fmt.Sprintf("%s approved it at %s, and %s%s.", who, answered, escape(h.Result), note(h))}
	}
	return nil
}
