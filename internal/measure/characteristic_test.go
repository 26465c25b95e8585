package measure_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/stats"
	"github.com/tailgate-go/tailgate/policy"
)

// recordings is the folder of the recordings.
const recordings = "../../testdata/duets"

// BenchmarkOperatingCharacteristic answers how often the gate is wrong, and how often others would be that go by the same requests.
// An op is a gate run, simulated on a recording or on a made-up one, with a limit of +10 % on p95. The effect is how much slower
// the candidate is, in units of the limit: 0 is identical code, 1 exactly at the limit. The same runs every time:
//
//		go test -run '^$' -bench OperatingCharacteristic -benchtime 20000x ./internal/measure
//
//	  - red-%, inconclusive-%, ok-%: what the runs came to; a run that is improved is ok
//	  - not-ok-%: red or inconclusive, either of which fails a test
//	  - missed-%: not red, though the change is beyond the limit (effects above 1)
//	  - rounds: on average, of 60 requests a side
//	  - rounds/sprt: that, as a multiple of what Wald's test expects: see wald
func BenchmarkOperatingCharacteristic(b *testing.B) {
	for _, data := range allRecordings(b) {
		for _, m := range methods {
			b.Run(fmt.Sprintf("data=%s/method=%s", data.name, m.name), func(b *testing.B) {
				run, err := m.start(data)
				require.NoError(b, err)
				for _, effect := range []float64{0, 0.5, 1, 1.2, 1.5, 2, 3} {
					b.Run(fmt.Sprintf("effect=%v", effect), func(b *testing.B) {
						r := rand.New(rand.NewPCG(10, 2))
						var t tally
						for b.Loop() {
							t.add(run(r, effect))
						}
						t.report(b, effect)
						if m.name == "duet" && effect != 1 {
							p, err := newReplay(data)
							require.NoError(b, err)
							b.ReportMetric(t.rounds()/wald(t.wrong(effect), effect, p.spread()), "rounds/sprt")
						}
					})
				}
			})
		}
	}
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
			assert.LessOrEqual(t, of.notOK(), 0.0005, "identical code: %v", of.outcomes)
			assert.Less(t, of.rounds(), 11.0)
		} else {
			assert.GreaterOrEqual(t, of.fraction(policy.Regressed), 0.999, "1.5 times the limit: %v", of.outcomes)
			assert.Less(t, of.rounds(), 16.0)
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

// tally counts what gate runs came to.
type tally struct {
	outcomes    map[policy.Outcome]int
	runs, total int // total of rounds
}

func (t *tally) add(r result) {
	if t.outcomes == nil {
		t.outcomes = map[policy.Outcome]int{}
	}
	t.outcomes[r.outcome]++
	t.runs++
	t.total += r.rounds
}

// fraction is how many of the runs came to one of the outcomes.
func (t tally) fraction(outcomes ...policy.Outcome) float64 {
	n := 0
	for _, o := range outcomes {
		n += t.outcomes[o]
	}
	return float64(n) / float64(t.runs)
}

func (t tally) notOK() float64 { return 1 - t.fraction(policy.OK, policy.Improved) }

// wrong is how many were not what they should have been: red up to the limit, not red beyond.
func (t tally) wrong(effect float64) float64 {
	if effect > 1 {
		return 1 - t.fraction(policy.Regressed)
	}
	return t.fraction(policy.Regressed)
}

// rounds is how many a run took on average.
func (t tally) rounds() float64 { return float64(t.total) / float64(t.runs) }

func (t tally) report(b *testing.B, effect float64) {
	if others := 1 - t.fraction(policy.OK, policy.Improved, policy.Regressed, policy.Inconclusive); others > 1e-9 {
		b.Fatalf("some gate runs came to nothing: %v", t.outcomes)
	}
	b.ReportMetric(100*t.fraction(policy.Regressed), "red-%")
	b.ReportMetric(100*t.fraction(policy.Inconclusive), "inconclusive-%")
	b.ReportMetric(100*t.fraction(policy.OK, policy.Improved), "ok-%")
	b.ReportMetric(100*t.notOK(), "not-ok-%")
	if effect > 1 {
		b.ReportMetric(100*t.wrong(effect), "missed-%")
	}
	b.ReportMetric(t.rounds(), "rounds")
}

// wald is the number of rounds that Wald's test takes on average when it tells a change at the limit from one at effect times
// the limit, for normal log ratios of standard deviation sd. Errors that are smaller than is promised count for what is promised:
// 0.001, at 1.2 times the limit 0.01.
func wald(wrong, effect, sd float64) float64 {
	beta := max(wrong, 0.001)
	if effect == 1.2 {
		beta = max(beta, 0.01)
	}
	return stats.SPRT(policy.DefaultAlpha, beta, math.Log((100+effect*limitPercent)/(100+limitPercent))/sd)
}

func TestWald(t *testing.T) {
	sd := math.Log(1.15 / 1.1) // a distance of 1
	assert.InDelta(t, 5.30, wald(0.05, 1.5, sd), 0.005)
	assert.Equal(t, wald(0.001, 1.5, sd), wald(0, 1.5, sd), "no more is promised")
	assert.Equal(t, wald(0.01, 1.2, sd), wald(0.001, 1.2, sd), "no more is promised")
}

func TestTallyCounts(t *testing.T) {
	var of tally
	for outcome, runs := range map[policy.Outcome]int{policy.OK: 4, policy.Improved: 1, policy.Inconclusive: 2, policy.Regressed: 3} {
		for range runs {
			of.add(result{outcome, 10 * runs})
		}
	}
	assert.InDelta(t, 0.5, of.notOK(), 1e-9)
	assert.InDelta(t, 0.3, of.wrong(1), 1e-9)
	assert.InDelta(t, 0.7, of.wrong(1.2), 1e-9)
	assert.InDelta(t, 30, of.rounds(), 1e-9)
}
