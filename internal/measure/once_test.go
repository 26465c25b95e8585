package measure

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/duet"
	"github.com/tailgate-go/tailgate/internal/stats"
)

// pretendedSide is a benchmark whose turn does something once, and so much in each iteration, of one object.
type pretendedSide struct {
	once, iteration                        time.Duration
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
