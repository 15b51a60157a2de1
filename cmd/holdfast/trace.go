package main

import (
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/holdfast-db/holdfast/internal/trace"
	"github.com/holdfast-db/holdfast/internal/wording"
)

func traceCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "trace", Short: "Look into traces of connections", Args: unknownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	cmd.AddCommand(&cobra.Command{
		Use: "compare A B", Short: "Find the first message in which two traces differ",
		Long: `Find the first message in which two traces of serve --trace differ, at each place:
before holdfast and behind it, in both directions. Not compared are times, process
ids, OIDs of tables, ids of holds, and the notices of holdfast. Exit code 0 says that
they are equal, 1 that they differ.`,
		Args: twoArgs,
		RunE: func(_ *cobra.Command, args []string) error { return a.compareTraces(args[0], args[1]) },
	}, &cobra.Command{
		Use: "changes FILE", Short: "Show what holdfast did to the messages of a trace",
		Long: `Show which messages of a trace holdfast did not pass on (-), and which it sent of its
own accord (+). Everything else went through as it came.`,
		Args: oneArg,
		RunE: func(_ *cobra.Command, args []string) error { return a.traceChanges(args[0]) },
	})
	return cmd
}

func readTrace(name string) ([]trace.Entry, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, failed("the trace cannot be read: " + err.Error())
	}
	defer f.Close()
	entries, err := trace.Read(f)
	if err != nil {
		return nil, failed(fmt.Sprintf("%s cannot be read as a trace: %v", escape(name), err))
	}
	return entries, nil
}

// placesInOrder are those of a message on its way to the server and back.
var placesInOrder = []trace.Place{trace.ClientToHoldfast, trace.HoldfastToServer, trace.ServerToHoldfast, trace.HoldfastToClient}

func (a *app) compareTraces(one, other string) error {
	first, err := readTrace(one)
	if err != nil {
		return err
	}
	second, err := readTrace(other)
	if err != nil {
		return err
	}
	ignore := []trace.Ignore{trace.ProcessIDs, trace.TableOIDs, trace.OwnNotices, trace.Holds(slices.Concat(first, second))}
	differ := false
	for _, p := range placesInOrder {
		x, y := trace.SeenAt(first, p), trace.SeenAt(second, p)
		d := trace.Compare(texts(x), texts(y), ignore...)
		if d == nil {
			fmt.Fprintf(a.out, "%s: %s, equal\n", p, wording.Count(len(x), "message"))
			continue
		}
		differ = true
		fmt.Fprintf(a.out, "%s: different, %s and %s\n%s", p, lineOf(one, x, d.A), lineOf(other, y, d.B), d.Print(escape(one), escape(other)))
	}
	if differ {
		return failed(fmt.Sprintf("%s and %s differ", escape(one), escape(other)))
	}
	return nil
}

func texts(entries []trace.Entry) []string {
	list := make([]string, len(entries))
	for i, e := range entries {
		list[i] = e.Text
	}
	return list
}

// lineOf is where a message stands in its file.
func lineOf(name string, entries []trace.Entry, at int) string {
	if at < 0 {
		return "the end of " + escape(name)
	}
	return fmt.Sprintf("line %d of %s", entries[at].Line, escape(name))
}

func (a *app) traceChanges(name string) error {
	entries, err := readTrace(name)
	if err != nil {
		return err
	}
	for _, way := range []struct {
		title   string
		in, out trace.Place
	}{
		{"From the client to the server", trace.ClientToHoldfast, trace.HoldfastToServer},
		{"From the server to the client", trace.ServerToHoldfast, trace.HoldfastToClient},
	} {
		in, out := trace.SeenAt(entries, way.in), trace.SeenAt(entries, way.out)
		changes, more := trace.Changes(in, out)
		a.printChanges(way.title, len(in), changes, more)
	}
	return nil
}

func (a *app) printChanges(title string, in int, changes []trace.Change, more bool) {
	switch {
	case more:
		fmt.Fprintf(a.out, "%s: more changes than can be listed; the first:\n", title)
	case len(changes) == 0:
		fmt.Fprintf(a.out, "%s: %s, passed on as they came\n", title, wording.Count(in, "message"))
	default:
		fmt.Fprintf(a.out, "%s: %s, with these changes:\n", title, wording.Count(in, "message"))
	}
	for _, c := range changes {
		sign := "-"
		if c.Added {
			sign = "+"
		}
		fmt.Fprintf(a.out, "%s %s\n", sign, c.Entry)
	}
}
