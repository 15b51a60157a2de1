package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/rs/zerolog"

	"github.com/holdfast-db/holdfast/internal/config"
	"github.com/holdfast-db/holdfast/internal/wording"
)

// pollEvery is how often the file is looked at: soon enough for somebody who has
// just saved it, and one system call a second costs nothing. A change is read once
// the file has been the same for that long: an editor may still be writing.
const pollEvery = time.Second

// reloader takes the file anew when it changes, or on SIGHUP. One goroutine.
type reloader struct {
	file string // empty when flags alone made the configuration

	// load reads the configuration, stat tells a changed file from the same one,
	// take makes a good configuration the one that counts, refuse notes that it
	// was not good.
	load   func() (*config.Config, error)
	stat   func() string
	take   func(context.Context, *config.Config) error
	refuse func(context.Context, error)
	log    zerolog.Logger

	sha256 string // of the file that counts
	fault  string // of the file as it is now; empty when it counts
}

// run goes on until ctx ends.
func (r *reloader) run(ctx context.Context, hangups <-chan os.Signal) {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	seen, changed := r.stat(), true // it may have changed since it was read for the start
	for {
		select {
		case <-ctx.Done():
			return
		case <-hangups:
			r.reload(ctx, true)
		case <-tick.C:
			now := r.stat()
			switch {
			case now != seen:
				seen, changed = now, true
			case changed:
				changed = false
				r.reload(ctx, false)
			}
		}
	}
}

// reload reads the file. asked is true when a person wants to hear of it, whatever
// comes of it.
func (r *reloader) reload(ctx context.Context, asked bool) {
	if r.file == "" {
		if asked {
			r.log.Info().Msg("SIGHUP: flags alone made the configuration, so there is no file to read again")
		}
		return
	}
	c, err := r.load()
	if err == nil && c.SHA256 == r.sha256 {
		if asked || r.fault != "" {
			r.log.Info().Str("file", r.file).Msg("the configuration is the one that counts already")
		}
		if r.fault != "" {
			r.fault = ""
			r.refuse(ctx, nil)
		}
		return
	}
	if err == nil {
		err = r.take(ctx, c)
	}
	if err == nil {
		r.sha256, r.fault = c.SHA256, ""
		return
	}
	if again := err.Error() == r.fault; again && !asked {
		return
	}
	r.fault = err.Error()
	r.logFaults(err)
	r.refuse(ctx, err)
}

// logFaults says everything that is wrong with the file, once for its content.
func (r *reloader) logFaults(err error) {
	var faults config.Faults
	if !errors.As(err, &faults) {
		r.log.Error().Err(err).Str("file", r.file).Msg("the configuration was not taken, the one before it goes on")
		return
	}
	for _, f := range faults {
		r.log.Error().Str("where", f.Where).Int("line", f.Line).Int("column", f.Column).Msg(f.Text)
	}
	r.log.Error().Str("file", r.file).Msgf("the configuration has %s and was not taken, the one before it goes on", wording.Count(len(faults), "fault"))
}

// statOf tells a file that was changed from the same one, as text; of one that is
// not there, why.
func statOf(file string) string {
	info, err := os.Stat(file)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprint(info.Size(), info.ModTime().UnixNano(), fileNumber(info))
}
