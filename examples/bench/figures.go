package main

import (
	"fmt"
	"slices"
	"time"
)

// median of what was measured; 0 of nothing.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// spread prints the median of ratios and between which they lay.
func spread(values []float64) string {
	if len(values) == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f (%.2f to %.2f)", median(values), slices.Min(values), slices.Max(values))
}

// ratios divides, in each round, what was measured on one way by the same on
// another. Rounds in which one of them is missing or zero are left out.
func ratios[T any](rounds []map[string]T, one, other string, figure func(T) float64) []float64 {
	var all []float64
	for _, round := range rounds {
		a, ok := round[one]
		b, also := round[other]
		if ok && also && figure(b) != 0 {
			all = append(all, figure(a)/figure(b))
		}
	}
	return all
}

// medianOf is the median over the rounds of one way.
func medianOf[T any](rounds []map[string]T, name string, figure func(T) float64) float64 {
	var all []float64
	for _, round := range rounds {
		if m, ok := round[name]; ok {
			all = append(all, figure(m))
		}
	}
	return median(all)
}

type stopwatch time.Time

func newStopwatch() stopwatch              { return stopwatch(time.Now()) }
func (s stopwatch) seconds() float64       { return time.Since(time.Time(s)).Seconds() }
func tps(m measured) float64               { return m.tps }
func cpuPerTransaction(m measured) float64 { return m.cpu }
func p50(m measured) float64               { return m.median.Seconds() }
func speed(s streamed) float64             { return s.speed }
func cpuPerMB(s streamed) float64          { return s.cpu }
