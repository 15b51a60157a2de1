package outbox

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// place is where holds are brought to.
type place struct {
	mu    sync.Mutex
	shown []string
	times []time.Duration // of the tries, since the start
	began time.Time
	fails map[string][]error
	told  int
}

var (
	errReach = errors.New("out of reach")
	errBusy  = errors.New("busy")
	errThis  = errors.New("this one alone")
)

func (p *place) outbox() *Outbox {
	p.began = time.Now()
	return New(Options{
		Show: p.show, Pace: Pace{First: time.Second, Longest: 8 * time.Second},
		Known: func(id string) (bool, bool) { return id == "old", id == "old" },
		Fault: func(err error) Fault {
			switch err {
			case errReach:
				return Fault{All: true}
			case errBusy:
				return Fault{All: true, Wait: 30 * time.Second}
			}
			return Fault{}
		},
		Failed: func(string, error, time.Duration) { p.told++ },
	})
}

func (p *place) show(_ context.Context, id string, _ bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.times = append(p.times, time.Since(p.began))
	if f := p.fails[id]; len(f) > 0 {
		p.fails[id] = f[1:]
		return f[0]
	}
	p.shown = append(p.shown, id)
	return nil
}

func in(t *testing.T, p *place, do func(*Outbox)) {
	t.Helper()
	synctest.Test(t, func(*testing.T) {
		b := p.outbox()
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan struct{})
		go func() {
			b.Run(ctx)
			close(done)
		}()
		do(b)
		cancel()
		<-done
	})
}

func (p *place) want(t *testing.T, shown []string, times ...time.Duration) {
	t.Helper()
	if !slices.Equal(p.shown, shown) || times != nil && !slices.Equal(p.times, times) {
		t.Errorf("shown %v at %v; want %v at %v", p.shown, p.times, shown, times)
	}
}

// What nobody has seen goes before what is only edited, and what is unknown and over
// is left alone.
func TestOrder(t *testing.T) {
	p := &place{fails: map[string][]error{"first": {errReach}}}
	in(t, p, func(b *Outbox) {
		b.Changed("first", true)
		synctest.Wait()
		b.Changed("old", false)
		b.Changed("over", false)
		b.Changed("new", true)
		time.Sleep(time.Minute)
		if b.Waiting() != 0 {
			t.Errorf("%d wait", b.Waiting())
		}
	})
	if len(p.shown) != 3 || p.shown[2] != "old" || slices.Contains(p.shown, "over") {
		t.Errorf("shown %v", p.shown)
	}
}

// A place out of reach is asked less and less often, whichever hold it is for, and
// at once again when it was reached.
func TestOutOfReach(t *testing.T) {
	p := &place{fails: map[string][]error{"a": {errReach, errReach, errReach, errReach, errReach}}}
	in(t, p, func(b *Outbox) {
		b.Changed("a", true)
		time.Sleep(2 * time.Minute)
	})
	s := time.Second
	p.want(t, []string{"a"}, 0, s, 3*s, 7*s, 15*s, 23*s)
	if p.told != 1 {
		t.Errorf("told %d times", p.told)
	}
}

// What the place asks to wait is waited, by every hold.
func TestAskedToWait(t *testing.T) {
	p := &place{fails: map[string][]error{"a": {errBusy}}}
	in(t, p, func(b *Outbox) {
		b.Changed("a", true)
		synctest.Wait()
		b.Changed("b", true)
		time.Sleep(time.Minute)
	})
	if len(p.shown) != 2 || p.times[1] < 30*time.Second {
		t.Errorf("shown %v at %v", p.shown, p.times)
	}
}

// A failure of one hold holds up no other.
func TestOneAlone(t *testing.T) {
	p := &place{fails: map[string][]error{"a": {errThis, errThis, errThis}}}
	in(t, p, func(b *Outbox) {
		b.Changed("a", true)
		synctest.Wait()
		b.Changed("b", true)
		time.Sleep(time.Minute)
	})
	p.want(t, []string{"b", "a"})
}

// A change while a hold is being shown shows it again; five changes before, once.
func TestChangedMeanwhile(t *testing.T) {
	p := &place{}
	in(t, p, func(b *Outbox) {
		show := b.o.Show
		b.o.Show = func(ctx context.Context, id string, asked bool) error {
			time.Sleep(time.Second)
			return show(ctx, id, asked)
		}
		b.Changed("a", true)
		time.Sleep(500 * time.Millisecond)
		for range 5 {
			b.Changed("a", false)
		}
		time.Sleep(time.Minute)
	})
	p.want(t, []string{"a", "a"})
}

// At the end what can be shown is shown, and what cannot be is not waited for.
func TestFinish(t *testing.T) {
	p := &place{fails: map[string][]error{"a": {errThis}}}
	synctest.Test(t, func(*testing.T) {
		b := p.outbox()
		b.Changed("a", true)
		b.Changed("b", true)
		b.Finish()
		b.Run(context.Background())
		if b.Waiting() != 1 || time.Since(p.began) != 0 {
			t.Errorf("%d wait after %v", b.Waiting(), time.Since(p.began))
		}
	})
	p.want(t, []string{"b"})
}
