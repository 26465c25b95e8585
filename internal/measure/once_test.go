package measure

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/stats"
	"github.com/tailgate-go/tailgate/policy"
)

// pretendedSide is a benchmark whose turn does something once, and so much in each iteration, of one object.
type pretendedSide struct {
	once, iteration, stands                time.Duration // the timer stands for so long in an iteration
	onceObjects, onceBytes, iterationBytes int64
	spread                                 float64 // standard deviation of an iteration and of what is done once, as a share of it
}

func (s pretendedSide) turn(n int, draw *rand.Rand) *duet.PlainResult {
	near := func(d time.Duration, n int) float64 {
		return float64(d) * float64(n) * max(0.2, 1+s.spread*draw.NormFloat64()/max(1, float64(n)/2))
	}
	took := near(s.once, 1) + near(s.iteration, n)
	if draw.IntN(10) == 0 {
		took += float64(10 * time.Millisecond) // a collection, or a stall
	}
	return &duet.PlainResult{
		Iterations: int64(n), Timed: time.Duration(took),
		Allocations: s.onceObjects + int64(n), Bytes: s.onceBytes + int64(n)*s.iterationBytes,
	}
}

// steady is a turn without any noise.
func (s pretendedSide) steady(n int) *duet.PlainResult {
	timed := s.once + time.Duration(n)*s.iteration
	return &duet.PlainResult{Iterations: int64(n), Timed: timed, Wall: timed + time.Duration(n)*s.stands}
}

// asked is what pairs of turns of two such sides show: the iterations of a turn from which one is subtracted, or 0, and whether
// objects or bytes are.
func asked(sides [2]pretendedSide, draw *rand.Rand) (iterations int, counted bool, pairs int) {
	var trials onceTrials
	turn := turnOf(float64(sides[0].iteration+sides[0].once), 0)
	for i := range sides {
		trials[i] = onceTrial{turn: turn}
	}
	n := max(2, turn)
	for pairs = 1; pairs <= mostPairs; pairs++ {
		for i, s := range sides {
			trials[i].add(s.turn(n, draw), s.turn(1, draw))
		}
		next, there := trials.next(n)
		if there {
			return next, false, pairs
		}
		if next == 0 {
			break
		}
		n = next
	}
	return 0, slices.ContainsFunc(trials[:], func(t onceTrial) bool { return t.counted >= surelyCounted }), pairs
}

func TestWhatIsDoneOnceIsSeen(t *testing.T) {
	const us, ms = time.Microsecond, time.Millisecond
	both := func(s pretendedSide) [2]pretendedSide { return [2]pretendedSide{s, s} }
	for _, c := range []struct {
		name        string
		sides       [2]pretendedSide
		least, most float64 // of a thousand draws, the share in which a turn of one iteration is subtracted
		iterations  [2]int  // of the turn then, but for one in a hundred below and above
		counted     bool    // objects or bytes alone are subtracted
		pairs       float64 // in the median, at most
	}{
		{"nothing", both(pretendedSide{iteration: us, spread: 0.05}), 0, 0, [2]int{}, false, 3},
		{"nothing, and iterations are longer", both(pretendedSide{iteration: 3 * ms, spread: 0.02}), 0, 0, [2]int{}, false, 3},
		{"nothing, and iterations differ", both(pretendedSide{iteration: 100 * ms, spread: 0.05}), 0, 0.01, [2]int{2, 4}, false, 6},
		{"nothing, and they differ much", both(pretendedSide{iteration: 100 * ms, spread: 0.2}), 0, 0.2, [2]int{2, 20}, false, 8},
		{"a twentieth of a turn", both(pretendedSide{once: 50 * us, iteration: us, spread: 0.02}), 0, 0, [2]int{}, false, 3},
		{"a fifth of a turn", both(pretendedSide{once: 200 * us, iteration: 436 * us, spread: 0.02}), 0.99, 1, [2]int{2, 5}, false, 21},
		{"five turns", both(pretendedSide{once: 5 * ms, iteration: us, spread: 0.05}), 1, 1, [2]int{6_000, 14_000}, false, 18},
		{"long", both(pretendedSide{once: 700 * ms, iteration: 10 * ms, spread: 0.05}), 1, 1, [2]int{80, 300}, false, 6},
		{"all of it, however many iterations", both(pretendedSide{once: 100 * ms, spread: 0.05}), 0, 0, [2]int{}, false, 25},
		{"on one side alone", [2]pretendedSide{
			{iteration: us, spread: 0.05}, {once: 5 * ms, iteration: us, spread: 0.05},
		}, 1, 1, [2]int{6_000, 14_000}, false, 9},
		{"on one side, and the other is slow", [2]pretendedSide{
			{once: 5 * ms, iteration: us, spread: 0.05}, {once: 5 * ms, iteration: ms, spread: 0.05},
		}, 1, 1, [2]int{400, 700}, false, 16},
		{"many bytes", both(pretendedSide{iteration: us, onceBytes: 64 << 10, iterationBytes: 16, spread: 0.05}),
			0, 0, [2]int{}, true, 3},
		{"few bytes", both(pretendedSide{iteration: us, onceBytes: 8 << 10, spread: 0.05}), 0, 0, [2]int{}, false, 3},
		{"a small share of the bytes", both(pretendedSide{
			iteration: 100 * us, onceBytes: 4 << 10, iterationBytes: 1 << 20, spread: 0.05,
		}), 0, 0, [2]int{}, false, 3},
		{"an object of a long iteration", both(pretendedSide{iteration: 2 * ms, onceObjects: 1, spread: 0.02}),
			0, 0, [2]int{}, true, 3},
		{"few objects", both(pretendedSide{iteration: us, onceObjects: 400, spread: 0.05}), 0, 0, [2]int{}, false, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			draw := rand.New(rand.NewPCG(1, 2))
			const draws = 1000
			var turns, pairs []float64
			for range draws {
				iterations, counted, n := asked(c.sides, draw)
				pairs = append(pairs, float64(n))
				if iterations > 0 {
					turns = append(turns, float64(iterations))
				}
				require.Equal(t, c.counted, counted)
			}
			assert.GreaterOrEqual(t, float64(len(turns))/draws, c.least)
			assert.LessOrEqual(t, float64(len(turns))/draws, c.most)
			assert.LessOrEqual(t, stats.Median(pairs), c.pairs)
			slices.Sort(turns)
			if c.most > 0 && len(turns) > 0 {
				assert.GreaterOrEqual(t, turns[len(turns)/100], float64(c.iterations[0]))
				assert.LessOrEqual(t, turns[len(turns)*99/100], float64(c.iterations[1]))
			}
		})
	}
}

