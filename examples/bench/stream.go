package main

import (
	"context"
	"fmt"
	"strings"
)

// streamed is one run of a stream on one way.
type streamed struct {
	speed float64 // MB (1e6 bytes of the wire) a second
	cpu   float64 // milliseconds of the proxy a MB
}

type streamResult struct {
	name   string
	rounds []map[string]streamed
}

// A stream moves much through one connection and returns how many bytes it was:
// 100 MB and more, since the kernel counts CPU in hundredths of a second.
var streams = []struct {
	name string
	move func(*raw) (int64, error)
}{
	{"COPY TO STDOUT", func(c *raw) (int64, error) { return c.query("COPY pgbench_accounts TO STDOUT") }},
	{"SELECT of a whole table", func(c *raw) (int64, error) { return c.query("SELECT * FROM pgbench_accounts") }},
	{"COPY FROM STDIN", copyIn},
}

// measureStreams moves pgbench's biggest table through each way.
func measureStreams(ctx context.Context, r *rig) ([]streamResult, error) {
	results := make([]streamResult, len(streams))
	for i, s := range streams {
		results[i].name = s.name
	}
	for round := range r.rounds {
		progress("streams, round %d of %d", round+1, r.rounds)
		for i, s := range streams {
			runs := make(map[string]streamed)
			for _, w := range rotated(r.ways, round+i) {
				if ctx.Err() != nil {
					return nil, ctx.Err()
				}
				run, err := w.stream(s.move)
				if err != nil {
					return nil, fmt.Errorf("running %s through %s: %w", s.name, w.name, err)
				}
				runs[w.name] = run
			}
			results[i].rounds = append(results[i].rounds, runs)
		}
	}
	return results, nil
}

func (w way) stream(move func(*raw) (int64, error)) (s streamed, err error) {
	c, err := dialRaw(w.port, readSize)
	if err != nil {
		return s, err
	}
	defer c.Close()
	var total int64
	watch := newStopwatch()
	used, err := w.cpuDuring(func() (err error) {
		total, err = move(c)
		return err
	})
	if err != nil {
		return s, err
	}
	megabytes := float64(total) / 1e6
	s.speed = megabytes / watch.seconds()
	s.cpu = used.Seconds() * 1e3 / megabytes
	return s, nil
}

const (
	copyRows    = 1000 // rows in one CopyData message: 64 KiB, about what libpq sends
	copyBatches = 1500 // messages: 98 MB in all
)

// copyIn sends rows that the server reads and throws away, by a filter that no
// row passes: the wire is measured, not the disk.
func copyIn(c *raw) (int64, error) {
	if err := c.send('Q', "COPY pgbench_branches FROM STDIN WHERE bid < 0\x00"); err != nil {
		return 0, err
	}
	if _, err := c.until('G'); err != nil {
		return 0, err
	}
	data := message('d', strings.Repeat("1234567\t1234567\t"+strings.Repeat("x", 48)+"\n", copyRows))
	for range copyBatches {
		if _, err := c.Write(data); err != nil {
			return 0, fmt.Errorf("sending rows: %w", err)
		}
	}
	if err := c.send('c', ""); err != nil {
		return 0, err
	}
	_, err := c.until('Z')
	return int64(copyBatches * len(data)), err
}
