package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

func denyCommand(a *app) *cobra.Command {
	var note string
	cmd := &cobra.Command{
		Use: "deny ID", Short: "Refuse a held statement", Args: oneArg,
		ValidArgsFunction: a.completeID(false),
		RunE: func(cmd *cobra.Command, args []string) error {
			h, err := a.client().Deny(cmd.Context(), args[0], note)
			if err != nil {
				return a.refusedAnswer(cmd.Context(), err, args[0], "not denied")
			}
			if h.Returns {
				fmt.Fprintf(a.out, "%s denied. %s Nobody waits for it: holdfast wait %s and show tell who asks.\n", h.ID, kept(h), h.ID)
				return nil
			}
			fmt.Fprintf(a.out, "%s denied. %s, %s was told.\n", h.ID, strings.TrimSuffix(kept(h), "."), escape(requester(h)))
			return nil
		},
	}
	cmd.Flags().StringVar(&note, "note", "", "`TEXT` that tells the one who asked why")
	return cmd
}
