package config

import (
	"fmt"
	"slices"
	"time"

	"github.com/holdfast-db/holdfast/internal/volume"
	"github.com/holdfast-db/holdfast/rules"
)

// Volume says when deletes are told as unusual; see package volume.
type Volume struct {
	Limit     Bound         `yaml:"limit"` // in ten minutes
	Bulk      Bound         `yaml:"bulk"`  // in an hour
	DayShare  float64       `yaml:"day_share"`
	WeekShare float64       `yaml:"week_share"`
	Times     Times         `yaml:"times"`
	Learn     time.Duration `yaml:"learn"`
	Zone      string        `yaml:"zone"` // whose hours and days count
	Expected  []Expected    `yaml:"expected"`
	Brake     []Brake       `yaml:"brake"`

	// Options are the same in the words of package volume.
	Options volume.Options `yaml:"-"`
}

// Bound is a number of rows, or a part of the table, whichever is less.
type Bound struct {
	Rows  int64   `yaml:"rows"`
	Share float64 `yaml:"share"`
}

// Times is how many times as much something is; more than 1.
type Times float64

// Expected is a declared job: volume.Expected with the keys of a file.
type Expected struct {
	Host     string `yaml:"host"`
	Database string `yaml:"database"`
	Table    string `yaml:"table"`
	Actor    string `yaml:"actor"`
	Cron     string `yaml:"cron"`
	MaxRows  int64  `yaml:"max_rows"`
}

// Brake says which alerts hold further deletes by their actor on their table. All that
// is given must match.
type Brake struct {
	Hosts  []string `yaml:"hosts"`
	Tables []string `yaml:"tables"`
	Kinds  []string `yaml:"kinds"`

	// HostPatterns, TablePatterns and KindNames are the same, parsed.
	HostPatterns, TablePatterns []rules.Pattern `yaml:"-"`
	KindNames                   []volume.Kind   `yaml:"-"`
}

// maxExpected and maxBrakes bound what is compared with each delete and each alert. No
// person oversees more; patterns say the same in fewer.
const (
	maxExpected = 500
	maxBrakes   = 500
)

// brakeKinds are the alerts that are about one actor.
func brakeKinds() []string {
	return []string{string(volume.Limit), string(volume.Bulk), string(volume.Leak), string(volume.NewActor)}
}

// fillVolume gives what nobody set its default.
func fillVolume(v *Volume) {
	setDefault(&v.Limit.Rows, volume.DefaultLimitRows)
	setDefault(&v.Limit.Share, volume.DefaultLimitShare)
	setDefault(&v.Bulk.Rows, volume.DefaultBulkRows)
	setDefault(&v.Bulk.Share, volume.DefaultBulkShare)
	setDefault(&v.DayShare, volume.DefaultDayShare)
	setDefault(&v.WeekShare, volume.DefaultWeekShare)
	setDefault(&v.Times, volume.DefaultTimes)
	setDefault(&v.Learn, volume.DefaultLearn)
	setDefault(&v.Zone, "UTC")
}

// checkVolume puts the section into the words of package volume, which checks it.
func (n *notes) checkVolume(v *Volume) {
	if len(v.Expected) > maxExpected || len(v.Brake) > maxBrakes {
		n.fault("volume", "there are %d expected jobs and %d brakes; at most %d and %d are read, so use patterns", len(v.Expected), len(v.Brake), maxExpected, maxBrakes)
		return
	}
	v.Options = volume.Options{
		LimitRows: v.Limit.Rows, LimitShare: v.Limit.Share, BulkRows: v.Bulk.Rows, BulkShare: v.Bulk.Share,
		DayShare: v.DayShare, WeekShare: v.WeekShare, Times: float64(v.Times), Learn: v.Learn,
	}
	if err := v.Options.Check(); err != nil && !n.hasFaultAt("volume.learn") {
		n.fault("volume.learn", "%v", err) // the other keys were looked at by themselves
	}
	zone, err := time.LoadLocation(v.Zone)
	if err != nil || v.Zone == "Local" {
		n.fault("volume.zone", "%q is no time zone; write one such as Europe/Berlin", v.Zone)
	}
	v.Options.Zone = zone
	for i, e := range v.Expected {
		n.checkExpected(v, e, fmt.Sprintf("volume.expected[%d]", i))
	}
	for i := range v.Brake {
		n.checkBrake(&v.Brake[i], fmt.Sprintf("volume.brake[%d]", i))
	}
}

func (n *notes) checkExpected(v *Volume, e Expected, path string) {
	if n.hasFaultAt(path) {
		return
	}
	job := volume.Expected(e)
	if err := job.Check(); err != nil {
		n.fault(path, "%v", err)
		return
	}
	v.Options.Expected = append(v.Options.Expected, job)
}

func (n *notes) checkBrake(b *Brake, path string) {
	b.HostPatterns = n.brakePatterns(b.Hosts, path+".hosts")
	b.TablePatterns = n.brakePatterns(b.Tables, path+".tables")
	for i, kind := range b.Kinds {
		at := fmt.Sprintf("%s.kinds[%d]", path, i)
		if !slices.Contains(brakeKinds(), kind) {
			n.fault(at, "kinds: %q is no kind of alert about one actor%s", kind, hint(nearest(kind, brakeKinds())))
			continue
		}
		b.KindNames = append(b.KindNames, volume.Kind(kind))
	}
}

func (n *notes) brakePatterns(texts []string, path string) (list []rules.Pattern) {
	for i, text := range texts {
		p, err := rules.ParsePattern(text)
		if err != nil {
			n.fault(fmt.Sprintf("%s[%d]", path, i), "%s: %v", nameOf(path), err)
			continue
		}
		list = append(list, p)
	}
	return list
}
