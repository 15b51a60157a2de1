package volume

import (
	"errors"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/holdfast-db/holdfast/internal/wording"
)

// Expected declares a job whose deletes are no news: what is usual cannot be
// learned of one that runs once a month.
type Expected struct {
	Host     string // a pattern as of path.Match; empty is any
	Database string // a pattern as well; empty is any
	Table    string // a pattern of the name as it is counted
	Actor    string // a pattern of user/application, or of the user; empty is any
	Cron     string // five fields, as of cron(5), or @daily and the like
	MaxRows  int64  // rows of a run that are no news; 0: any number
}

const (
	// A run belongs to a time of its schedule if it begins up to runSlack before
	// or after it, and lasts until it pauses for runPause, at most runLongest.
	runSlack   = 60 * 60
	runPause   = 15 * 60
	runLongest = 6 * 60 * 60
)

// job is a declared job, parsed.
type job struct {
	Expected
	schedule cron.Schedule
}

// jobs parses what is declared, and reports all faults at once.
func (o *Options) jobs() ([]job, error) {
	var jobs []job
	var faults []error
	for i, e := range o.Expected {
		j, err := e.parse()
		if err != nil {
			faults = append(faults, fmt.Errorf("expected job %d: %w", i+1, err))
		}
		jobs = append(jobs, j)
	}
	return jobs, errors.Join(faults...)
}

// Check says what is wrong with a declared job.
func (e Expected) Check() error {
	_, err := e.parse()
	return err
}

func (e Expected) parse() (job, error) {
	if e.Table == "" {
		return job{}, errors.New("it names no table")
	}
	for _, pattern := range []string{e.Table, e.Actor, e.Host, e.Database} {
		if _, err := path.Match(pattern, ""); err != nil {
			return job{}, fmt.Errorf("the pattern %q cannot be read: %w", pattern, err)
		}
	}
	if e.MaxRows < 0 {
		return job{}, fmt.Errorf("max_rows is %d; it must not be negative", e.MaxRows)
	}
	schedule, err := cron.ParseStandard(e.Cron)
	if err != nil {
		return job{}, fmt.Errorf("the schedule %q cannot be read: %w", e.Cron, err)
	}
	return job{Expected: e, schedule: schedule}, nil
}

func (j *job) covers(t *table, a Actor) bool {
	return (matches(j.Table, t.Name) || !strings.Contains(t.Name, ".") && matches(j.Table, "public."+t.Name)) && (j.Host == "" || matches(j.Host, t.Host)) && (j.Database == "" || matches(j.Database, t.Database)) &&
		(j.Actor == "" || matches(j.Actor, a.User) || matches(j.Actor, a.String()))
}

// matches is path.Match, in which a slash in a name is a letter like others.
func matches(pattern, name string) bool {
	if pattern == name {
		return true
	}
	ok, err := path.Match(slashless.Replace(pattern), slashless.Replace(name))
	return err == nil && ok
}

// due reports whether a run may begin at the second.
func (j *job) due(second int64, zone *time.Location) bool {
	from := time.Unix(second-runSlack, 0).In(zone)
	next := j.schedule.Next(from.Add(-time.Second))
	return !next.IsZero() && next.Unix() <= second+runSlack
}

// declaredRun is a run of a declared job by one actor. Times are seconds.
type declaredRun struct {
	Job           int // in the options
	Start, Newest int64
	Rows          int64
	Told          bool
}

func (r *declaredRun) lasts(second int64) bool {
	return r.Start != 0 && second-r.Newest <= runPause && second-r.Start <= runLongest
}

// undeclared is how many of the rows belong to no declared job.
func (w *Watch) undeclared(t *table, u *unit, c *Count) uint64 {
	if len(w.jobs) == 0 {
		return uint64(c.Deleted)
	}
	r := &u.Run
	if !r.lasts(w.Second) || r.Job >= len(w.jobs) || !w.jobs[r.Job].covers(t, u.Who) {
		*r = declaredRun{}
		for i := range w.jobs {
			if j := &w.jobs[i]; j.covers(t, u.Who) && j.due(w.Second, w.options.Zone) {
				*r = declaredRun{Job: i, Start: w.Second}
				break
			}
		}
		if r.Start == 0 {
			return uint64(c.Deleted)
		}
	}
	r.Newest = w.Second
	r.Rows += c.Deleted
	most := w.jobs[r.Job].MaxRows
	if most == 0 || r.Rows <= most {
		return 0
	}
	w.tooMany(t, u, r, most)
	return uint64(min(c.Deleted, r.Rows-most))
}

// tooMany tells once of a run that deletes more than was declared.
func (w *Watch) tooMany(t *table, u *unit, r *declaredRun, most int64) {
	if r.Told || u.Bulk.open() {
		return
	}
	r.Told = true
	w.raise(t, u, &u.Bulk, Alert{
		Kind: Limit, Deleted: r.Rows, Usual: float64(most), Since: unix(r.Start),
		Reason: fmt.Sprintf("%s by a job that is declared to delete at most %s", rowsText(float64(r.Rows)), wording.Number(uint64(most))),
	})
}
