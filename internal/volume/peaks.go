package volume

// fade is what a week leaves of the peak of an hour, so that what happened once
// is not usual for ever.
const fade = 0.9

// peaks are the most rows an actor deleted within ten and within sixty minutes,
// for each hour of the week in which that window ended.
type peaks struct {
	Short, Long [hoursOfWeek]float32
}

// learn takes the peaks of an hour that is over.
func (p *peaks) learn(h int, short, long float64) {
	h = wrap(h, hoursOfWeek)
	p.Short[h] = float32(max(short, fade*float64(p.Short[h])))
	p.Long[h] = float32(max(long, fade*float64(p.Long[h])))
}

// bars are what an actor has to pass in one hour to be unusual. They are
// computed once an hour, since they are compared with at every row.
type bars struct {
	hour        int64   // for which they hold
	short, long float64 // the most so far, without the actor's job at other hours
	same        float64 // the most so far at this hour, in sixty minutes
	without     int     // the hour of the day of that job; -1: it has none
}

// barsAt computes the bars in the hour h of the week.
func (u *unit) barsAt(hour int64, h int) bars {
	short, long := u.most(-1)
	without := -1
	if job := u.jobHour(long); job >= 0 {
		otherShort, otherLong := u.most(job)
		if otherLong < long/3 && wrap(h%hoursOfDay-job+1, hoursOfDay) > 2 {
			short, long, without = otherShort, otherLong, job
		}
	}
	return bars{hour: hour, short: short, long: long, same: u.same(h), without: without}
}

// most is the highest peaks at all hours but those around the one left out.
func (u *unit) most(without int) (short, long float64) {
	for h := range hoursOfWeek {
		if without >= 0 && wrap(h%hoursOfDay-without+1, hoursOfDay) <= 2 {
			continue
		}
		short = max(short, float64(u.Peaks.Short[h]))
		long = max(long, float64(u.Peaks.Long[h]))
	}
	return short, long
}

// jobHour is the hour of the day at which the actor's highest peak comes again
// and again: on two days of the week at least half of it, or every week at the
// same hour. Without such an hour it is -1.
func (u *unit) jobHour(most float64) int {
	top := 0
	for h := range hoursOfWeek {
		if float64(u.Peaks.Long[h]) == most {
			top = h
		}
	}
	days := 0
	for h := top % hoursOfDay; h < hoursOfWeek; h += hoursOfDay {
		if u.near(h) >= most/2 {
			days++
		}
	}
	mean := float64(u.Rows.Season.at(top-1) + u.Rows.Season.at(top) + u.Rows.Season.at(top+1))
	if days >= 2 || mean >= 0.6*most {
		return top % hoursOfDay
	}
	return -1
}

// near is the highest peak in an hour of the week and its neighbours.
func (u *unit) near(h int) float64 {
	return float64(max(u.Peaks.Long[wrap(h-1, hoursOfWeek)], u.Peaks.Long[wrap(h, hoursOfWeek)], u.Peaks.Long[wrap(h+1, hoursOfWeek)]))
}

// same is what is the most for this hour: that of the hour of the week, or one
// and a half times the third-highest of the seven days, which a weekly job alone
// does not raise.
func (u *unit) same(h int) float64 {
	var first, second, third float64
	for d := h % hoursOfDay; d < hoursOfWeek; d += hoursOfDay {
		switch rows := u.near(d); {
		case rows > first:
			first, second, third = rows, first, second
		case rows > second:
			second, third = rows, second
		case rows > third:
			third = rows
		}
	}
	return max(u.near(h), 1.5*third)
}
