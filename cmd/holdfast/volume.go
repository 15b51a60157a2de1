package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/spf13/cobra"

	"github.com/holdfast-db/holdfast/internal/config"
	"github.com/holdfast-db/holdfast/internal/volume"
)

func volumeCommand(a *app) *cobra.Command {
	var l looking
	cmd := &cobra.Command{
		Use: "volume [TABLE]", Short: "Show how much is deleted, from each table or from one by actor", Args: atMostOneArg,
		Long: `Show how much was deleted through the running holdfast, from each table or from one by
actor. TABLE is the name as it is counted: without a schema for public, audit.orders for
others.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				l.table = args[0]
			}
			return a.volume(cmd, l)
		},
	}
	cmd.Flags().DurationVar(&l.span, "last", 24*time.Hour, "how `LONG` to look back, such as 168h; at most five weeks")
	cmd.Flags().BoolVar(&l.asJSON, "json", false, "one JSON object, or one a table of that name")
	cmd.AddCommand(volumeReplayCommand(a))
	return cmd
}

// replaying is what volume replay was asked for.
type replaying struct {
	volume.Options
	zone, expected string
}

func volumeReplayCommand(a *app) *cobra.Command {
	var r replaying
	cmd := &cobra.Command{
		Use:   "replay FILE",
		Short: "Print the alerts that a history of deletes would have raised",
		Long: `Print the alerts that a history of deletes would have raised, for tuning limits on
one's own history. FILE, or standard input for -, has one JSON object a line, in time
order:

  {"t": "2026-07-01T12:00:00Z", "host": "shop-prod", "database": "shop", "table":
   "public.orders", "user": "app", "application": "api", "deleted": 3, "rows": 30000}

rows is the table's size and may be left out. The clock is that of the lines. What comes
out is one JSON object an alert, with t the time of the line that raised it.

Declared jobs are read from a YAML file:

  expected:
    - {table: public.orders, actor: batch/purge, cron: "0 2 1 * *", max_rows: 5000}`,
		Args: oneArg,
		RunE: func(_ *cobra.Command, args []string) error { return a.replay(args[0], r) },
	}
	f := cmd.Flags()
	f.Int64Var(&r.LimitRows, "limit-rows", volume.DefaultLimitRows, "hard limit of `ROWS` in ten minutes")
	f.Float64Var(&r.LimitShare, "limit-share", volume.DefaultLimitShare, "hard limit in ten minutes as a `SHARE` of the table")
	f.Int64Var(&r.BulkRows, "bulk-rows", volume.DefaultBulkRows, "the smallest bulk within an hour, in `ROWS`")
	f.Float64Var(&r.BulkShare, "bulk-share", volume.DefaultBulkShare, "the smallest bulk as a `SHARE` of the table")
	f.Float64Var(&r.DayShare, "day-share", volume.DefaultDayShare, "`SHARE` of the table in a day")
	f.Float64Var(&r.WeekShare, "week-share", volume.DefaultWeekShare, "`SHARE` of the table in a week")
	f.Float64Var(&r.Times, "times", volume.DefaultTimes, "how many `TIMES` the most so far is unusual")
	f.DurationVar(&r.Learn, "learn", volume.DefaultLearn, "how long the baseline is silent")
	f.StringVar(&r.zone, "zone", "UTC", "the `ZONE` whose hours and days count, as Europe/Berlin")
	f.StringVar(&r.expected, "expected", "", "YAML `FILE` with declared jobs")
	return cmd
}

// replay runs a history and prints what it raised, also what came before a line
// that cannot be used.
func (a *app) replay(name string, r replaying) (err error) {
	if r.Options, err = r.complete(); err != nil {
		return err
	}
	out := bufio.NewWriter(a.out)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	var printing error
	watch, err := volume.NewWatch(r.Options, func(alert volume.Alert) {
		if alert.State == volume.Raised && printing == nil {
			printing = encoder.Encode(alert)
		}
	})
	if err != nil {
		return misused("the limits cannot be used: " + err.Error())
	}
	err = replayFile(name, watch)
	return errors.Join(err, printing, out.Flush())
}

func replayFile(name string, watch *volume.Watch) error {
	in := os.Stdin
	if name != standardInput {
		f, err := os.Open(name)
		if err != nil {
			return failed("not replayed: " + escape(err.Error()))
		}
		defer f.Close()
		in = f
	}
	_, err := volume.Replay(in, watch)
	var line *volume.LineError
	switch {
	case errors.As(err, &line) && errors.Is(err, volume.ErrBackwards):
		return failed(inputName(name)+": "+escape(err.Error()), `The lines must be in time order: sort them by "t".`)
	case err != nil:
		return failed(inputName(name)+": "+escape(err.Error()), "What comes after it was not replayed.")
	}
	return nil
}

// complete adds to the options what is not a number.
func (r *replaying) complete() (volume.Options, error) {
	o := r.Options
	for _, zero := range []bool{o.LimitRows == 0, o.LimitShare == 0, o.BulkRows == 0, o.BulkShare == 0, o.DayShare == 0, o.WeekShare == 0, o.Times == 0, o.Learn == 0} {
		if zero {
			return o, misused("a limit of 0 would tell of everything", "Name the smallest number or share that is worth an alert.")
		}
	}
	zone, err := time.LoadLocation(r.zone)
	if err != nil {
		return o, misused("the zone "+quote(r.zone)+" is not known", "Name it as Europe/Berlin or UTC.")
	}
	o.Zone = zone
	if r.expected != "" {
		o.Expected, err = readExpected(r.expected)
	}
	return o, err
}

// declared is the file of --expected.
type declared struct {
	Expected []config.Expected `yaml:"expected"`
}

func readExpected(name string) ([]volume.Expected, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, misused("the declared jobs cannot be read: " + escape(err.Error()))
	}
	defer f.Close()
	var d declared
	if err := yaml.NewDecoder(f, yaml.Strict()).Decode(&d); err != nil && !errors.Is(err, io.EOF) {
		return nil, misused(fmt.Sprintf("%s cannot be read: %s", escape(name), yaml.FormatError(err, false, true)))
	}
	jobs := make([]volume.Expected, len(d.Expected))
	for i, e := range d.Expected {
		jobs[i] = volume.Expected(e)
	}
	return jobs, nil
}
