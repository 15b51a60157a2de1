package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/holdfast-db/holdfast/internal/audit"
	"github.com/holdfast-db/holdfast/internal/wording"
)

func auditCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "audit", Short: "Look into the record", Args: unknownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	cmd.AddCommand(&cobra.Command{
		Use: "verify FILE", Short: "Check the chain of hashes of an audit file",
		Long: `Check that no line of an audit file was changed, removed or inserted.

Lines missing at the end are not seen: compare the number of records, or keep the
newest hash elsewhere.`,
		Args: oneArg,
		RunE: func(_ *cobra.Command, args []string) error { return a.verify(args[0]) },
	})
	return cmd
}

// soundBefore is what the records in front of a broken line are worth.
func soundBefore(n int) string {
	switch n {
	case 0:
		return "Nothing in the file is to be trusted."
	case 1:
		return "The record before it is as it was written; what follows is not to be trusted."
	}
	return fmt.Sprintf("The %s before it are as they were written; what follows is not to be trusted.", wording.Count(n, "record"))
}

func (a *app) verify(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return failed("the audit cannot be read: " + err.Error())
	}
	defer f.Close()
	n, err := audit.Verify(f)
	var broken *audit.BrokenError
	switch {
	case errors.As(err, &broken):
		return failed(fmt.Sprintf("%s: line %d is broken: %s: %s", file, broken.Line, broken.Why, escape(broken.Detail)), soundBefore(n))
	case err != nil:
		return failed("the audit cannot be read: " + err.Error())
	case n == 0:
		return failed(file+" has no record", "holdfast writes one as soon as it opens a file: this one was emptied, or is another file.")
	}
	fmt.Fprintf(a.out, "%s: %s, the chain is whole\n", file, wording.Count(n, "record"))
	return nil
}
