package policy

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestSawLittle(t *testing.T) {
	v := func(limit, floor, baseline, lo, hi float64) Verdict {
		percent := Bounds{lo, hi}
		if baseline == 0 {
			percent = Bounds{math.Inf(-1), math.Inf(1)}
		}
		return Verdict{Outcome: OK, Reason: Reason{Code: WithinLimit}, Unit: "ns/op",
			Rule:     Rule{Metric: "ns/op", MaxRegressionPercent: limit, MinRegression: floor},
			Baseline: Summary{baseline, 8}, Candidate: Summary{baseline, 8}, Percent: percent, Absolute: Bounds{lo, hi}}
	}
	for _, c := range []struct {
		name string
		v    Verdict
		want bool
	}{
		{"exactly twice the limit is not wider", v(10, 0, 100, 0, 20), false},
		{"one ulp more", v(10, 0, 100, 0, math.Nextafter(20, 21)), true},
		{"the floor is more than the limit: 30 %", v(10, 30, 100, -40, 20), false},
		{"wider than twice the floor", v(10, 30, 100, -41, 20), true},
		{"of 0 the floor counts, in the unit", v(0, 1, 0, -1, 1), false},
		{"wider than twice the floor, from 0", v(0, 1, 0, -1, 1.5), true},
		{"nothing is tolerated", v(0, 0, 100, -40, 0), false},
		{"no ends", v(10, 0, 100, math.Inf(-1), math.Inf(1)), true},
		{"no ends, as JSON has them", v(10, 0, 100, math.NaN(), math.NaN()), true},
	} {
		assert.Equal(t, c.want, c.v.SawLittle(), c.name)
	}
	wide := v(10, 0, 100, -30, 8)
	for _, code := range []Code{SameCode, Saturated} {
		wide.Reason.Code = code
		assert.False(t, wide.SawLittle(), code)
	}
	wide.Reason.Code, wide.Outcome = TooNoisyToSee, Blind
	assert.False(t, wide.SawLittle(), "blind says so itself")
	wide.Outcome, wide.Candidate.N = OK, 0
	assert.False(t, wide.SawLittle(), "nothing was measured")
}
