package main

import (
	"github.com/spf13/cobra"

	"github.com/holdfast-db/holdfast/internal/config"
)

func configCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use: "config", Short: "Say what a configuration file may have", Args: unknownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(&cobra.Command{
		Use: "schema", Short: "Print a JSON Schema of the configuration file, for editors", Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			text, err := config.Schema()
			if err != nil {
				return failed("making the schema: " + err.Error())
			}
			_, err = a.out.Write(text)
			return err
		},
	})
	return cmd
}
