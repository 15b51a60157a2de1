package main

import (
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   float64
	}{
		{nil, 0}, {[]float64{3}, 3}, {[]float64{5, 1, 3}, 3}, {[]float64{4, 1, 3, 2}, 2.5},
	} {
		before := slices.Clone(c.values)
		if got := median(c.values); got != c.want {
			t.Errorf("median of %v: %v, want %v", c.values, got, c.want)
		}
		if !slices.Equal(before, c.values) {
			t.Errorf("median changed the order of %v", before)
		}
	}
}

func TestRatiosLeaveOutWhatWasNotMeasured(t *testing.T) {
	rounds := []map[string]measured{
		{holdfast: {tps: 80}, haproxy: {tps: 100}},
		{holdfast: {tps: 80}},
		{holdfast: {tps: 80}, haproxy: {}},
		{holdfast: {tps: 50}, haproxy: {tps: 100}},
	}
	if got := ratios(rounds, holdfast, haproxy, tps); !slices.Equal(got, []float64{0.8, 0.5}) {
		t.Errorf("ratios: %v", got)
	}
}

func TestRotatedBeginsWithEachInTurn(t *testing.T) {
	ways := []way{{name: "a"}, {name: "b"}, {name: "c"}}
	var firsts []string
	for i := range 4 {
		turned := rotated(ways, i)
		if len(turned) != len(ways) {
			t.Fatalf("rotated by %d: %v", i, turned)
		}
		firsts = append(firsts, turned[0].name)
	}
	if got := strings.Join(firsts, ""); got != "abca" {
		t.Errorf("the first of each round: %s", got)
	}
}

func TestMarks(t *testing.T) {
	if atMost(1.7).kept(1.71) || !atMost(1.7).kept(1.7) || atLeast(0.8).kept(0.79) || !atLeast(0.8).kept(0.8) {
		t.Error("a mark is kept when it is missed, or the other way round")
	}
	if got := atMost(2).verdict([]float64{1, 1, 3}); got != "kept; in 2 of 3 cases" {
		t.Errorf("verdict: %s", got)
	}
	if got := atLeast(2).verdict([]float64{1, 1, 3}); got != "missed; in 1 of 3 cases" {
		t.Errorf("verdict: %s", got)
	}
}

func TestMedianLatencyReadsTheThirdColumn(t *testing.T) {
	prefix := filepath.Join(t.TempDir(), "latency")
	log := "0 1 300 0 1700000000 1\n0 2 100 0 1700000000 2\n0 3 200 0 1700000000 3\n"
	if err := os.WriteFile(prefix+".77", []byte(log), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := medianLatency(prefix)
	if err != nil || got != 200*time.Microsecond {
		t.Errorf("median latency: %v, %v", got, err)
	}
	if _, err := medianLatency(prefix); err == nil {
		t.Error("the log was not removed: the next run would read it again")
	}
}

func TestRawClientAndIdleServerSpeakToEachOther(t *testing.T) {
	l, err := net.Listen("tcp", localAddress(0))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go accept(l)
	c, err := dialRaw(l.Addr().(*net.TCPAddr).Port, 512)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for range 2 {
		// CommandComplete "SELECT 0" and ReadyForQuery.
		if n, err := c.query("SELECT 1"); err != nil || n != 14+6 {
			t.Errorf("a query: %d bytes, %v", n, err)
		}
	}
}

func TestOurOwnTimeAndMemoryAreRead(t *testing.T) {
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip("no /proc")
	}
	for began := time.Now(); time.Since(began) < 50*time.Millisecond; {
	}
	used, err := cpuTime(os.Getpid())
	if err != nil || used == 0 {
		t.Errorf("CPU time: %v, %v", used, err)
	}
	memory, err := residentMemory(os.Getpid())
	if err != nil || memory < 1<<20 {
		t.Errorf("memory: %d, %v", memory, err)
	}
}
