package history

import (
	"strings"
	"time"
)

// zones are the abbreviations of log_timezone that mean one thing everywhere, in
// hours. Others, such as IST and CST, are read as UTC and named in Seen.
var zones = map[string]float64{
	"UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3,
	"EST": -5, "EDT": -4, "CDT": -5, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10,
	"JST": 9, "KST": 9, "HKT": 8, "SGT": 8, "AEST": 10, "AEDT": 11, "ACST": 9.5, "NZST": 12, "NZDT": 13,
}

// timestamp reads a time as the server writes it: 2026-11-24 02:16:28.500 CET. It is
// zero for what is none.
func (r *reading) timestamp(text string) time.Time {
	i := strings.LastIndexByte(text, ' ')
	if i < 0 {
		return time.Time{}
	}
	at, err := time.Parse("2006-01-02 15:04:05.999", text[:i])
	if err != nil {
		return time.Time{}
	}
	return at.Add(-r.offset(text[i+1:]))
}

// offset is how far a zone is ahead of UTC.
func (r *reading) offset(zone string) time.Duration {
	if hours, ok := zones[zone]; ok {
		return time.Duration(hours * float64(time.Hour))
	}
	for _, form := range []string{"-07", "-0700", "-07:00"} {
		if t, err := time.Parse(form, zone); err == nil {
			_, seconds := t.Zone()
			return time.Duration(seconds) * time.Second
		}
	}
	r.seen.Zone = zone
	return 0
}
