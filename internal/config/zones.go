package config

import (
	_ "embed"
	"strings"
)

// zoneNames are the zones of the tz database as Go carries it, but for those that
// are no places; https://www.iana.org/time-zones. They serve the question which one
// was meant, and decide nothing: a newer database may have more.
//
//go:embed zones.txt
var zoneNames string

func zones() []string { return strings.Fields(zoneNames) }
