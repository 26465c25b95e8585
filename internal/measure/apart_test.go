package measure_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/stats"
)

// apart measures one side after the other: so many runs of the baseline, then as many of the candidate. They are cut from
// anywhere in a recording, each from the requests of one process after the other in the order of time, the baseline's from one
// side of the recording and the candidate's, which come later, from the other.
//
// It stands for measuring apart as well as a recording of two sides in turn can: between two requests of a run the machine has
// served one of the other side, so that a run spans twice the time, and where a launch ends in the middle of a run, or of several,
// the rest comes from the next process, so that the luck of processes partly evens out.
type apart struct {
	runs, requests int
	p95s           [2][]float64 // of a run that begins at each of a side's requests
}

func newApart(rec recording, runs, requests int) (apart, error) {
	a := apart{runs: runs, requests: requests}
	for side := range a.p95s {
		var ns []float64
		for _, l := range rec.launches {
			ns = append(ns, l.served(side).ns...)
		}
		if need := 2 * runs * requests; len(ns) < need {
			return a, fmt.Errorf("%s: %d pairs of turns; record at least %d", rec.name, len(ns), need)
		}
		a.p95s[side] = runningP95(ns, requests)
	}
	return a, nil
}

// runningP95 is the p95 of every so many requests on end.
func runningP95(ns []float64, requests int) []float64 {
	window := slices.Sorted(slices.Values(ns[:requests]))
	p95s := []float64{stats.Quantile(window, 0.95)}
	for i, next := range ns[requests:] {
		gone, _ := slices.BinarySearch(window, ns[i])
		window = slices.Delete(window, gone, gone+1)
		at, _ := slices.BinarySearch(window, next)
		window = slices.Insert(window, at, next)
		p95s = append(p95s, stats.Quantile(window, 0.95))
	}
	return p95s
}

// values are the p95s of both sides in a gate run.
func (a apart) values(r *rand.Rand, effect float64) (baseline, candidate []float64) {
	first := r.IntN(2)
	last := (2*a.runs - 1) * a.requests // where the last run begins, when the first begins at 0
	at := r.IntN(len(a.p95s[first]) - last)
	for range a.runs {
		baseline = append(baseline, a.p95s[first][at])
		candidate = append(candidate, slower(a.p95s[1-first][at+a.runs*a.requests], effect))
		at += a.requests
	}
	return baseline, candidate
}

// TestApartMeasuresTheCandidateLater has requests that tell their side and place: the baseline's take 1001, 1002, ...,
// the candidate's 2001, 2002, ...
func TestApartMeasuresTheCandidateLater(t *testing.T) {
	rec := recording{launches: make([]launch, 2)}
	for i := range int64(600) {
		l := &rec.launches[i/300]
		l.turns = append(l.turns, turns{ns: [2][]int64{{1001 + i}, {2001 + i}}})
	}
	a, err := newApart(rec, 2, 100)
	require.NoError(t, err)
	r := rand.New(rand.NewPCG(10, 7))
	seen := map[float64]bool{}
	for range 5000 {
		baseline, candidate := a.values(r, 0)
		from, apart := baseline[0], 1200.0
		if from > 2000 {
			apart = -800
		}
		require.Equal(t, []float64{from, from + 100}, baseline)
		require.Equal(t, []float64{from + apart, from + apart + 100}, candidate)
		seen[from] = true
	}
	assert.Len(t, seen, 2*201)
	assert.True(t, seen[1095] && seen[1295] && seen[2095] && seen[2295], "from the first request to the last")
}

func TestRunningP95IsThatOfEachRun(t *testing.T) {
	l := noises[1].record(1, 300).launches[0]
	var want []float64
	for at := range len(l.turns) - 99 {
		want = append(want, float64(p95(l.side(0)[at:at+100])))
	}
	assert.Equal(t, want, runningP95(l.served(0).ns, 100))
}
