package hold_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/holdfast-db/holdfast/internal/audit"
	"github.com/holdfast-db/holdfast/internal/hold"
	"github.com/holdfast-db/holdfast/internal/store"
)

func TestRestartSettlesOrphans(t *testing.T) {
	dir := t.TempDir()
	s, err := store.Open(t.Context(), "sqlite://"+filepath.Join(dir, "holdfast.db"))
	if err != nil {
		t.Fatal(err)
	}
	want := map[hold.State]hold.State{
		hold.Pending: hold.Abandoned, hold.Approved: hold.Lapsed, hold.Released: hold.Unknown,
		hold.Denied: hold.Denied, hold.Executed: hold.Executed,
	}
	for state := range want {
		h := hold.Hold{ID: "id-" + string(state), State: state, Request: request(), Asked: time.Now(), Expires: time.Now()}
		if err := s.Insert(t.Context(), h); err != nil {
			t.Fatal(err)
		}
		if err := s.Recorded(t.Context(), h.ID, state); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	r := openRig(t, dir, hold.People{})
	for before, after := range want {
		h, err := r.Get(t.Context(), "id-"+string(before))
		if err != nil || h.State != after || before != after && h.Result == "" {
			t.Errorf("%s became %s (%q), %v; want %s", before, h.State, h.Result, err, after)
		}
		record := r.record(h.ID)
		if before != after && !slices.Equal(record, []string{string(after)}) || before == after && len(record) != 0 {
			t.Errorf("%s: recorded %v", before, record)
		}
	}
	if waiting, err := r.List(t.Context(), false); err != nil || len(waiting) != 0 {
		t.Errorf("%d wait, %v", len(waiting), err)
	}
}

func TestRestartRecordsWhatMayBeMissing(t *testing.T) {
	dir := t.TempDir()
	s, err := store.Open(t.Context(), "sqlite://"+filepath.Join(dir, "holdfast.db"))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Insert(t.Context(), hold.Hold{ID: "executed", State: hold.Executed, Request: request(), Asked: time.Now()}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	openRig(t, dir, hold.People{}).stop()
	openRig(t, dir, hold.People{}).stop() // and once is enough
	if got := recorded(t, dir, "executed"); !slices.Equal(got, []string{"executed"}) || !auditOf(t, dir)[0].Late {
		t.Errorf("recorded %v", got)
	}
}

// crashingChild plays one approval and kills itself at the operation that
// HOLDFAST_HOLD_AT names. It prints what its callers were told.
func crashingChild(dir string) int {
	ctx := context.Background()
	s, err := store.Open(ctx, "sqlite://"+filepath.Join(dir, "holdfast.db"))
	if err != nil {
		return 3
	}
	l, err := audit.Open(filepath.Join(dir, "audit.jsonl"))
	if err != nil {
		return 4
	}
	at, when, _ := strings.Cut(os.Getenv("HOLDFAST_HOLD_AT"), "/")
	kill := func(op string) error {
		if op == at {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {} // until it arrives
		}
		return nil
	}
	d := &disk{Store: s, record: l}
	if when == "before" {
		d.before = kill
	} else {
		d.after = kill
	}
	desk, err := hold.Open(ctx, hold.Options{Store: d, Record: d})
	if err != nil {
		return 5
	}
	h, err := desk.Wait(ctx, request(), func(h hold.Hold) {
		fmt.Println("held", h.ID)
		go func() {
			if h, err := desk.Decide(ctx, h.ID, yes("root")); err == nil {
				fmt.Println(h.State, h.ID)
			}
		}()
	})
	if err != nil {
		return 6
	}
	fmt.Println(h.State, h.ID)
	desk.Finish(h.ID, hold.Executed, "DROP TABLE")
	if desk.Close() != nil {
		return 7
	}
	fmt.Println("closed")
	return 0
}

// TestKilledBetweenSteps kills a process with SIGKILL before and after each of
// its writes, and checks what the next start makes of it.
func TestKilledBetweenSteps(t *testing.T) {
	for _, c := range []struct {
		at    string
		after hold.State // empty: not stored at all
	}{
		{"insert/before", ""},
		{"insert/after", hold.Abandoned},
		{"record pending/before", hold.Abandoned},
		{"record pending/after", hold.Abandoned},
		{"swap approved/before", hold.Abandoned},
		{"swap approved/after", hold.Lapsed},
		{"record approved/before", hold.Lapsed},
		{"record approved/after", hold.Lapsed},
		{"swap released/before", hold.Lapsed},
		{"swap released/after", hold.Unknown},
		{"record released/before", hold.Unknown},
		{"record released/after", hold.Unknown},
		{"swap executed/before", hold.Unknown},
		{"swap executed/after", hold.Executed},
		{"record executed/before", hold.Executed},
		{"record executed/after", hold.Executed},
		{"never/before", hold.Executed},
	} {
		t.Run(c.at, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			said := crash(t, dir, c.at)
			r := openRig(t, dir, hold.People{})
			all, err := r.List(t.Context(), true)
			if err != nil || len(all) > 1 || (len(all) == 1) != (c.after != "") {
				t.Fatalf("%d holds, %v", len(all), err)
			}
			if c.after == "" {
				return
			}
			h, states := all[0], r.record(all[0].ID)
			if h.State != c.after || states[len(states)-1] != string(c.after) {
				t.Errorf("stored %s, recorded %v, want %s", h.State, states, c.after)
			}
			// What a caller was told is in both, and in the record in full.
			for _, s := range []string{"approved", "released"} {
				if slices.Contains(said, s+" "+h.ID) && !slices.Contains(states, s) {
					t.Errorf("somebody was told %s, the record has %v", s, states)
				}
			}
			if slices.Contains(said, "released "+h.ID) && c.after != hold.Unknown && c.after != hold.Executed {
				t.Errorf("it was sent, and the next start says %s", c.after)
			}
			if h.State == hold.Unknown && h.DecidedBy != "root" {
				t.Errorf("who decided is gone: %+v", h)
			}
		})
	}
}

func crash(t *testing.T, dir, at string) (said []string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), "HOLDFAST_HOLD_CHILD="+dir, "HOLDFAST_HOLD_AT="+at)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		said = append(said, lines.Text())
	}
	err = cmd.Wait()
	killed := err != nil && cmd.ProcessState.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL
	if closed := slices.Contains(said, "closed"); closed == killed || closed != strings.HasPrefix(at, "never") {
		t.Fatalf("the child said %q and ended with %v", said, err)
	}
	return said
}