// Where time is up, what the pairs have shown is not forgotten.
func TestWhatIsDoneOnceIsSeenInHaste(t *testing.T) {
	const us, ms = time.Microsecond, time.Millisecond
	both := func(s pretendedSide) [2]pretendedSide { return [2]pretendedSide{s, s} }
	for _, c := range []struct {
		name       string
		sides      [2]pretendedSide
		pairs      int     // until time is up
		iterations [2]int  // of a turn then: the least and the most
		share      float64 // of a turn, %
		tell       bool
	}{
		{"nothing", both(pretendedSide{iteration: 200 * ms}), 1, [2]int{0, 0}, 0, true},
		{"almost all, and the rest does not show", both(pretendedSide{once: 300 * ms, iteration: 20 * us}), 1, [2]int{0, 0}, 100, true},
		{"the rest does not show on the other side", [2]pretendedSide{
			{once: 300 * ms, iteration: 20 * us}, {once: 300 * ms, iteration: 100 * ms},
		}, 1, [2]int{0, 0}, 100, true},
		{"almost all, and the rest shows", both(pretendedSide{once: 300 * ms, iteration: 20 * us}), 3, [2]int{29_000, 31_000}, 100, true},
		{"two thirds", both(pretendedSide{once: 200 * ms, iteration: 100 * ms}), 1, [2]int{5, 5}, 67, true},
		{"on one side alone", [2]pretendedSide{{iteration: 100 * ms}, {once: 200 * ms, iteration: 100 * ms}}, 1, [2]int{5, 5}, 67, true},
		{"a third, once", both(pretendedSide{once: 100 * ms, iteration: 200 * ms}), 1, [2]int{0, 0}, 0, false},
		{"a third, twice", both(pretendedSide{once: 100 * ms, iteration: 200 * ms}), 2, [2]int{2, 2}, 33, true},
		{"in the middle of a look", both(pretendedSide{once: 60 * ms, iteration: us}), 1, [2]int{0, 0}, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var trials onceTrials
			for i := range c.sides {
				trials[i] = onceTrial{turn: 1}
			}
			n := 2
			for pair := range c.pairs {
				for i, s := range c.sides {
					trials[i].add(s.steady(n), s.steady(1))
				}
				if next, there := trials.next(n); pair < c.pairs-1 {
					require.False(t, there)
					require.NotZero(t, next)
					n = next
				}
			}
			assert.Equal(t, c.tell, trials.tell())
			iterations, share := trials.hasty(n)
			assert.GreaterOrEqual(t, iterations, c.iterations[0])
			assert.LessOrEqual(t, iterations, c.iterations[1])
			assert.InDelta(t, c.share, 100*share, 1)
			assert.False(t, trials.tooSlow())
		})
	}
}

