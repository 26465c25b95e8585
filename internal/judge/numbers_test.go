package judge

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/policy"
)

// TestNumbersOfRandomVerdicts holds 402 verdicts, outcome and every number, to those that testdata/verdicts.golden has, to the last
// bit. A change of the code that is to change no verdict leaves the file as it is.
func TestNumbersOfRandomVerdicts(t *testing.T) {
	var b strings.Builder
	r := rand.New(rand.NewPCG(15, 400))
	for i := range 134 {
		pol, baseline, candidate := randomComparison(r)
		j := By(pol)
		if i%2 == 0 {
			for _, v := range j.Compare(baseline, candidate).Verdicts {
				writeNumbers(&b, i, v)
			}
			continue
		}
		pairs := j.Pairs(baseline, candidate)
		plan := j.Plan(Family(pairs))
		for _, pair := range pairs {
			n := len(pair.Baseline.Metrics["p95-ns"])
			look, planned := plan.look(n)
			if !planned {
				look = plan.Final(n)
			}
			for _, v := range j.verdicts(pair, nil, nil, look) {
				writeNumbers(&b, i, v)
			}
		}
	}
	file := filepath.Join("testdata", "verdicts.golden")
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	if got := b.String(); got != string(want) {
		require.NoError(t, os.WriteFile(file+".got", []byte(got), 0o644))
		assert.Fail(t, "the numbers differ", "diff %s %[1]s.got", file)
	}
}

// randomComparison are sides whose values come with ties, zeros and outliers, of equal and of different length,
// and a policy that judges them.
func randomComparison(r *rand.Rand) (pol policy.Policy, baseline, candidate Results) {
	pol = policy.Policy{Rules: []policy.Rule{
		{Metric: "p95-ns", MaxRegressionPercent: []float64{0, 1, 10, 25}[r.IntN(4)], MinRegression: []float64{0, 1e5, 1e6}[r.IntN(3)]},
		{Metric: "req/s", MaxRegressionPercent: 5},
		{Metric: "allocs/op", MinRegression: 1},
	}}
	n := []int{1, 4, 6, 8, 12, 18, 27, 40}[r.IntN(8)]
	m := n
	if r.IntN(4) == 0 {
		m += 1 + r.IntN(3)
	}
	middle := 1e6 * (1 + 20*r.Float64())
	change := []float64{0, 0, 0.05, 0.1, 0.15, 0.3, -0.2}[r.IntN(7)]
	return pol, randomSide(r, n, middle), randomSide(r, m, middle*(1+change))
}

func randomSide(r *rand.Rand, n int, middle float64) Results {
	p95, rate, allocs := make([]float64, n), make([]float64, n), make([]float64, n)
	coarse := []float64{1, 1e3, 1e6}[r.IntN(3)] // the coarser, the more ties
	for i := range n {
		v := middle * (1 + 0.02*r.NormFloat64())
		if r.IntN(20) == 0 {
			v *= 3
		}
		p95[i] = max(coarse*float64(int(v/coarse)), 1)
		rate[i] = float64(int(1e9 / v * 100))
		allocs[i] = float64(r.IntN(3))
	}
	return Results{Benchmarks: []Benchmark{{
		ID: policy.ID{Package: "example.com/shop", Name: "Chat", Procs: 2}, Requests: 60,
		Metrics: map[string][]float64{"p95-ns": p95, "req/s": rate, "allocs/op": allocs},
	}}}
}

func writeNumbers(b *strings.Builder, i int, v policy.Verdict) {
	fmt.Fprintf(b, "%d %s %s %q fails=%t n=%d+%d medians=%v,%v paired=%t change=%v %v%% in %v%% %v p=%v alpha=%v detectable=%v\n",
		i, v.Name, v.Unit, v.Outcome, v.Fails, v.Baseline.N, v.Candidate.N, v.Baseline.Median, v.Candidate.Median, v.Paired,
		v.Change, v.ChangePercent, v.Percent, v.Absolute, v.P, v.Alpha, v.Detectable)
}
