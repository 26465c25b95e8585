package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/tailgate-go/tailgate/policy"
)

// scale is how the values of one metric are shown beside each other: in one unit, with as many decimals.
type scale struct {
	unit     string  // "ms"; the metric's own unit when it is no time
	size     float64 // of unit, in the metric's unit
	decimals int     // negative: too large or too small for decimals, so 1.234e+12
	whole    bool    // all digits, however many
}

// selection is the metric by which package workload/serving tells which prompts were drawn from: the first digits of a hash, not an
// amount.
const selection = "selection"

// scaleOf suits the largest of the values. A time is in milliseconds, as in the original tool, down to 0.1 ms; below that in
// microseconds, and under 0.1 us in nanoseconds. So nearly all rows of a report are in one unit. Bytes, of units that end in "-B",
// are in MiB from half of one on, and else in KiB.
func scaleOf(unit string, values ...float64) scale {
	s := scale{unit: unit, size: 1, whole: unit == selection}
	largest := 0.0
	for _, v := range values {
		if a := math.Abs(v); a > largest && isFinite(a) {
			largest = a
		}
	}
	if policy.IsTime(unit) {
		s.unit, s.size = "ms", 1e6
		switch {
		case largest > 0 && largest < 100:
			s.unit, s.size = "ns", 1
		case largest > 0 && largest < 100e3:
			s.unit, s.size = "us", 1e3
		}
	}
	if strings.HasSuffix(unit, "-B") {
		s.unit, s.size = "KiB", 1<<10
		if largest >= 1<<19 {
			s.unit, s.size = "MiB", 1<<20
		}
	}
	s.decimals = decimals(largest/s.size, values, s.size)
	return s
}

// decimals show four digits of the largest value, and no less than a tenth of a small one; none where all are whole.
func decimals(largest float64, values []float64, size float64) int {
	if largest >= 1e9 || largest > 0 && largest < 1e-4 {
		return -1
	}
	whole := true
	for _, v := range values {
		whole = whole && (v/size == math.Trunc(v/size) || math.IsNaN(v))
	}
	if whole || largest >= 1e5 {
		return 0
	}
	return max(1, 3-int(math.Floor(math.Log10(largest))))
}

// number is a value of the metric without its unit.
func (s scale) number(v float64) string { return s.format("%.*f", "%.3e", v) }

// signed is a change of the metric: "+4.35".
func (s scale) signed(v float64) string {
	if v == 0 {
		return s.number(0)
	}
	return s.format("%+.*f", "%+.3e", v)
}

func (s scale) format(decimal, exponent string, v float64) string {
	switch {
	case math.IsNaN(v):
		return "?"
	case math.IsInf(v, 1):
		return "+inf"
	case math.IsInf(v, -1):
		return "-inf"
	case s.whole:
		return fmt.Sprintf(decimal, 0, v)
	case s.decimals < 0 || math.Abs(v/s.size) >= 1e9:
		return fmt.Sprintf(exponent, v/s.size)
	}
	return fmt.Sprintf(decimal, s.decimals, v/s.size)
}

// amount is a limit as its writer knows it, exactly: "1 ms", "0.2 ms", "1.5 allocs/op".
func amount(value float64, unit string) string {
	s := scaleOf(unit, value)
	return exact(value/s.size) + " " + s.unit
}

// exact has all digits and no more.
func exact(v float64) string {
	if a := math.Abs(v); a >= 1e9 || a > 0 && a < 1e-4 {
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// percent is a change without the sign of percent: "+15.05".
func percent(p float64) string {
	switch a := math.Abs(p); {
	case math.IsNaN(p):
		return "?"
	case math.IsInf(p, 1):
		return "+inf"
	case math.IsInf(p, -1):
		return "-inf"
	case a < 0.005:
		return "0.00"
	case a >= 1e6:
		return fmt.Sprintf("%+.2e", p)
	case a >= 1e3:
		return fmt.Sprintf("%+.0f", p)
	}
	return fmt.Sprintf("%+.2f", p)
}