// Iterations for which the timer stands for long do not let a turn grow until they tell.
func TestATurnThatIsTooSlowToTell(t *testing.T) {
	const us, ms = time.Microsecond, time.Millisecond
	s := pretendedSide{once: 300 * ms, iteration: 20 * us, stands: 10 * ms}
	trials := onceTrials{{turn: 1}}
	for n := 2; n > 0; {
		trials[0].add(s.steady(n), s.steady(1))
		next, there := trials.next(n)
		require.False(t, there)
		if next > 0 {
			require.Greater(t, next, n)
			require.LessOrEqual(t, next, 200)
		}
		n = next
	}
	assert.True(t, trials.tooSlow())
	iterations, share := trials.hasty(101)
	assert.Zero(t, iterations)
	assert.InDelta(t, 1, share, 0.001)

	all := pretendedSide{once: 300 * ms}
	trials = onceTrials{{turn: 1}}
	for n := 2; n > 0; n, _ = trials.next(n) {
		trials[0].add(all.steady(n), all.steady(1))
	}
	assert.True(t, trials[0].all)
	assert.False(t, trials.tooSlow(), "it is one operation")
}

// unmeasured is the measurement of a benchmark X that has no process.
func unmeasured() (*measurement, *report.Document) {
	doc := &report.Document{}
	g := newGate(Order{Judge: judge.By(policy.Policy{}), Budget: time.Minute, Doc: doc})
	both := judge.Results{Benchmarks: []judge.Benchmark{{ID: policy.ID{Name: "X"}, Metrics: map[string][]float64{"ns/op": {1}}}}}
	return newMeasurement(g, g.order.Judge.Pairs(both, both)[0], g.order.Judge.Plan(1)), doc
}

func TestTurnsTooLongToAskAreNoted(t *testing.T) {
	of := func(budget time.Duration) (*iterations, *report.Document) {
		m, doc := unmeasured()
		m.budget = budget
		return &iterations{duo: &duo{of: m}, turn: duet.PlainTurn{Iterations: 1}}, doc
	}
	const s = time.Second
	for _, side := range []trial{{timed: float64(10 * s)}, {timed: 1000, setUp: 10 * s}} {
		d, doc := of(time.Minute)
		o, err := d.askOnce(t.Context(), each[trial]{side, side})
		require.NoError(t, err)
		assert.False(t, o.there())
		assert.Equal(t, []string{
			"X: what a turn does once was not looked for, since an iteration with its set-up takes too long: docs/turns.md",
		}, doc.Notes)
	}
	d, doc := of(time.Minute)
	long := pretendedSide{once: 2 * s, iteration: 20 * time.Microsecond}
	trials := onceTrials{{turn: 1}}
	trials[0].add(long.steady(2), long.steady(1))
	d.noteLong(&trials)
	assert.Equal(t, []string{
		"X: about 100 % of a turn, which takes over a second, is done once: it counts as in go test -bench: docs/turns.md",
	}, doc.Notes)
}

func TestATurnWithoutWhatIsDoneOnce(t *testing.T) {
	many := &duet.PlainResult{
		Number: 2, Iterations: 101, Wall: 130, Timed: 120, CPU: 110, Switches: 1, Allocations: 205, Bytes: 3000, Processed: 7,
		Metrics: []duet.Metric{{Unit: "hits", Value: 5}}, Took: 140,
	}
	one := &duet.PlainResult{
		Number: 3, Iterations: 1, Wall: 30, Timed: 20, CPU: 10, Switches: 2, Allocations: 5, Bytes: 1000, Took: 40,
	}
	want := &duet.PlainResult{
		Number: 2, Iterations: 100, Wall: 160, Timed: 100, CPU: 120, Switches: 3, Allocations: 200, Bytes: 2000, Processed: 7,
		Metrics: many.Metrics, Took: 180,
	}
	assert.Equal(t, want, without(many, one))
	assert.EqualValues(t, 101, many.Iterations, "the argument is not changed")

	// After a stall what is subtracted may have taken longer than all else. The sum has it in full.
	r := &plainRound{}
	stalled := without(&duet.PlainResult{Iterations: 11, Timed: 1000}, &duet.PlainResult{Iterations: 1, Timed: 4000})
	steady := without(&duet.PlainResult{Iterations: 11, Timed: 6000}, &duet.PlainResult{Iterations: 1, Timed: 1000})
	for _, of := range []*duet.PlainResult{steady, stalled, steady} {
		r.add([]int{baselineSide, candidateSide}, each[*duet.PlainResult]{of, steady})
	}
	mean, judged := r.times()
	assert.InDelta(t, 7000./30, mean[baselineSide], 1e-9)
	assert.InDelta(t, 500, mean[candidateSide], 1e-9)
	assert.InDelta(t, 1, judged[candidateSide]/judged[baselineSide], 1e-9)
}
