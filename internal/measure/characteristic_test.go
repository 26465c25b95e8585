package measure_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/policy"
)

// recordings is the folder of the recordings.
const recordings = "../../testdata/duets"

// BenchmarkOperatingCharacteristic answers how often the gate is wrong. An op is a gate run, simulated on a recording or on a
// made-up one. The effect is how much slower the candidate is, in units of the limit, or of the floor where that is more: 0 is
// identical code, 1 exactly at the limit. The same runs every time; 5000 of each take half an hour:
//
//		go test -run '^$' -bench OperatingCharacteristic -benchtime 5000x -timeout 0 ./internal/measure
//
//	  - red-%, ok-%, blind-%, inconclusive-%, invalid-%: what the runs came to; a run that is improved is ok
//	  - interval-wrong-low-%, interval-wrong-high-%: at the limit, the verdicts by an interval that leaves it out: one that is within
//	    the limit, and one that is beyond
//	  - rounds: on average
//	  - portions: on average, in all rounds, of 60 requests a side
//	  - rounds/sprt: portions, as a multiple of what Wald's test expects: see wald
//
// One thing is varied at a time: see variations. How often others would be wrong that go by the same requests is in the
// sub-benchmarks with another method than gate.
func BenchmarkOperatingCharacteristic(b *testing.B) {
	all := allRecordings(b)
	for _, machine := range []string{"quiet", "busy"} {
		for _, s := range variations() {
			rec := nearest(all, machine, s.request)
			if rec.timed() || s.limits.rule.Metric != cpuUnit {
				characterize(b, rec, gated(s.setting), s.name(), s.effects)
			}
		}
	}
	for _, rec := range all {
		if strings.HasPrefix(rec.name, "made-") {
			characterize(b, rec, methods[0], setting{}.name(), everyEffect)
		}
		for _, m := range methods[1:] {
			if rec.servesAll() {
				characterize(b, rec, m, setting{}.name(), everyEffect)
			}
		}
	}
}

// everyEffect is the effects of which the characteristic is made where nothing is varied.
var everyEffect = []float64{0, 0.5, 1, 1.2, 1.5, 2, 3}

func characterize(b *testing.B, rec recording, m method, of string, effects []float64) {
	b.Run(fmt.Sprintf("data=%s/method=%s/%s", rec.name, m.name, of), func(b *testing.B) {
		run, err := m.start(rec)
		require.NoError(b, err)
		for _, effect := range effects {
			b.Run(fmt.Sprintf("effect=%v", effect), func(b *testing.B) {
				r := rand.New(rand.NewPCG(10, 2))
				var t tally
				for b.Loop() {
					t.add(run(r, effect))
				}
				t.report(b, effect)
				if m.name == "gate" && of == (setting{}).name() && effect != 1 {
					p, err := newReplay(rec)
					require.NoError(b, err)
					b.ReportMetric(t.mean(t.portions)/wald(t.wrong(effect), effect, p.spread()), "rounds/sprt")
				}
			})
		}
	})
}

// variation is a setting to characterize, at some effects.
type variation struct {
	setting
	effects []float64
}

// variations are the settings of BenchmarkOperatingCharacteristic.
func variations() []variation {
	all := []variation{{setting{}, everyEffect}}
	add := func(effects []float64, settings ...setting) {
		for _, s := range settings {
			all = append(all, variation{s, effects})
		}
	}
	const ms, minute = time.Millisecond, time.Minute
	wide := []float64{0, 1, 1.2, 1.5, 2}
	for _, request := range []time.Duration{1, 5, 20, 50, 100} {
		for _, budget := range []time.Duration{minute, 2 * minute} {
			s := setting{request: request * ms, budget: budget}
			add(wide, s)
			s.limits = defaultLimits
			add(wide, s)
		}
	}
	add(everyEffect, setting{limits: limit10CPU}, setting{request: ms / 10}, setting{limits: limit10CPU, request: ms / 10},
		setting{limits: limit10CPU, request: 50 * ms}, setting{request: 50 * ms})
	add(wide, setting{limits: defaultLimits, request: 5 * ms}, setting{linked: true}, setting{request: ms / 10, linked: true},
		setting{family: 20}, setting{family: 50}, setting{family: 500}, setting{limits: limit3}, setting{limits: limit1})
	for _, l := range []float64{0.01, 0.02, 0.03, 0.05} {
		add(wide, setting{luck: luck{launch: l}})
	}
	for _, l := range []float64{0.02, 0.05} {
		add(wide, setting{luck: luck{layouts: l}}, setting{linked: true, luck: luck{layouts: l}})
	}
	add(wide, setting{luck: luck{correlated: true}}, setting{luck: luck{slowStart: true}})
	for _, limits := range []limits{limit1, limit3, limit10} {
		s := setting{limits: limits, luck: luck{layouts: slowLink}}
		add(wide, s)
		s.linked = true
		add(wide, s)
	}
	add(wide, setting{limits: limit1, luck: luck{launch: 0.02}}, setting{limits: limit3, luck: luck{launch: 0.02}})
	return all
}

