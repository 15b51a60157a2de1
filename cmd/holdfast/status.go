package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/holdfast-db/holdfast/internal/console"
	"github.com/holdfast-db/holdfast/internal/wording"
)

func statusCommand(a *app) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "status", Short: "Say how the running holdfast is; exit 0 once it is ready", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := a.client().Status(cmd.Context())
			if err != nil {
				return a.unreachable(err)
			}
			if asJSON {
				if err := a.printJSON(s); err != nil {
					return err
				}
			} else {
				a.printStatus(s)
			}
			if !s.Ready {
				return failed("not ready: " + escape(s.Why))
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object")
	return cmd
}

func (a *app) printStatus(s console.Status) {
	ready := "is ready"
	if !s.Ready {
		ready = "is not ready"
	}
	fmt.Fprintf(a.out, "holdfast %s %s, pid %d, up %s\n\n", escape(s.Version), ready, s.PID, wording.Took(time.Duration(s.Uptime*float64(time.Second))))
	for _, h := range s.Hosts {
		a.printHost(h)
		for _, m := range s.Monitors {
			if m.Host == h.Name {
				a.printMonitor(m)
			}
		}
		fmt.Fprintln(a.out)
	}
	a.paragraph(whatWaits(s))
	if s.Deletes != nil {
		a.printDeletes(*s.Deletes)
	}
	if !s.Counting {
		a.paragraph(s.CountingNote)
	}
	for _, w := range s.Warnings {
		a.paragraph(w)
	}
	if len(s.Policy.Restart) > 0 {
		a.paragraph("Changed in the file, and needs a restart: " + strings.Join(s.Policy.Restart, ", ") + ".")
	}
	if s.Policy.Fault != "" {
		fmt.Fprintln(a.out, "\nThe file was changed and has faults, so the policy before it goes on:")
		for line := range strings.Lines(s.Policy.Fault) {
			fmt.Fprintln(a.out, escapeLine(strings.TrimRight(line, "\r\n")))
		}
	}
	fmt.Fprintln(a.out)
	a.pairs([][2]string{
		{"POLICY", policyText(s.Policy, a.now())},
		{"ANSWERS", whoAnswers(s.People)},
		{"SOCKET", s.Socket}, {"STORE", s.Control}, {"AUDIT", s.Audit},
		{"LOST", fmt.Sprintf("%s events, %s changes of holds, %s counts", wording.Number(s.Lost.Events), wording.Number(s.Lost.Holds), wording.Number(s.Lost.Counts))},
	})
}

// whatWaits says whether people are needed.
func whatWaits(s console.Status) string {
	text := "Nothing is waiting."
	if s.Waiting > 0 {
		text = wording.Count(s.Waiting, "hold") + " waiting."
	}
	if s.Granted > 0 {
		text += " " + wording.Count(s.Granted, "approval") + " not used yet."
	}
	if s.Waiting+s.Granted > 0 {
		text += " Look with: holdfast holds"
	}
	return text
}

// printDeletes says how deletes are watched.
func (a *app) printDeletes(d console.DeleteStatus) {
	if d.Alerts > 0 || d.Brakes > 0 {
		a.paragraph(fmt.Sprintf("%s, %s on. Look with: holdfast alerts", wording.Count(d.Alerts, "alert"), wording.Count(d.Brakes, "brake")))
	}
	if d.Learned.After(a.now()) {
		a.paragraph("What is usual of deletes is being learned until " + clock(a.now(), d.Learned) + ": only limits are told so far.")
	}
	if d.Fault != "" {
		a.paragraph("What is counted of deletes is in memory only: " + d.Fault)
	}
	if n := len(d.Gaps); n > 0 {
		a.paragraph(fmt.Sprintf("Deletes were not counted from %s to %s.", clock(a.now(), d.Gaps[n-1].From), clock(a.now(), d.Gaps[n-1].To)))
	}
}

// printHost is one host: what it is, and what passed through it.
func (a *app) printHost(h console.HostStatus) {
	title := a.out.paint(bold, escape(h.Name))
	if h.Environment != "" {
		title += "  " + a.out.paint(environmentStyle(h.Environment), strings.ToUpper(escape(h.Environment)))
	}
	fmt.Fprintf(a.out, "%s  %s\n", title, modeText(h.Mode))
	a.indented(fmt.Sprintf("%s to %s", strings.Join(h.Listen, ", "), h.Server))
	a.indented(fmt.Sprintf("%s, %d of them held; %s read, %s not counted%s, %s refused",
		wording.Count(h.Sessions, "session"), h.Held, countOf(h.Statements, "statement"), wording.Number(h.NotCounted), wouldHold(h), wording.Number(h.Refused)))
}

func wouldHold(h console.HostStatus) string {
	if h.Mode != "observe" {
		return ""
	}
	return ", " + wording.Number(h.WouldHold) + " would have been held"
}

func modeText(mode string) string {
	switch mode {
	case "observe":
		return "observe: nothing is held"
	case "off":
		return "off: nothing is looked at"
	}
	return escape(mode)
}

func countOf(n uint64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return wording.Number(n) + " " + noun + "s"
}

// policyText is which policy judges, and since when.
func policyText(p console.PolicyStatus, now time.Time) string {
	if p.File == "" {
		return "the default rules"
	}
	return ruleCount(p.Rules) + ", from " + p.File + ", loaded " + clock(now, p.Loaded)
}

// whoAnswers says who may answer.
func whoAnswers(people []string) string {
	if len(people) == 0 {
		return "anybody who can open the socket, identity: unverified (the configuration has no people)"
	}
	return wording.List(people, "and")
}

// paragraph, indented and pairs lay text of others out within the width.

func (a *app) paragraph(text string) {
	for _, line := range fold(escape(text), a.out.width) {
		fmt.Fprintln(a.out, line)
	}
}

func (a *app) indented(text string) {
	for _, line := range fold(escape(text), a.out.width-2) {
		fmt.Fprintln(a.out, "  "+line)
	}
}

// pairHead is the columns of the longest word of pairs and its gap.
const pairHead = 9

// pairs are words and what they stand for.
func (a *app) pairs(pairs [][2]string) {
	for _, p := range pairs {
		for i, line := range fold(escape(p[1]), a.out.width-pairHead) {
			word := p[0]
			if i > 0 {
				word = ""
			}
			fmt.Fprintln(a.out, a.out.paint(dim, pad(word, pairHead))+line)
		}
	}
}
