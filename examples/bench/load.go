package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// load is one kind of work for pgbench.
type load struct {
	script   string // what pgbench calls it
	protocol string // its --protocol: simple, extended, prepared
	clients  int
}

func (l load) String() string { return fmt.Sprintf("%s %s %d", l.script, l.protocol, l.clients) }

const (
	selectOnly = "-S"
	tpcb       = "TPC-B"
)

// measured is one run of pgbench on one way. Its zero value is a run that has
// not been made.
type measured struct {
	tps    float64       // transactions a second, without the connecting
	median time.Duration // of a transaction's latency; only with one client
	cpu    float64       // microseconds of the proxy a transaction, connecting included
}

// loadResult has the runs of one load: in each round one a way.
type loadResult struct {
	load
	rounds []map[string]measured
}

// loads lists the cases of DESIGN's table: both scripts, the three protocols and
// 1, 16 and 64 clients.
func (r *rig) loads() []load {
	protocols, clients := []string{"simple", "extended", "prepared"}, []int{1, 16, 64}
	if r.quick {
		protocols, clients = protocols[:1], clients[:2]
	}
	var all []load
	for _, script := range []string{selectOnly, tpcb} {
		for _, protocol := range protocols {
			for _, n := range clients {
				if l := (load{script, protocol, n}); r.cases == nil || r.cases.MatchString(l.String()) {
					all = append(all, l)
				}
			}
		}
	}
	return all
}

func measureLoads(ctx context.Context, r *rig) ([]loadResult, error) {
	var results []loadResult
	for _, l := range r.loads() {
		results = append(results, loadResult{load: l})
	}
	for round := range r.rounds {
		progress("pgbench, round %d of %d", round+1, r.rounds)
		for i := range results {
			runs := make(map[string]measured)
			for _, w := range rotated(r.ways, round+i) {
				m, err := r.measureLoad(ctx, w, results[i].load)
				if err != nil {
					return nil, err
				}
				runs[w.name] = m
			}
			results[i].rounds = append(results[i].rounds, runs)
		}
	}
	return results, nil
}

// rotated is the list begun elsewhere, so that nobody is always first.
func rotated(ways []way, by int) []way {
	by %= len(ways)
	return append(slices.Clone(ways[by:]), ways[:by]...)
}

var (
	processed = regexp.MustCompile(`number of transactions actually processed: (\d+)`)
	perSecond = regexp.MustCompile(`tps = ([\d.]+) \(without`)
)

func (r *rig) measureLoad(ctx context.Context, w way, l load) (m measured, err error) {
	ctx, cancel := context.WithTimeout(ctx, r.length+time.Minute)
	defer cancel()
	args := []string{"-n", "-T", strconv.Itoa(int(r.length.Seconds())), "-c", strconv.Itoa(l.clients), "-j", strconv.Itoa(min(2, l.clients)), "-M", l.protocol}
	if l.script == selectOnly {
		args = append(args, "-S")
	}
	logs := filepath.Join(r.folder, "server", "latency")
	if l.clients == 1 {
		args = append(args, "-l", "--log-prefix", logs)
	}
	var out []byte
	used, err := w.cpuDuring(func() error {
		cmd := r.pgbench(ctx, w.port, args...)
		if err := asAccount(cmd); err != nil {
			return err
		}
		out, err = cmd.CombinedOutput()
		return err
	})
	if err != nil {
		return m, fmt.Errorf("running pgbench %s through %s: %w\n%s", strings.Join(args, " "), w.name, err, out)
	}
	count, tps := processed.FindSubmatch(out), perSecond.FindSubmatch(out)
	if count == nil || tps == nil {
		return m, fmt.Errorf("reading what pgbench printed: %q", out)
	}
	transactions, _ := strconv.ParseFloat(string(count[1]), 64)
	m.tps, _ = strconv.ParseFloat(string(tps[1]), 64)
	m.cpu = float64(used.Microseconds()) / max(1, transactions)
	if l.clients == 1 {
		m.median, err = medianLatency(logs)
	}
	return m, err
}

// cpuDuring is the CPU time that the proxy used while f ran; 0 without a proxy.
func (w way) cpuDuring(f func() error) (time.Duration, error) {
	if w.proxy == nil {
		return 0, f()
	}
	before, err := cpuTime(w.proxy.pid())
	if err != nil {
		return 0, err
	}
	if err := f(); err != nil {
		return 0, err
	}
	after, err := cpuTime(w.proxy.pid())
	return after - before, err
}

// medianLatency reads and removes pgbench's log of one client: the third column
// of each line is the time of a transaction in microseconds.
func medianLatency(prefix string) (time.Duration, error) {
	files, err := filepath.Glob(prefix + ".*")
	if err != nil || len(files) != 1 {
		return 0, fmt.Errorf("looking for pgbench's log: found %d: %w", len(files), err)
	}
	defer os.Remove(files[0])
	text, err := os.ReadFile(files[0])
	if err != nil {
		return 0, err
	}
	var times []float64
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) < 3 {
			continue
		}
		microseconds, err := strconv.ParseFloat(fields[2], 64)
		if err != nil {
			return 0, fmt.Errorf("reading pgbench's log: %w", err)
		}
		times = append(times, microseconds)
	}
	return time.Duration(median(times) * float64(time.Microsecond)), nil
}
