package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/holdfast-db/holdfast/internal/console"
	"github.com/holdfast-db/holdfast/internal/hold"
)

func revokeCommand(a *app) *cobra.Command {
	var note string
	cmd := &cobra.Command{
		Use: "revoke ID", Short: "Take an approval back that nobody has used yet", Args: oneArg,
		Long: `Take an approval back that nobody has used yet: of a hold that is granted. Whoever could
have answered it may do that, and whoever asked. Sent again, the statement is held again. An
approval for a transaction that goes on is taken back for the rest of it.
Exit code 1: it is too late, or nothing is granted.`,
		ValidArgsFunction: a.completeGranted(),
		RunE: func(cmd *cobra.Command, args []string) error {
			h, err := a.client().Revoke(cmd.Context(), args[0], note)
			if err != nil {
				return a.refusedAnswer(cmd.Context(), err, args[0], "not revoked")
			}
			if h.File != nil {
				fmt.Fprintf(a.out, "%s revoked: %d of its %d statements were not sent, and are held when they come.\n", h.ID, h.File.Left, len(h.File.Items))
				return nil
			}
			if h.State != string(hold.Lapsed) {
				fmt.Fprintf(a.out, "%s revoked for the rest of its transaction: what comes in it is held again. What went on is not undone.\n", h.ID)
				return nil
			}
			fmt.Fprintf(a.out, "%s revoked. %s Sent again, it is held again.\n", h.ID, kept(h))
			return nil
		},
	}
	cmd.Flags().StringVar(&note, "note", "", "`TEXT` for the record and the one who asked")
	return cmd
}

// revoker is who took the grant back: "cy revoked it".
func revoker(h console.Hold) string {
	if h.Revoked.Self {
		return escape(h.Revoked.By) + ", who asked, revoked it"
	}
	return escape(h.Revoked.By) + " revoked it"
}