// TestGateIsRarelyWrong holds the gate, on a quiet machine, to what it promises: not ok on identical code in at most 0.05 % of gate
// runs, red at 1.5 times the limit in at least 99.9 %.
func TestGateIsRarelyWrong(t *testing.T) {
	run, err := methods[0].start(noises[0].record(40, 300))
	require.NoError(t, err)
	for _, effect := range []float64{0, 1.5} {
		r := rand.New(rand.NewPCG(10, 3))
		var of tally
		for range 1000 {
			of.add(run(r, effect))
		}
		if effect == 0 {
			assert.LessOrEqual(t, of.fails(), 0.0005, "identical code: %v", of.outcomes)
			assert.Less(t, of.mean(of.portions), 16.0)
		} else {
			assert.GreaterOrEqual(t, of.fraction(policy.Regressed), 0.999, "1.5 times the limit: %v", of.outcomes)
			assert.Less(t, of.mean(of.portions), 24.0)
		}
	}
}

// allRecordings are the recordings in the folder, and one of each noise, of 40 launches of 300 pairs of turns.
func allRecordings(tb testing.TB) []recording {
	files, err := filepath.Glob(filepath.Join(recordings, "*.txt.gz"))
	require.NoError(tb, err)
	var all []recording
	for _, file := range files {
		rec, err := openRecording(file)
		require.NoError(tb, err)
		all = append(all, rec)
	}
	for _, n := range noises {
		all = append(all, n.record(40, 300))
	}
	return all
}

// nearest is the recording of a machine, quiet or busy, whose requests take about as long as that; 0 is 5 ms.
func nearest(all []recording, machine string, request time.Duration) recording {
	if request == 0 {
		request = 5 * time.Millisecond
	}
	var found recording
	least := math.Inf(1)
	for _, rec := range all {
		if rec.name != machine && !strings.HasPrefix(rec.name, machine+"-") {
			continue
		}
		took := 5 * time.Millisecond // of those that do not say
		if said := rec.value(requestKey); said != "" {
			took, _ = time.ParseDuration(said)
		}
		if far := math.Abs(math.Log(float64(took) / float64(request))); far < least {
			found, least = rec, far
		}
	}
	return found
}

// tally counts what gate runs came to.
type tally struct {
	outcomes         map[policy.Outcome]int
	codes            map[policy.Code]int
	runs             int
	rounds, portions int // in total
}

func (t *tally) add(r result) {
	if t.outcomes == nil {
		t.outcomes, t.codes = map[policy.Outcome]int{}, map[policy.Code]int{}
	}
	t.outcomes[r.outcome]++
	t.codes[r.code]++
	t.runs++
	t.rounds += r.rounds
	t.portions += r.portions
}

// fraction is how many of the runs came to one of the outcomes.
func (t tally) fraction(outcomes ...policy.Outcome) float64 {
	n := 0
	for _, o := range outcomes {
		n += t.outcomes[o]
	}
	return float64(n) / float64(t.runs)
}

// ok is how many were ok or improved.
func (t tally) ok() float64 { return t.fraction(policy.OK, policy.Improved) }

// fails is how many fail a test by the default policy.
func (t tally) fails() float64 {
	return t.fraction(policy.Regressed, policy.Inconclusive, policy.Invalid)
}

// wrong is how many were not what they should have been: red up to the limit, not red beyond.
func (t tally) wrong(effect float64) float64 {
	if effect > 1 {
		return 1 - t.fraction(policy.Regressed)
	}
	return t.fraction(policy.Regressed)
}

