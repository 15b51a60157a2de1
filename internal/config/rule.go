package config

import (
	"reflect"
	"time"

	"github.com/holdfast-db/holdfast/rules"
)

// Limits are what one transaction may take before it is asked about. The zero value
// of a field is its default; see rules.Limits.
type Limits struct {
	Rows        int64     `yaml:"rows"`
	Share       float64   `yaml:"share"`
	ShareFrom   int64     `yaml:"share_from"`
	UpdatedRows RowsOrOff `yaml:"updated_rows"`
}

// RowsOrOff is a number of rows, or 0 for off.
type RowsOrOff int64

const off = "off"

// Rule is one rule of the policy as the file has it; Config.Policy has the same in
// the words of rules.
type Rule struct {
	Line   int    `yaml:"-"` // of the file, from 1
	Name   string `yaml:"name"`
	When   *When  `yaml:"when"` // nil matches all that the action covers
	Action string `yaml:"action"`

	// The following are of rules that hold. What is left out is the host's.
	Reviewers         Reviewers     `yaml:"reviewers"`
	Wait              time.Duration `yaml:"wait"`
	WaitInTransaction time.Duration `yaml:"wait_in_transaction"`
	TypeName          bool          `yaml:"type_name"`
	Mode              string        `yaml:"mode"` // "wait", "return", or empty
}

// When is what a rule matches, as text; see rules.When.
type When struct {
	Hosts        []string `yaml:"hosts"`
	Environments []string `yaml:"environments"`
	Databases    []string `yaml:"databases"`
	Users        []string `yaml:"users"`
	Applications []string `yaml:"applications"`
	Clients      []string `yaml:"clients"`
	Sessions     []string `yaml:"sessions"`
	Verbs        []string `yaml:"verbs"`
	Tables       []string `yaml:"tables"`
	Filters      []string `yaml:"filters"`
	Rows         string   `yaml:"rows"`
	Share        string   `yaml:"share"`
	Inside       []string `yaml:"inside"`
	Outside      []string `yaml:"outside"`
}

// entries is how many entries the lists have together.
func (w *When) entries() (count int) {
	for v, i := reflect.ValueOf(*w), 0; i < v.NumField(); i++ {
		if v.Field(i).Kind() == reflect.Slice {
			count += v.Field(i).Len()
		}
	}
	return count
}

// NewPolicy is the policy of the configuration. now tells the time to rules with
// inside and outside; it is not nil.
func (c *Config) NewPolicy(now func() time.Time) *rules.Policy {
	o := c.Policy
	o.Now = now
	return rules.NewPolicy(o)
}

// RulesFor is how many of the rules can match on a host.
func (c *Config) RulesFor(h Host) (count int) {
	for _, r := range c.Policy.Rules {
		if concerns(r.When, h) {
			count++
		}
	}
	return count
}

// concerns says whether a rule can match on a host at all.
func concerns(w rules.When, h Host) bool {
	return anyMatches(w.Hosts, h.Name) && anyMatches(w.Environments, h.Environment)
}

func anyMatches(patterns []rules.Pattern, name string) bool {
	for _, p := range patterns {
		if p.Matches(name) {
			return true
		}
	}
	return len(patterns) == 0
}
