package measure_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/policy"
)

// method is a way to gate. start prepares a recording; run simulates one gate run on it, with the candidate slower by effect times
// the limit.
type method struct {
	name  string
	start func(recording) (run func(r *rand.Rand, effect float64) result, err error)
}

// gated is the gate's own method: rounds judged in pairs, by a plan of looks. It is called cpu where the CPU time of a request is
// judged, and not the p95.
func gated(s setting) method {
	name := "gate"
	if s.limits.rule.Metric == cpuUnit {
		name = "cpu"
	}
	return method{name, func(rec recording) (func(*rand.Rand, float64) result, error) {
		g, err := newSimulated(rec, s)
		if err != nil {
			return nil, err
		}
		return g.run, nil
	}}
}

// methods are the gate's and its rivals, with a limit of 10 % on p95 and no floor:
//
//   - gate: see gated.
//   - original: one run of 300 requests of each side, one after the other, and the limit on p95; no statistics.
//   - before-after: 10 or 20 runs of 100 requests of the baseline, then as many of the candidate; the U-test at 0.05,
//     and the limit on the medians.
//   - interleaved: 33 rounds of a portion, judged as two heaps, like before-after. Turn by turn they are as well mixed
//     as can be, so what it lacks against the gate is the pairs.
var methods = []method{
	gated(setting{}),
	{"original", func(rec recording) (func(*rand.Rand, float64) result, error) {
		a, err := newApart(rec, 1, 3*requestsPerRun)
		return func(r *rand.Rand, effect float64) result {
			baseline, candidate := a.values(r, effect)
			return result{outcome: overLimits(limit10.rule, baseline[0], candidate[0]), rounds: 1, portions: 5}
		}, err
	}},
	beforeAfter("before-after-10-runs", 10),
	beforeAfter("before-after-20-runs", 20),
	{"interleaved-33-rounds", func(rec recording) (func(*rand.Rand, float64) result, error) {
		p, err := newReplay(rec)
		return func(r *rand.Rand, effect float64) result {
			var baseline, candidate []float64
			for range 33 {
				w := p.draw(r, 1)
				baseline, candidate = append(baseline, p.p95(w, 0)), append(candidate, slower(p.p95(w, 1), effect))
			}
			return result{outcome: byHeaps(baseline, candidate), rounds: 33, portions: 33}
		}, err
	}},
}

func beforeAfter(name string, runs int) method {
	return method{name, func(rec recording) (func(*rand.Rand, float64) result, error) {
		a, err := newApart(rec, runs, requestsPerRun)
		return func(r *rand.Rand, effect float64) result {
			return result{outcome: byHeaps(a.values(r, effect)), rounds: runs, portions: runs * requestsPerRun / portionRequests}
		}, err
	}}
}

// slower is what a quantile of the candidate's latencies is, in whole ns.
func slower(ns, effect float64) float64 {
	return math.Round(ns * (1 + effect*limit10.rule.MaxRegressionPercent/100))
}

// overLimits is a verdict without statistics.
func overLimits(rule policy.Rule, baseline, candidate float64) policy.Outcome {
	if 100*(candidate-baseline) > rule.MaxRegressionPercent*baseline && candidate-baseline >= rule.MinRegression {
		return policy.Regressed
	}
	return policy.OK
}

// byHeaps is the verdict on runs that were measured apart.
func byHeaps(baseline, candidate []float64) policy.Outcome {
	return setting{limits: limit10}.judge().Compare(results("p95-ns", baseline), results("p95-ns", candidate)).Verdicts[0].Outcome
}

// still is a machine without any noise but the luck of processes.
var still = noise{"made-still", func(*rand.Rand) func() float64 { return func() float64 { return 0 } }}

func TestEveryMethodIsRightWithoutNoise(t *testing.T) {
	for _, m := range methods {
		run, err := m.start(still.record(20, 300))
		require.NoError(t, err)
		for effect, want := range map[float64]policy.Outcome{0: policy.OK, 2: policy.Regressed} {
			r := rand.New(rand.NewPCG(10, 4))
			for range 20 {
				require.Equal(t, want, run(r, effect).outcome, "%s at effect %v", m.name, effect)
			}
		}
	}
}

// servesAll reports whether the recording is long enough for every method: those of a request of 5 ms are, and those made up.
func (r recording) servesAll() bool {
	return strings.HasSuffix(r.name, "-5ms") || strings.HasPrefix(r.name, "made-")
}

func TestEveryRecordingServesEveryMethod(t *testing.T) {
	for _, rec := range allRecordings(t) {
		for i, m := range methods {
			if i > 0 && !rec.servesAll() {
				continue
			}
			_, err := m.start(rec)
			assert.NoError(t, err, m.name)
		}
	}
	for _, m := range methods {
		_, err := m.start(still.record(2, 119))
		assert.ErrorContains(t, err, "made-still: ", m.name)
	}
}

func TestOverLimitsNeedsBoth(t *testing.T) {
	for _, c := range []struct {
		name                string
		baseline, candidate float64
		want                policy.Outcome
	}{
		{"exactly +10 percent is not more than 10 percent", 50e6, 55e6, policy.OK},
		{"1 ns more is", 50e6, 55e6 + 1, policy.Regressed},
		{"1 ns less than the floor", 5e6, 6e6 - 1, policy.OK},
		{"exactly the floor", 5e6, 6e6, policy.Regressed},
	} {
		assert.Equal(t, c.want, overLimits(defaultLimits.rule, c.baseline, c.candidate), c.name)
	}
}