// low is how many were within a limit by an interval, and high how many were beyond.
func (t tally) low() float64  { return t.mean(t.codes[policy.IntervalWithin]) }
func (t tally) high() float64 { return t.mean(t.codes[policy.IntervalBeyond]) }

// mean is what a run has of a total.
func (t tally) mean(total int) float64 { return float64(total) / float64(t.runs) }

func (t tally) report(b *testing.B, effect float64) {
	kinds := []policy.Outcome{policy.Regressed, policy.OK, policy.Improved, policy.Blind, policy.Inconclusive, policy.Invalid}
	if others := 1 - t.fraction(kinds...); others > 1e-9 {
		b.Fatalf("some gate runs came to nothing: %v", t.outcomes)
	}
	b.ReportMetric(100*t.fraction(policy.Regressed), "red-%")
	b.ReportMetric(100*t.ok(), "ok-%")
	b.ReportMetric(100*t.fraction(policy.Blind), "blind-%")
	b.ReportMetric(100*t.fraction(policy.Inconclusive), "inconclusive-%")
	b.ReportMetric(100*t.fraction(policy.Invalid), "invalid-%")
	if effect == 1 {
		b.ReportMetric(100*t.low(), "interval-wrong-low-%")
		b.ReportMetric(100*t.high(), "interval-wrong-high-%")
	}
	b.ReportMetric(t.mean(t.rounds), "rounds")
	b.ReportMetric(t.mean(t.portions), "portions")
}

// wald is the number of portions that Wald's test takes on average when it tells a change at the limit from one at effect times
// the limit, for normal log ratios of standard deviation sd. Errors that are smaller than is promised count for what is promised:
// 0.001, at 1.2 times the limit 0.01.
func wald(wrong, effect, sd float64) float64 {
	beta := max(wrong, 0.001)
	if effect == 1.2 {
		beta = max(beta, 0.01)
	}
	return sprt(policy.DefaultAlpha, beta, math.Log((100+effect*10)/110)/sd)
}

func TestWald(t *testing.T) {
	sd := math.Log(1.15 / 1.1) // a distance of 1
	assert.InDelta(t, 5.30, wald(0.05, 1.5, sd), 0.005)
	assert.Equal(t, wald(0.001, 1.5, sd), wald(0, 1.5, sd), "no more is promised")
	assert.Equal(t, wald(0.01, 1.2, sd), wald(0.001, 1.2, sd), "no more is promised")
}

func TestTallyCounts(t *testing.T) {
	var of tally
	for outcome, runs := range map[policy.Outcome]int{policy.OK: 3, policy.Improved: 1, policy.Blind: 1, policy.Inconclusive: 2,
		policy.Regressed: 3} {
		for range runs {
			of.add(result{outcome, policy.Code(outcome), 10 * runs, 20 * runs})
		}
	}
	of.codes[policy.IntervalWithin], of.codes[policy.IntervalBeyond] = 1, 2
	assert.InDelta(t, 0.4, of.ok(), 1e-9)
	assert.InDelta(t, 0.5, of.fails(), 1e-9)
	assert.InDelta(t, 0.3, of.wrong(1), 1e-9)
	assert.InDelta(t, 0.7, of.wrong(1.2), 1e-9)
	assert.InDelta(t, 24, of.mean(of.rounds), 1e-9)
	assert.InDelta(t, 48, of.mean(of.portions), 1e-9)
	assert.InDelta(t, 0.1, of.low(), 1e-9)
	assert.InDelta(t, 0.2, of.high(), 1e-9)
}

func TestNearestRecording(t *testing.T) {
	of := func(name, request string) recording {
		return recording{name: name, about: []fact{{requestKey, request}}}
	}
	all := []recording{{name: "quiet"}, of("quiet-100us", "100us"), of("busy-50ms", "50ms"), of("quiet-50ms", "50ms")}
	for request, want := range map[time.Duration]string{0: "quiet", 100 * time.Microsecond: "quiet-100us", time.Millisecond: "quiet",
		20 * time.Millisecond: "quiet-50ms", 100 * time.Millisecond: "quiet-50ms"} {
		assert.Equal(t, want, nearest(all, "quiet", request).name, "%v", request)
	}
	assert.Equal(t, "busy-50ms", nearest(all, "busy", 0).name)
}
