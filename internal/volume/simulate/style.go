package simulate

import (
	"math"
	"math/rand/v2"
)

// Style is a family of worlds.
type Style struct {
	Name    string
	HeldOut bool // it came after the numbers of the detectors were chosen

	count     func(r *rand.Rand, mean float64) int // events of an hour
	batch     func(r *rand.Rand, mean float64) int // rows of an event, at least 1
	dayNoise  float64                              // sigma of the logarithm of a day's level, per table
	sameNoise float64                              // the same for all tables together
	lasting   float64                              // how much of a day's noise the next one keeps
	hours     func(hour int) float64               // shape of a day
	weekend   float64                              // level of Saturday and Sunday
	growth    float64                              // of a week, at most
	rowsKnown bool

	perMinute bool    // lines are sums of a minute, not commits
	jobNoise  float64 // sigma of the logarithm of a job's size; 0: 0.2
	jobJitter int     // seconds a job may begin late; 0: ten minutes
	monthEnd  float64 // level of the last and first day of a month; 0: as others
}

// Styles are all there are.
var Styles = []Style{
	{Name: "poisson", count: poisson, batch: single, dayNoise: 0.10, hours: wave, weekend: 0.6, growth: 0.02, rowsKnown: true},
	{Name: "negative-binomial", count: negativeBinomial(4), batch: geometric, dayNoise: 0.15, hours: office, weekend: 0.3, growth: 0.04, rowsKnown: true},
	{Name: "common-days", count: poisson, batch: geometric, dayNoise: 0.08, sameNoise: 0.2, hours: wave, weekend: 1.3, growth: 0.03, rowsKnown: true},
	{Name: "heavy-batches", count: poisson, batch: pareto, dayNoise: 0.12, hours: twoPeaks, weekend: 0.7, growth: 0.03, rowsKnown: true},
	{Name: "clumped", count: negativeBinomial(1.5), batch: pareto, dayNoise: 0.12, hours: flat, weekend: 1, growth: 0.05, rowsKnown: true},
	{Name: "lasting-days", count: negativeBinomial(8), batch: geometric, dayNoise: 0.15, lasting: 0.6, hours: nightShift, weekend: 0.5, growth: 0.03, rowsKnown: false},
	{Name: "minute-sums", HeldOut: true, count: negativeBinomial(3), batch: geometric, dayNoise: 0.12, hours: twoPeaks, weekend: 0.4, growth: 0.02, rowsKnown: true, perMinute: true},
	{Name: "noisy-days", HeldOut: true, count: poisson, batch: geometric, dayNoise: 0.25, hours: wave, weekend: 0.8, growth: 0.02, rowsKnown: true},
	{Name: "jittery-jobs", HeldOut: true, count: negativeBinomial(5), batch: geometric, dayNoise: 0.12, hours: office, weekend: 0.5, growth: 0.02, rowsKnown: true, jobNoise: 0.4, jobJitter: 2400, monthEnd: 1.5},
}

// poisson draws a Poisson number; of a large mean by its normal limit.
func poisson(r *rand.Rand, mean float64) int {
	if mean > 50 {
		return max(0, int(math.Round(mean+math.Sqrt(mean)*r.NormFloat64())))
	}
	n := -1
	for left := 1.0; left > math.Exp(-mean); n++ {
		left *= r.Float64()
	}
	return n
}

// negativeBinomial is Poisson with a mean that varies from hour to hour as a
// gamma of the shape.
func negativeBinomial(shape float64) func(*rand.Rand, float64) int {
	return func(r *rand.Rand, mean float64) int { return poisson(r, mean*gamma(r, shape)/shape) }
}

// gamma draws by Marsaglia and Tsang's method; the shape is at least 1.
func gamma(r *rand.Rand, shape float64) float64 {
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := r.NormFloat64()
		v := math.Pow(1+c*x, 3)
		if v > 0 && math.Log(1-r.Float64()) < x*x/2+d-d*v+d*math.Log(v) {
			return d * v
		}
	}
}

func single(*rand.Rand, float64) int { return 1 }

func geometric(r *rand.Rand, mean float64) int {
	if mean <= 1 {
		return 1
	}
	return 1 + int(math.Log(1-r.Float64())/math.Log(1-1/mean))
}

// pareto has a tail of index 1.8, cut at fifty times the mean.
func pareto(r *rand.Rand, mean float64) int {
	const index = 1.8
	x := mean * (index - 1) / index * math.Pow(1-r.Float64(), -1/index)
	return max(1, int(min(x, 50*mean)+r.Float64()))
}

func wave(hour int) float64 { return 1 + 0.7*math.Sin(2*math.Pi*float64(hour-9)/24) }

func flat(int) float64 { return 1 }

func office(hour int) float64 {
	if hour >= 8 && hour < 18 {
		return 2.2
	}
	return 0.1
}

func twoPeaks(hour int) float64 {
	return 0.3 + 2*math.Exp(-square(float64(hour-11))/6) + 1.7*math.Exp(-square(float64(hour-20))/5)
}

func nightShift(hour int) float64 {
	if hour < 6 || hour >= 22 {
		return 2.5
	}
	return 0.25
}

func square(x float64) float64 { return x * x }

func lognormal(r *rand.Rand, sigma float64) float64 {
	return math.Exp(sigma*r.NormFloat64() - sigma*sigma/2)
}

// between draws evenly on the logarithmic scale.
func between(r *rand.Rand, low, high float64) float64 {
	return low * math.Pow(high/low, r.Float64())
}
