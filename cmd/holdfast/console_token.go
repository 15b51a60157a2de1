package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/holdfast-db/holdfast/internal/web"
)

func tokenCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "token", Short: "Print a new token for the API, and its hash",
		Long: `Print a new token, with which a program uses the API of the web console, and its hash.
The hash stands in the configuration, as token of the person whose program it is; the
token itself is shown here alone. Needs no running holdfast.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			token, hash := web.NewToken()
			fmt.Fprintln(a.out, token)
			fmt.Fprintf(a.err, "Keep it where the program finds it, and put its hash into the configuration, with the person:\n  token: %q\n", hash)
			return nil
		},
	}
}
