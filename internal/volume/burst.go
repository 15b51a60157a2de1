package volume

const (
	pastBursts = 8
	burstPause = 60 // minutes without a crossing end a burst
	jobSlack   = 60 // minutes a job may begin earlier or later than the time before
	jobTimes   = 3  // how many times as large it may be
	jobRuns    = 2  // that often a job is told; the next time it is known
)

// burst is a time in which an actor passed its bars. Times are minutes since
// 1970, 0 for none.
type burst struct {
	Start, Newest int64
	Peak          float64 // rows in sixty minutes
	Alerted       bool
}

// told reports whether people know of the burst that the minute belongs to.
func (b *burst) told(minute int64) bool { return b.Alerted && minute-b.Newest < burstPause }

// cross notes that the bars are passed, and begins a new burst after a pause.
func (u *unit) cross(minute int64, rows float64) {
	if u.Burst.Start == 0 || minute-u.Burst.Newest >= burstPause {
		if u.Burst.Start != 0 {
			copy(u.Past[1:], u.Past[:pastBursts-1])
			u.Past[0] = u.Burst
		}
		u.Burst = burst{Start: minute}
	}
	u.Burst.Newest = minute
	u.Burst.Peak = max(u.Burst.Peak, rows)
}

// knownJob reports whether the burst comes as earlier ones did: at that time of
// the day, days, one or two weeks, or a month after them, and in the size of the
// largest.
func (u *unit) knownJob() bool {
	alike, largest := 0, 0.0
	for i := range u.Past {
		p := &u.Past[i]
		if p.Start != 0 && sameTime(u.Burst.Start-p.Start) {
			alike++
			largest = max(largest, p.Peak)
		}
	}
	return alike >= jobRuns && u.Burst.Peak <= jobTimes*largest
}

// sameTime reports whether two bursts so many minutes apart may be runs of one
// job.
func sameTime(apart int64) bool {
	const aDay = 24 * 60
	days := (apart + aDay/2) / aDay
	if off := apart - days*aDay; off > jobSlack || off < -jobSlack {
		return false
	}
	return days >= 1 && days <= 3 || days == 7 || days == 14 || days >= 28 && days <= 31 || days >= 59 && days <= 62
}
