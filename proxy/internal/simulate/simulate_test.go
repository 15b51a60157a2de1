package simulate

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/holdfast-db/holdfast/internal/pgtest"
	"github.com/holdfast-db/holdfast/rules"
)

var (
	seeds       = flag.Int("simulate.seeds", 1000, "how many seeds to play")
	firstSeed   = flag.Uint64("simulate.first", 1, "the first of them")
	again       = flag.String("simulate.seed", os.Getenv("SEED"), "one seed to play again with its trace")
	replays     = flag.Int("simulate.replays", 100, "seeds played twice")
	differSeeds = flag.Int("simulate.scripts", 150, "scripts played against each real server")
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// TestSeeds plays seeds on every core. The first one that fails is played again
// with its trace.
func TestSeeds(t *testing.T) {
	reader := rules.NewReader(rules.ReaderOptions{})
	if *again != "" {
		seed, err := strconv.ParseUint(*again, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := bubble(t, seed, reader, Options{Trace: func(line string) { fmt.Println(line) }}); err != nil {
			t.Fatal(err)
		}
		return
	}
	all, failed := playSeeds(t)
	t.Logf("%d seeds from %d: %v", *seeds, *firstSeed, all)
	if len(failed) == 0 {
		return
	}
	var trace []string
	bubble(t, slices.Min(failed), reader, Options{Trace: func(line string) { trace = append(trace, line) }})
	t.Logf("the end of SEED=%d:\n%s", slices.Min(failed), strings.Join(trace[max(0, len(trace)-traceLines):], "\n"))
}

// traceLines is how much of a failed seed's trace is shown; SEED shows all of it.
const traceLines = 60

// bubble plays a seed on virtual time.
func bubble(t *testing.T, seed uint64, reader *rules.Reader, o Options) (stats Stats, err error) {
	synctest.Test(t, func(*testing.T) { stats, err = Run(seed, reader, o) })
	return stats, err
}

func playSeeds(t *testing.T) (all Stats, failed []uint64) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	next, end := *firstSeed, *firstSeed+uint64(*seeds)
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			reader := rules.NewReader(rules.ReaderOptions{})
			mu.Lock()
			defer mu.Unlock()
			for next < end {
				seed := next
				next++
				mu.Unlock()
				stats, err := bubble(t, seed, reader, Options{})
				mu.Lock()
				all.Add(stats)
				if err != nil {
					failed = append(failed, seed)
					t.Errorf("SEED=%d: %v", seed, err)
				}
			}
		})
	}
	wg.Wait()
	return all, failed
}

// mutantSeeds is within how many seeds a mutant must be found out.
const mutantSeeds = 1000

// TestMutants: a core that is wrong is found out.
func TestMutants(t *testing.T) {
	reader := rules.NewReader(rules.ReaderOptions{})
	for name, o := range Mutants() {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(mutantSeeds) {
				if _, err := bubble(t, seed+1, reader, o); err != nil {
					t.Logf("SEED=%d: %v", seed+1, err)
					return
				}
			}
			t.Errorf("not found out within %d seeds", mutantSeeds)
		})
	}
}

// TestSeedsReplayExactly: the same seed gives the same trace, also with the facts
// of earlier runs in the reader's cache, and whether or not goroutines run at the
// same time.
func TestSeedsReplayExactly(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	reader := rules.NewReader(rules.ReaderOptions{})
	play := func(seed uint64, processors int) []string {
		runtime.GOMAXPROCS(processors)
		var trace []string
		bubble(t, seed, reader, Options{Trace: func(line string) { trace = append(trace, line) }}) // TestSeeds says what failed
		return trace
	}
	for seed := *firstSeed; seed < *firstSeed+uint64(*replays); seed++ {
		first, second := play(seed, 1), play(seed, 4)
		if len(first) == 0 {
			t.Errorf("seed %d has no trace", seed)
		}
		if !slices.Equal(first, second) {
			i := 0
			for i < min(len(first), len(second)) && first[i] == second[i] {
				i++
			}
			t.Fatalf("seed %d plays differently the second time:\n%s\n---\n%s", seed,
				strings.Join(first[max(0, i-10):min(len(first), i+3)], "\n"), strings.Join(second[max(0, i-3):min(len(second), i+3)], "\n"))
		}
	}
}
