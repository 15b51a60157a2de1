package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/spf13/cobra"

	"github.com/holdfast-db/holdfast/internal/alert"
	"github.com/holdfast-db/holdfast/internal/console"
	"github.com/holdfast-db/holdfast/internal/wording"
)

func alertsCommand(a *app) *cobra.Command {
	var all, asJSON bool
	cmd := &cobra.Command{
		Use:   "alerts [ID]",
		Short: "List the alerts about unusual deletes, show one, or answer it",
		Long: `List the alerts about unusual deletes that last or whose brake is on, or show one.

To answer one, name what you say of it in front of its id:

  holdfast alerts acknowledge ID        somebody is on it
  holdfast alerts silence ID --for 4h   nobody is told of this actor on this table
  holdfast alerts accept ID             this is as usual from now on
  holdfast alerts job ID                this is a job, and will run again
  holdfast alerts release ID            the brake is off: its actor may delete there again
  holdfast alerts lift ID               silences and jobs that answers to it declared are taken back`,
		Args:              atMostOneArg,
		ValidArgsFunction: a.completeAlert(),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				return a.showAlert(cmd, args[0], asJSON)
			}
			return a.listAlerts(cmd, all, asJSON)
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "also those that are over, newest first")
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	cmd.AddCommand(answerCommand(a, alert.Acknowledge, "Say that somebody is on it"),
		silenceCommand(a), answerCommand(a, alert.Accept, "Say that this is as usual from now on"), jobCommand(a),
		answerCommand(a, alert.Release, "Take the brake off: the actor may delete from the table again"),
		answerCommand(a, alert.Lift, "Take back the silences and jobs that answers to an alert declared"))
	return cmd
}

func atMostOneArg(cmd *cobra.Command, args []string) error {
	if len(args) > 1 {
		return misused(cmd.CommandPath()+" takes at most one argument", "Usage: "+cmd.UseLine())
	}
	cmd.SuggestionsMinimumDistance = 2 // letters that may differ
	if len(args) == 1 && len(cmd.SuggestionsFor(args[0])) > 0 {
		return unknownCommand(cmd, args) // a misspelt subcommand is likelier than a table or an id of that name
	}
	return nil
}

