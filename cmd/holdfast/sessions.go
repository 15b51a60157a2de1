package main

import (
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/holdfast-db/holdfast/internal/console"
	"github.com/holdfast-db/holdfast/internal/wording"
)

func sessionsCommand(a *app) *cobra.Command {
	var f console.SessionFilter
	var asJSON bool
	cmd := &cobra.Command{
		Use: "sessions", Short: "List who is connected now, and what they do", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.Limit < 0 || f.Limit > console.MaxSessions {
				return misused(fmt.Sprintf("--limit is a number from 1 to %d", console.MaxSessions), "Its flags: holdfast sessions --help")
			}
			if f.Limit == 0 && asJSON {
				f.Limit = console.MaxSessions // a program would not see that there are more
			}
			found, err := a.client().Sessions(cmd.Context(), f)
			if err != nil {
				return a.unreachable(err)
			}
			if !asJSON {
				a.printSessions(found)
				return nil
			}
			for _, s := range found.Sessions {
				if err := a.printJSON(s); err != nil {
					return err
				}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&f.Host, "host", "", "only those on this `HOST` of the configuration")
	cmd.Flags().StringVar(&f.User, "user", "", "only those of this Postgres `USER`")
	cmd.Flags().StringVar(&f.Text, "text", "", "only those with this `TEXT` in what is shown of them")
	cmd.Flags().IntVar(&f.Limit, "limit", 0, fmt.Sprintf("the newest `N`; without it %d, and with --json all", console.UsualSessions))
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
}

func (a *app) printSessions(found console.Sessions) {
	switch {
	case found.All == 0:
		fmt.Fprintln(a.out, "Nobody is connected.")
		return
	case found.Picked == 0:
		fmt.Fprintf(a.out, "None of %s is picked by these flags.\n", wording.Count(found.All, "session"))
		return
	case found.Picked < found.All:
		fmt.Fprintf(a.out, "%s of %s, newest first\n\n", wording.Number(uint64(found.Picked)), wording.Count(found.All, "session"))
	default:
		fmt.Fprintf(a.out, "%s, newest first\n\n", wording.Count(found.All, "session"))
	}
	var rows [][]string
	for _, s := range found.Sessions {
		rows = append(rows, []string{
			s.ID, escape(s.Host + " / " + s.Database), escape(userOf(s)), escape(clientOf(s)),
			wording.Took(a.now().Sub(s.Since)), doing(s, a.now()), escape(s.Statement),
		})
	}
	a.out.table([]column{{head: "ID", style: bold}, {head: "HOST", most: 24}, {head: "BY", most: 20},
		{head: "FROM", most: 20}, {head: "FOR", style: dim, right: true}, {head: "STATE"}, {head: "STATEMENT"}}, rows)
	if more := found.Picked - len(found.Sessions); more > 0 {
		fmt.Fprintf(a.out, "\nand %s more. Pick with --host, --user or --text, or list more with --limit %s\n",
			wording.Number(uint64(more)), strconv.Itoa(min(found.Picked, console.MaxSessions)))
	}
}

// userOf is the Postgres user, and with what.
func userOf(s console.Session) string {
	if s.Application == "" {
		return s.User
	}
	return s.User + ", " + s.Application
}

// clientOf is where a session comes from, and whether it came by TLS.
func clientOf(s console.Session) string {
	if s.TLS {
		return s.Client + ", TLS"
	}
	return s.Client
}

// doing is the state of a session, and for how long.
func doing(s console.Session, now time.Time) string {
	state := escape(s.State)
	if s.Hold != "" {
		state += " as " + escape(s.Hold)
	}
	return state + ", " + wording.Took(now.Sub(s.StateSince))
}
