package alert

import (
	"slices"
	"strings"
	"time"

	"github.com/holdfast-db/holdfast/internal/volume"
)

const (
	// DefaultSilence is how long nobody is told where an answer does not say.
	DefaultSilence = 24 * time.Hour

	// MaxSilence bounds it: what is usual is accepted, not silenced.
	MaxSilence = 30 * 24 * time.Hour

	// maxStanding bounds what stands at one time: more jobs than that belong into the
	// configuration, and each is looked at for every delete.
	maxStanding = 500
)

// on says whether what was said is about the place and the actor of an alert.
func (s *Standing) on(a *Alert) bool {
	return s.Host == a.Host && s.Database == a.Database && s.Table == a.Table && s.Actor == a.standsFor()
}

// standsFor is the actor of what answers to an alert make stand: what bypasses holdfast is
// nobody's, and apart from what everybody deletes.
func (a *Alert) standsFor() volume.Actor {
	if a.Kind == Behind {
		return behindActor
	}
	return a.Actor
}

// silencedUntil is until when nobody is told of an alert; zero where somebody is.
func (d *Desk) silencedUntil(a *Alert, now time.Time) (until time.Time) {
	for _, s := range d.stands {
		if s.on(a) && s.Until.After(now) && s.Until.After(until) {
			until = s.Until
		}
	}
	return until
}

// withJobs is the options of the configuration with the jobs that people declared by
// answers.
func (d *Desk) withJobs(o volume.Options, stands []Standing) volume.Options {
	o.Expected = slices.Clone(o.Expected)
	for _, s := range stands {
		if s.Job != nil {
			o.Expected = append(o.Expected, *s.Job)
		}
	}
	return o
}

// standing is what stands once s is said, too. A silence takes the place of an earlier
// one, a job that of one with the same schedule, and what is over is left out.
func standing(stands []Standing, s Standing, now time.Time) []Standing {
	stands = slices.DeleteFunc(slices.Clone(stands), func(old Standing) bool {
		same := old.Host == s.Host && old.Database == s.Database && old.Table == s.Table && old.Actor == s.Actor
		switch {
		case old.Job == nil:
			return !old.Until.After(now) || same && s.Job == nil
		}
		return same && s.Job != nil && old.Job.Cron == s.Job.Cron
	})
	return append(stands, s)
}

// lifted is what stands without what answers to an alert said.
func lifted(stands []Standing, id string) []Standing {
	return slices.DeleteFunc(slices.Clone(stands), func(s Standing) bool { return s.Alert == id })
}

// Standing is what people said that stands: silences that are not over, and jobs beside
// those of the configuration. The caller owns the slice.
func (d *Desk) Standing() []Standing {
	now := d.options.Now()
	d.state.Lock()
	defer d.state.Unlock()
	return slices.DeleteFunc(slices.Clone(d.stands), func(s Standing) bool { return s.Job == nil && !s.Until.After(now) })
}

func (d *Desk) hasStanding(id string) bool {
	return slices.ContainsFunc(d.Standing(), func(s Standing) bool { return s.Alert == id })
}

// JobLine writes a declared job as a line for the key expected of the configuration.
func JobLine(e volume.Expected) string {
	var parts []string
	add := func(key, value string) {
		if value != "" {
			parts = append(parts, key+": "+yamlText(value))
		}
	}
	add("host", e.Host)
	add("database", e.Database)
	add("table", e.Table)
	add("actor", e.Actor)
	add("cron", e.Cron)
	if e.MaxRows > 0 {
		parts = append(parts, "max_rows: "+number(e.MaxRows))
	}
	return "- {" + strings.Join(parts, ", ") + "}"
}