func (a *app) listAlerts(cmd *cobra.Command, all, asJSON bool) error {
	list, stands, err := a.client().Alerts(cmd.Context(), all)
	if err != nil {
		return a.unreachable(err)
	}
	if !asJSON {
		a.printAlerts(list)
		a.printStanding(stands)
		return nil
	}
	for _, one := range list {
		if err := a.printJSON(one); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) showAlert(cmd *cobra.Command, id string, asJSON bool) error {
	one, err := a.client().Alert(cmd.Context(), id)
	switch {
	case err != nil:
		return a.refusedReply(err, id, "")
	case asJSON:
		return a.printJSON(one)
	}
	a.printAlert(one)
	return nil
}

// lasts is true for an alert that is not over.
func lasts(one console.Alert) bool {
	return one.State == string(alert.Open) || one.State == string(alert.Acknowledged)
}

func braked(one console.Alert) bool { return one.Brake != nil && one.Brake.On }

func (a *app) printAlerts(list []console.Alert) {
	var live, over []console.Alert
	for _, one := range list {
		if lasts(one) || braked(one) {
			live = append(live, one)
		} else {
			over = append(over, one)
		}
	}
	if len(live) == 0 {
		fmt.Fprintln(a.out, "Nothing unusual is deleted.")
	} else {
		fmt.Fprintf(a.out, "%s, newest first\n\n", wording.Count(len(live), "alert"))
		a.alertTable(live)
		fmt.Fprintf(a.out, "\nLook with: holdfast alerts %s\n", live[0].ID)
	}
	if len(over) > 0 {
		fmt.Fprintf(a.out, "\n%s over, newest first\n\n", wording.Number(uint64(len(over))))
		a.alertTable(over)
	}
}

// printStanding lists what answers said that counts from then on.
func (a *app) printStanding(stands []console.Standing) {
	if len(stands) == 0 {
		return
	}
	fmt.Fprintf(a.out, "\nStands since people said so; holdfast alerts lift ID takes it back\n\n")
	var rows [][]string
	for _, s := range stands {
		what, until := "silenced", clock(a.now(), s.Until)
		if s.Job != "" {
			what, until = "a job", jobText(s.Job)
		}
		rows = append(rows, []string{s.Alert, what, escape(s.By), escape(s.Host), tableText(s.Table), escape(s.Actor), escape(until)})
	}
	a.out.table([]column{{head: "ID", style: bold}, {head: "WHAT"}, {head: "BY", most: 16}, {head: "HOST", most: 16}, {head: "TABLE", most: 20},
		{head: "ACTOR", most: 20}, {head: "UNTIL, OR WHEN"}}, rows)
}

// jobText is when a declared job runs and how much it may delete, of its line for the
// configuration: the other columns have the rest of that.
func jobText(line string) string {
	var d declared
	if err := yaml.Unmarshal([]byte("expected:\n  "+line), &d); err != nil || len(d.Expected) != 1 {
		return line
	}
	job := d.Expected[0]
	if job.MaxRows == 0 {
		return job.Cron
	}
	return job.Cron + ", up to " + wording.Count(int(job.MaxRows), "row")
}

// tableText is a table for people. Rows whose table no text names are counted together.
func tableText(table string) string {
	if table == "" {
		return "(not named)"
	}
	return escape(table)
}

func (a *app) alertTable(list []console.Alert) {
	var rows [][]string
	for _, one := range list {
		rows = append(rows, []string{one.ID, a.alertState(one), clock(a.now(), one.Since), escape(one.Host), tableText(one.Table),
			escape(actorCell(one)), wording.Number(uint64(max(one.Deleted, 0))), escape(one.Reason)})
	}
	a.out.table([]column{{head: "ID", style: bold}, {head: "STATE"}, {head: "SINCE", style: dim}, {head: "HOST", most: 16}, {head: "TABLE", most: 20},
		{head: "ACTOR", most: 20}, {head: "DELETED", right: true}, {head: "REASON"}}, rows)
}

// alertState is the state in a word or two.
func (a *app) alertState(one console.Alert) string {
	switch {
	case braked(one):
		return "brake on"
	case lasts(one) && one.Silenced.After(a.now()):
		return "silenced"
	}
	return one.State
}

// printAlert is all of an alert, and what can be done about it.
func (a *app) printAlert(one console.Alert) {
	where := escape(one.Host) + " / " + escape(one.Database)
	if one.Environment != "" {
		where = a.out.paint(environmentStyle(one.Environment), strings.ToUpper(escape(one.Environment))) + "  " + where
	}
	fmt.Fprintf(a.out, "%s  %s  %s\n\n", a.out.paint(bold, one.ID), a.alertState(one), where)
	a.paragraph(fmt.Sprintf("%s deleted %s from %s since %s.", actorText(one), wording.Count(int(one.Deleted), "row"), tableText(one.Table), clock(a.now(), one.Since)))
	a.paragraph(one.Reason + ".")
	fmt.Fprintln(a.out)
	pairs := [][2]string{{"KIND", one.Kind}}
	for i, who := range one.Actors {
		word := ""
		if i == 0 {
			word = "ACTORS"
		}
		pairs = append(pairs, [2]string{word, fmt.Sprintf("%s from %s", wording.Count(int(who.Deleted), "row"), escape(nameOf(who)))})
	}
	pairs = append(pairs, [2]string{"USUAL", usualText(one)})
	word := "RECORD"
	for _, line := range together(a.alertRecord(one), a.out.width-pairHead) {
		pairs = append(pairs, [2]string{word, line})
		word = ""
	}
	a.pairs(pairs)
	if len(one.Examples) > 0 {
		fmt.Fprintln(a.out)
		for _, text := range one.Examples {
			a.printSQL(text)
		}
	}
	if advice := adviceOn(one); len(advice) > 0 {
		fmt.Fprintln(a.out)
		for _, line := range advice {
			fmt.Fprintf(a.out, "  holdfast alerts %s %s\n", line, one.ID)
		}
	}
}

func nameOf(who console.AlertActor) string {
	if who.Application == "" {
		return who.User
	}
	return who.User + "/" + who.Application
}

func actorText(one console.Alert) string {
	switch {
	case one.Kind == string(alert.Behind):
		return "Somebody who does not come through holdfast"
	case one.User == "":
		return "All actors together"
	}
	return one.Actor
}

// actorCell is the actor in a list.
func actorCell(one console.Alert) string {
	if one.Kind == string(alert.Behind) {
		return "not known"
	}
	return one.Actor
}

func usualText(one console.Alert) string {
	if one.Kind == string(alert.Behind) {
		return "not known: holdfast counts only what passes it"
	}
	text := "up to " + wording.Count(int(one.Usual+0.5), "row") + " in that time"
	if one.Usual < 0.5 {
		text = "none in that time"
	}
	if one.Rows > 0 {
		text += "; the table has about " + wording.Number(uint64(one.Rows))
	}
	return text
}

// alertRecord is what happened to an alert when.
func (a *app) alertRecord(one console.Alert) []string {
	parts := []string{clock(a.now(), one.Raised) + " raised"}
	if one.Brake != nil {
		parts = append(parts, clock(a.now(), one.Brake.Set)+" brake set")
	}
	for _, said := range one.Answers {
		text := fmt.Sprintf("%s %s by %s (%s, %s)", clock(a.now(), said.At), didText(alert.Verb(said.Verb)), escape(said.By), escape(said.Via), said.Identity)
		if !said.Until.IsZero() {
			text += " until " + clock(a.now(), said.Until)
		}
		if said.Note != "" {
			text += ": " + escape(said.Note)
		}
		parts = append(parts, text)
	}
	if b := one.Brake; b != nil && !b.Released.IsZero() {
		parts = append(parts, clock(a.now(), b.Released)+" brake off")
	}
	if !one.Ended.IsZero() {
		parts = append(parts, clock(a.now(), one.Ended)+" over")
	}
	return parts
}

func didText(v alert.Verb) string {
	switch v {
	case alert.Acknowledge:
		return "acknowledged"
	case alert.Silence:
		return "silenced"
	case alert.Accept:
		return "accepted as usual"
	case alert.Job:
		return "declared as a job"
	case alert.Release:
		return "brake released"
	case alert.Lift:
		return "what was said lifted"
	}
	return escape(string(v))
}

// adviceOn is what can be said of an alert.
func adviceOn(one console.Alert) (verbs []string) {
	if braked(one) {
		verbs = append(verbs, "release")
	}
	if lasts(one) {
		if one.State == string(alert.Open) {
			verbs = append(verbs, "acknowledge")
		}
		verbs = append(verbs, "silence --for 4h")
		if one.Kind != string(alert.Behind) {
			verbs = append(verbs, "accept")
		}
	}
	if one.State != string(alert.Accepted) && one.User != "" && one.Table != "" {
		verbs = append(verbs, "job")
	}
	return verbs
}

// completeAlert offers the ids of the alerts that last or brake.
func (a *app) completeAlert() cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		ctx, cancel := contextWithin(cmd, completeWait)
		defer cancel()
		list, _, err := a.client().Alerts(ctx, false)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var ids []cobra.Completion
		for _, one := range list {
			ids = append(ids, cobra.CompletionWithDesc(one.ID, escape(one.Actor+" on "+one.Table)))
		}
		return ids, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
	}
}

// silenceUntil is until when --for silences.
func silenceUntil(now time.Time, wait time.Duration) (time.Time, error) {
	if wait <= 0 || wait > alert.MaxSilence {
		return time.Time{}, misused(fmt.Sprintf("--for is %v; write a time of at most %d days, such as 4h", wait, alert.MaxSilence/(24*time.Hour)))
	}
	return now.Add(wait), nil
}
