// Command bench measures what holdfast costs: pgbench, streamed results and
// idle sessions, beside a direct connection, HAProxy in TCP mode and pgbouncer
// in session mode. `make bench` builds and runs it; docs/performance.md has the
// last result and how to read it.
//
// Everything runs on one machine, in rounds whose order rotates, and only ratios
// within a round are compared: load from elsewhere then meets all alike. A slow
// result is a result, never a failure; what fails is a run that broke.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"runtime"
	"syscall"
	"time"
)

// settings are the flags.
type settings struct {
	holdfast string        // the binary
	tools    string        // folder with haproxy and pgbouncer below usr/sbin; empty: PATH
	postgres string        // folder with initdb, pg_ctl, pgbench
	length   time.Duration // of one measurement
	rounds   int
	idle     int // sessions
	scale    int // of pgbench's tables
	quick    bool
	only     string         // part to measure: loads, streams or idle; empty: all
	cases    *regexp.Regexp // of pgbench to run; nil: all
}

func readFlags() settings {
	var s settings
	flag.StringVar(&s.holdfast, "holdfast", "bin/holdfast", "the holdfast `binary`")
	flag.StringVar(&s.tools, "tools", "", "`folder` that has usr/sbin/haproxy and usr/sbin/pgbouncer")
	flag.StringVar(&s.postgres, "postgres", "/usr/lib/postgresql/15/bin", "`folder` with initdb, pg_ctl and pgbench")
	seconds := flag.Int("seconds", 1, "length of one pgbench run")
	flag.IntVar(&s.rounds, "rounds", 5, "how often each case is measured")
	flag.IntVar(&s.idle, "idle", 5000, "idle sessions whose memory is measured")
	flag.IntVar(&s.scale, "scale", 15, "scale of pgbench's tables; each step is 13 MB of COPY in text")
	flag.BoolVar(&s.quick, "quick", false, "only -S and TPC-B in the simple protocol with 1 and 16 clients")
	flag.StringVar(&s.only, "only", "", "measure only this `part`: loads, streams or idle")
	flag.Func("cases", "run only the cases of pgbench that match the `pattern`, such as 'TPC-B simple (1|16)$'", func(pattern string) (err error) {
		s.cases, err = regexp.Compile(pattern)
		return err
	})
	flag.Parse()
	s.length = time.Duration(*seconds) * time.Second
	return s
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := bench(ctx, readFlags()); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		stop()
		os.Exit(1)
	}
}

func bench(ctx context.Context, s settings) (err error) {
	r, err := raise(ctx, s)
	if err != nil {
		return err
	}
	defer r.lower()
	began, load := time.Now(), loadAverage()
	throughput, err := part(ctx, r, "loads", measureLoads)
	if err != nil {
		return err
	}
	streams, err := part(ctx, r, "streams", measureStreams)
	if err != nil {
		return err
	}
	idle, err := part(ctx, r, "idle", measureIdle)
	if err != nil {
		return err
	}
	printHead(r, began, load)
	printSummary(throughput, streams, idle)
	printLoads(throughput)
	printStreams(streams)
	printIdle(idle)
	return nil
}

// part measures unless the flags leave it out.
func part[T any](ctx context.Context, r *rig, name string, measure func(context.Context, *rig) ([]T, error)) ([]T, error) {
	if r.only != "" && r.only != name {
		return nil, nil
	}
	return measure(ctx, r)
}

// printHead says when, where and how it was measured.
func printHead(r *rig, began time.Time, load string) {
	fmt.Printf("%s, %d CPUs (%s), Linux %s, %s; load average %s before and %s after; %d rounds of %s a case, %.0f minutes.\n\n",
		began.UTC().Format("2 January 2006"), runtime.NumCPU(), processor(), kernel(), r.versions(), load, loadAverage(),
		r.rounds, r.length, time.Since(began).Minutes())
}

// progress tells whoever waits; the result alone goes to standard output.
func progress(format string, a ...any) {
	fmt.Fprintf(os.Stderr, "bench: "+format+"\n", a...)
}
