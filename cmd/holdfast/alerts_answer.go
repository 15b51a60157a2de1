package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/holdfast-db/holdfast/internal/alert"
	"github.com/holdfast-db/holdfast/internal/console"
)

// answerCommand is an answer that needs nothing but the alert.
func answerCommand(a *app, v alert.Verb, short string) *cobra.Command {
	reply := console.AlertReply{Verb: string(v)}
	return a.replyCommand(short, &reply, func() error { return nil })
}

// replyCommand sends a reply once complete has filled it in.
func (a *app) replyCommand(short string, reply *console.AlertReply, complete func() error) *cobra.Command {
	cmd := &cobra.Command{
		Use: reply.Verb + " ID", Short: short, Args: oneArg, ValidArgsFunction: a.completeAlert(),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := complete(); err != nil {
				return err
			}
			one, err := a.client().AnswerAlert(cmd.Context(), args[0], *reply)
			if err != nil {
				return a.refusedReply(err, args[0], "not done")
			}
			a.paragraph(a.replied(one))
			a.printJob(one)
			return nil
		},
	}
	cmd.Flags().StringVar(&reply.Note, "note", "", "`TEXT` for the record")
	return cmd
}

func silenceCommand(a *app) *cobra.Command {
	reply := console.AlertReply{Verb: string(alert.Silence)}
	var wait time.Duration
	cmd := a.replyCommand("Have nobody told of this actor on this table for a time", &reply, func() (err error) {
		reply.Until, err = silenceUntil(a.now(), wait)
		return err
	})
	cmd.Flags().DurationVar(&wait, "for", alert.DefaultSilence, "how `LONG`, such as 4h; at most 720h")
	return cmd
}

func jobCommand(a *app) *cobra.Command {
	reply := console.AlertReply{Verb: string(alert.Job)}
	cmd := a.replyCommand("Say that this is a job, and will run again", &reply, func() error { return nil })
	cmd.Long = `Say that this is a job, and will run again: the alert ends, and later runs at its time are
not told as long as they delete no more than it says. When it runs and how much it may
delete is made from the alert, and printed as a line for the configuration.`
	cmd.Flags().StringVar(&reply.Cron, "cron", "", "when it runs, as five `FIELDS` of cron")
	cmd.Flags().Int64Var(&reply.MaxRows, "max-rows", 0, "`ROWS` of a run that are no news; twice as many as this time if not given")
	return cmd
}

// replied is the sentence after an answer.
func (a *app) replied(one console.Alert) string {
	said := one.Answers[len(one.Answers)-1]
	switch alert.Verb(said.Verb) {
	case alert.Acknowledge:
		return fmt.Sprintf("%s acknowledged by %s. It lasts until it is over or answered.", one.ID, said.By)
	case alert.Silence:
		return fmt.Sprintf("%s silenced. Nobody is told of %s on %s until %s; it is still counted and shown.", one.ID, repliedOf(one), tableText(one.Table), clock(a.now(), said.Until))
	case alert.Accept:
		return fmt.Sprintf("%s accepted: this is as usual for %s on %s from now on.%s", one.ID, repliedOf(one), tableText(one.Table), offText(one, said))
	case alert.Job:
		return fmt.Sprintf("%s is a job: its later runs are not told.%s", one.ID, offText(one, said))
	case alert.Release:
		return fmt.Sprintf("%s released: %s may delete from %s again.", one.ID, repliedOf(one), tableText(one.Table))
	}
	return one.ID + ": the silences and jobs of answers to it are lifted; what is unusual is told again."
}

// repliedOf is whose deletes an answer is about.
func repliedOf(one console.Alert) string {
	switch {
	case one.Kind == string(alert.Behind):
		return "what bypasses holdfast"
	case one.User == "":
		return "everybody"
	}
	return one.Actor
}

// offText says so when an answer took the brake off as well.
func offText(one console.Alert, said console.AlertAnswer) string {
	if one.Brake != nil && one.Brake.Released.Equal(said.At) {
		return " The brake is off."
	}
	return ""
}

// printJob prints the line of a job that was declared.
func (a *app) printJob(one console.Alert) {
	if job := one.Answers[len(one.Answers)-1].Job; job != "" {
		fmt.Fprintf(a.out, "\nTo keep it with the configuration, write under volume:\n\n  expected:\n    %s\n", escape(job))
	}
}

// refusedReply explains why an alert could not be shown or answered.
func (a *app) refusedReply(err error, id, undone string) error {
	var fault *console.Fault
	if !errors.As(err, &fault) {
		return a.unreachable(err)
	}
	if undone != "" {
		undone += ": "
	}
	if fault.Code == console.UnknownID {
		return failed(undone+"no alert has the id "+quote(id), "All of them: holdfast alerts --all")
	}
	return failed(undone+escape(fault.Text), "Look with: holdfast alerts "+escape(id))
}
