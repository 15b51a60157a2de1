package rules

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Bound is a condition on a number: more than, at least, less than, at most. The
// zero value is "more than 0".
type Bound struct {
	less, equal bool
	limit       float64
}

// ParseBound reads 100, > 100, >= 100, < 100 or <= 100; a number alone means more
// than it, as limits do. A percent sign divides by 100.
func ParseBound(text string) (Bound, error) {
	var b Bound
	rest := strings.TrimSpace(text)
	switch {
	case strings.HasPrefix(rest, ">"):
		rest = rest[1:]
	case strings.HasPrefix(rest, "<"):
		b.less, rest = true, rest[1:]
	}
	if rest != text && strings.HasPrefix(rest, "=") {
		b.equal, rest = true, rest[1:]
	}
	rest = strings.TrimSpace(rest)
	number, percent := strings.CutSuffix(rest, "%")
	v, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if err != nil || v < 0 || math.IsInf(v, 0) || math.IsNaN(v) {
		return Bound{}, fmt.Errorf("%q is no bound; write a number, or one behind >, >=, < or <=", text)
	}
	if percent {
		v /= 100
	}
	b.limit = v
	return b, nil
}

// Limit is the number of the bound.
func (b Bound) Limit() float64 { return b.limit }

// String is the bound with its sign.
func (b Bound) String() string {
	sign := ">"
	if b.less {
		sign = "<"
	}
	if b.equal {
		sign += "="
	}
	return sign + " " + strconv.FormatFloat(b.limit, 'f', -1, 64)
}

// holds says whether a number is within the bound.
func (b Bound) holds(v float64) bool {
	switch {
	case v == b.limit:
		return b.equal
	case b.less:
		return v < b.limit
	}
	return v > b.limit
}
