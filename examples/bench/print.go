package main

import (
	"fmt"
	"slices"
)

// row of the summary: what DESIGN asks for, and what came out.
type row struct {
	what, mark string
	ours       []float64 // medians of the cases
	theirs     []float64 // the same of pgbouncer
	verdict    string
}

// printSummary prints one line for each line of the design's table of speeds.
func printSummary(loads []loadResult, streams []streamResult, idle []idleResult) {
	many := func(l loadResult) bool { return l.clients > 1 }
	one := func(l loadResult) bool { return l.clients == 1 }
	rows := []row{
		summarize(loads, many, "proxy CPU per transaction / HAProxy, 16 and 64 clients", haproxy, cpuPerTransaction, atMost(1.7)),
		summarize(loads, many, "throughput / HAProxy, 16 and 64 clients", haproxy, tps, atLeast(0.8)),
		summarize(loads, one, "throughput / HAProxy, one client", haproxy, tps, atLeast(0.65)),
		summarize(loads, one, "p50 / direct, one client", direct, p50, atMost(2.7)),
		summarizeStreams(streams, atMost(2.5)),
	}
	fmt.Println("| what | solid | holdfast: median of the cases (lowest and highest) | | pgbouncer |")
	fmt.Println("|---|---|---|---|---|")
	for _, r := range rows {
		if len(r.ours) == 0 {
			continue // not measured
		}
		fmt.Printf("| %s | %s | %s | %s | %s |\n", r.what, r.mark, spread(r.ours), r.verdict, spread(r.theirs))
	}
	printIdleRow(idle, atMost(12))
	fmt.Println()
}

// mark is a bound of the design.
type mark struct {
	sign  string
	bound float64
}

func atMost(bound float64) mark  { return mark{"<=", bound} }
func atLeast(bound float64) mark { return mark{">=", bound} }

func (m mark) String() string { return fmt.Sprintf("%s %g", m.sign, m.bound) }

func (m mark) kept(value float64) bool {
	if m.sign == "<=" {
		return value <= m.bound
	}
	return value >= m.bound
}

// verdict says whether the median of the cases keeps the mark, and how many of
// the cases do.
func (m mark) verdict(cases []float64) string {
	word, kept := "missed", 0
	if m.kept(median(cases)) {
		word = "kept"
	}
	for _, c := range cases {
		if m.kept(c) {
			kept++
		}
	}
	return fmt.Sprintf("%s; in %d of %d cases", word, kept, len(cases))
}

func summarize(loads []loadResult, which func(loadResult) bool, what, base string, figure func(measured) float64, m mark) row {
	r := row{what: what, mark: m.String()}
	for _, l := range loads {
		if !which(l) {
			continue
		}
		r.ours = append(r.ours, median(ratios(l.rounds, holdfast, base, figure)))
		r.theirs = append(r.theirs, median(ratios(l.rounds, pgbouncer, base, figure)))
	}
	r.verdict = m.verdict(r.ours)
	return r
}

func summarizeStreams(streams []streamResult, m mark) row {
	r := row{what: "streaming: proxy CPU per MB / HAProxy", mark: m.String()}
	for _, s := range streams {
		r.ours = append(r.ours, median(ratios(s.rounds, holdfast, haproxy, cpuPerMB)))
		r.theirs = append(r.theirs, median(ratios(s.rounds, pgbouncer, haproxy, cpuPerMB)))
	}
	r.verdict = m.verdict(r.ours)
	return r
}

func printIdleRow(idle []idleResult, m mark) {
	if len(idle) == 0 {
		return
	}
	find := func(name string) idleResult {
		i := slices.IndexFunc(idle, func(r idleResult) bool { return r.name == name })
		if i < 0 {
			return idleResult{}
		}
		return idle[i]
	}
	ours, theirs := find(holdfast), find(pgbouncer)
	fmt.Printf("| memory per idle session, %d of them, after one statement each | %s KiB | %.1f KiB | %s | %.1f KiB |\n",
		ours.sessions, m, ours.used, m.verdict([]float64{ours.used}), theirs.used)
}

// printLoads prints each case: ratios within a round, median and range.
func printLoads(loads []loadResult) {
	if len(loads) == 0 {
		return
	}
	fmt.Println("| pgbench | clients | direct, tps | holdfast, tps | throughput / HAProxy | proxy CPU per transaction, µs | CPU / HAProxy | p50 / direct |")
	fmt.Println("|---|---|---|---|---|---|---|---|")
	for _, l := range loads {
		fmt.Printf("| %s %s | %d | %.0f | %.0f | %s | %.1f | %s | %s |\n", l.script, l.protocol, l.clients,
			medianOf(l.rounds, direct, tps), medianOf(l.rounds, holdfast, tps),
			spread(ratios(l.rounds, holdfast, haproxy, tps)),
			medianOf(l.rounds, holdfast, cpuPerTransaction),
			spread(ratios(l.rounds, holdfast, haproxy, cpuPerTransaction)),
			spread(ratios(l.rounds, holdfast, direct, p50)))
	}
	fmt.Println()
}

func printStreams(streams []streamResult) {
	if len(streams) == 0 {
		return
	}
	fmt.Println("| stream | direct, MB/s | holdfast, MB/s | HAProxy, MB/s | holdfast, CPU ms per MB | CPU / HAProxy |")
	fmt.Println("|---|---|---|---|---|---|")
	for _, s := range streams {
		fmt.Printf("| %s | %.0f | %.0f | %.0f | %.2f | %s |\n", s.name,
			medianOf(s.rounds, direct, speed), medianOf(s.rounds, holdfast, speed), medianOf(s.rounds, haproxy, speed),
			medianOf(s.rounds, holdfast, cpuPerMB), spread(ratios(s.rounds, holdfast, haproxy, cpuPerMB)))
	}
	fmt.Println()
}

func printIdle(idle []idleResult) {
	if len(idle) == 0 {
		return
	}
	fmt.Printf("| idle sessions, KiB each | after the login | after one statement | %.0f s later |\n", settleLong.Seconds())
	fmt.Println("|---|---|---|---|")
	for _, r := range idle {
		fmt.Printf("| %s, %d sessions | %.1f | %.1f | %.1f |\n", r.name, r.sessions, r.fresh, r.used, r.later)
	}
}
