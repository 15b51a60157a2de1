package volume

const (
	hoursOfDay  = 24
	daysOfWeek  = 7
	hoursOfWeek = hoursOfDay * daysOfWeek

	// quietest is what is expected of an actor that never deleted, in rows an
	// hour: half a row a week, so that ratios stay finite.
	quietest = 1.0 / (2 * hoursOfWeek)

	// newest is the weight of the newest week in the mean of its hour. The mean
	// is a plain one for three weeks; then a change is taken over in about four.
	newest = 0.25
)

// season is what is usual for one actor on one table: the mean rows of each hour
// of the week. Two weeks give two values an hour, so that half of what is
// expected comes from the whole of the week: the day's level times the hour's
// share of a day.
type season struct {
	Cells  [hoursOfWeek]float32
	From   int64 // the hour since which it is watched, in hours since 1970
	Levels [daysOfWeek]float32
	Shares [hoursOfDay]float32
}

// weeks is how many values the mean of the hour at now already has.
func (s *season) weeks(now int64) int { return int(max(0, now-s.From) / hoursOfWeek) }

// learn takes the rows of an hour that is over into its mean.
func (s *season) learn(hour int64, h int, rows float64) {
	weight := newest
	if n := s.weeks(hour); n < 3 {
		weight = 1 / float64(n+1)
	}
	s.Cells[h] += float32(weight * (rows - float64(s.Cells[h])))
}

// expected is the rows that are usual in the hour h of the week.
func (s *season) expected(h int) float64 {
	own := float64(s.at(h-1))/4 + float64(s.at(h))/2 + float64(s.at(h+1))/4 // jobs begin late or early
	pooled := float64(s.Levels[h/hoursOfDay]) * float64(s.Shares[h%hoursOfDay])
	return quietest + (own+pooled)/2
}

// week is the rows that are usual in a week.
func (s *season) week() float64 {
	sum := 0.0
	for _, l := range s.Levels {
		sum += float64(l)
	}
	return sum
}

func (s *season) at(h int) float32 { return s.Cells[wrap(h, hoursOfWeek)] }

// pool computes levels and shares anew; once a day is often enough. A cell
// counts up to twice the second-highest of its hour of the day, so that a weekly
// job does not raise the rest of its day.
func (s *season) pool() {
	var days [daysOfWeek]float64
	var hours [hoursOfDay]float64
	total := 0.0
	for hour := range hoursOfDay {
		top := 2*s.second(hour) + 1
		for day := range daysOfWeek {
			rows := float64(min(s.Cells[day*hoursOfDay+hour], top))
			days[day] += rows
			hours[hour] += rows
			total += rows
		}
	}
	for hour := range hoursOfDay {
		smooth := hours[wrap(hour-1, hoursOfDay)]/4 + hours[hour]/2 + hours[wrap(hour+1, hoursOfDay)]/4
		s.Shares[hour] = float32(smooth / max(total, 1e-9))
	}
	s.level(&days)
}

// level takes half of a day's level from its own mean and half from that of its
// kind, working days or the weekend: two values a day are few.
func (s *season) level(days *[daysOfWeek]float64) {
	weekend := (days[0] + days[6]) / 2 // Sunday is 0
	working := (days[1] + days[2] + days[3] + days[4] + days[5]) / 5
	for day := range daysOfWeek {
		kind := working
		if day == 0 || day == 6 {
			kind = weekend
		}
		s.Levels[day] = float32((days[day] + kind) / 2)
	}
}

// second is the second-highest of the seven means at an hour of the day.
func (s *season) second(hour int) float32 {
	var first, second float32
	for h := hour; h < hoursOfWeek; h += hoursOfDay {
		switch rows := s.Cells[h]; {
		case rows > first:
			first, second = rows, first
		case rows > second:
			second = rows
		}
	}
	return second
}

func wrap(i, n int) int { return (i%n + n) % n }
