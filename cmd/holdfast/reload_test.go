package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"github.com/holdfast-db/holdfast/internal/config"
)

// desktop is a file that somebody edits, and what the reloader made of it.
type desktop struct {
	text    string // its content; "bad..." has faults
	reads   int
	taken   []string
	refused []string
	unable  error // of take
	log     bytes.Buffer
	hangups chan os.Signal
}

// edit runs a reloader on virtual time while steps change the file.
func edit(t *testing.T, steps func(d *desktop)) *desktop {
	d := &desktop{text: "one"}
	synctest.Test(t, func(t *testing.T) {
		d.hangups = make(chan os.Signal, 1) // of the bubble, so that waiting for it lets time pass
		r := &reloader{
			file: "holdfast.yaml", sha256: "one", log: zerolog.New(&d.log),
			stat: func() string { return d.text },
			load: func() (*config.Config, error) {
				d.reads++
				if strings.HasPrefix(d.text, "bad") {
					return nil, config.Faults{{Where: "holdfast.yaml", Line: 1, Column: 1, Text: d.text}, {Text: "another"}}
				}
				return &config.Config{SHA256: d.text}, nil
			},
			take: func(_ context.Context, c *config.Config) error {
				if d.unable == nil {
					d.taken = append(d.taken, c.SHA256)
				}
				return d.unable
			},
			refuse: func(_ context.Context, err error) {
				text := ""
				if err != nil {
					text = err.Error()
				}
				d.refused = append(d.refused, text)
			},
		}
		ctx, cancel := context.WithCancel(t.Context())
		go r.run(ctx, d.hangups)
		steps(d)
		synctest.Wait()
		cancel()
	})
	return d
}

// after lets so much time pass, and everything happen that belongs to it.
func after(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func TestReloadWaitsUntilTheFileIsWritten(t *testing.T) {
	d := edit(t, func(d *desktop) {
		after(10 * time.Second)
		if d.reads != 1 {
			t.Errorf("read %d times while nothing changed, want once after the start", d.reads)
		}
		for _, half := range []string{"t", "tw", "two"} {
			d.text = half
			after(pollEvery)
		}
		if len(d.taken) != 0 {
			t.Errorf("took %q while it was written", d.taken)
		}
		after(2 * pollEvery)
	})
	if len(d.taken) != 1 || d.taken[0] != "two" || d.log.Len() > 0 {
		t.Errorf("took %q, logged %s", d.taken, &d.log)
	}
}

func TestReloadKeepsWhatCounts(t *testing.T) {
	d := edit(t, func(d *desktop) {
		d.text = "bad"
		after(10 * pollEvery)
		d.text = "bad, and worse"
		after(10 * pollEvery)
		if n := strings.Count(d.log.String(), "was not taken"); n != 2 || !strings.Contains(d.log.String(), `"message":"another"`) {
			t.Errorf("said %d times, with all faults: %s", n, &d.log)
		}
		d.text = "good"
		after(3 * pollEvery)
	})
	if len(d.taken) != 1 || d.taken[0] != "good" || len(d.refused) != 2 {
		t.Errorf("took %q, refused %q", d.taken, d.refused)
	}
}

func TestReloadOfTheOldFileClearsTheFault(t *testing.T) {
	d := edit(t, func(d *desktop) {
		d.text = "bad"
		after(3 * pollEvery)
		d.text = "one"
		after(3 * pollEvery)
	})
	if len(d.taken) != 0 || len(d.refused) != 2 || d.refused[1] != "" {
		t.Errorf("took %q, refused %q", d.taken, d.refused)
	}
}

func TestHangup(t *testing.T) {
	d := edit(t, func(d *desktop) {
		d.text = "two"
		d.hangups <- syscall.SIGHUP
		synctest.Wait()
		if len(d.taken) != 1 {
			t.Errorf("took %q at once", d.taken)
		}
		d.hangups <- syscall.SIGHUP
		synctest.Wait()
		if !strings.Contains(d.log.String(), "counts already") {
			t.Errorf("logged %s", &d.log)
		}
		d.text = "bad"
		for range 2 { // who asks is answered, each time
			d.hangups <- syscall.SIGHUP
			synctest.Wait()
		}
	})
	if n := strings.Count(d.log.String(), "was not taken"); n != 2 {
		t.Errorf("said %d times: %s", n, &d.log)
	}
}

func TestReloadThatCannotBeRecorded(t *testing.T) {
	d := edit(t, func(d *desktop) {
		synctest.Wait()
		d.text, d.unable = "two", errors.New("recording the policy: disk full")
		after(3 * pollEvery)
		if len(d.refused) != 1 || !strings.Contains(d.log.String(), "disk full") {
			t.Errorf("refused %q, logged %s", d.refused, &d.log)
		}
		d.unable = nil
		d.hangups <- syscall.SIGHUP
		synctest.Wait()
	})
	if len(d.taken) != 1 {
		t.Errorf("took %q", d.taken)
	}
}

func TestReloadWithoutAFile(t *testing.T) {
	var log bytes.Buffer
	r := &reloader{log: zerolog.New(&log)}
	r.reload(t.Context(), false)
	r.reload(t.Context(), true)
	if strings.Count(log.String(), "no file to read again") != 1 {
		t.Errorf("logged %s", &log)
	}
}
