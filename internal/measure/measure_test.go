package measure

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/part"
	"github.com/tailgate-go/tailgate/policy"
)

// schedule plays through a measurement whose launches and rounds take so long, and returns the rounds of each launch.
func schedule(p policy.Policy, budget, perLaunch, perRound time.Duration) (sizes []int, err error) {
	b := judge.Benchmark{Name: "Chat", Metrics: map[string][]float64{"p95-ns": {1}}}
	j := judge.By(p)
	pairs := j.Pairs(judge.Results{Benchmarks: []judge.Benchmark{b}}, judge.Results{Benchmarks: []judge.Benchmark{b}})
	m := &measurement{
		gate: &gate{order: Order{Budget: budget, Judge: j}}, pair: pairs[0], plan: j.Plan(1), inDuet: true, began: time.Now(),
	}
	for {
		n := m.size()
		sizes = append(sizes, n)
		m.launches++
		m.rounds += n
		m.setup += perLaunch
		m.began = m.began.Add(-perLaunch - time.Duration(n)*perRound)
		if err := m.feasible(m.perLaunch(), m.perRound()); err != nil {
			return sizes, err
		}
		look, _ := m.plan.Look(m.rounds)
		if m.spent() || look.Last {
			return sizes, nil
		}
	}
}

func TestLaunches(t *testing.T) {
	const ms = time.Millisecond
	sum := func(sizes []int) (n int) {
		for _, size := range sizes {
			n += size
		}
		return n
	}
	sizes, err := schedule(policy.Policy{}, time.Hour, 300*ms, time.Second)
	assert.NoError(t, err)
	assert.Equal(t, []int{1, 2, 2, 2, 1}, sizes[:5], "five launches by the first look")
	assert.Equal(t, 120, sum(sizes))
	for at, n := 0, 0; at < len(sizes); at++ {
		n += sizes[at]
		for _, look := range []int{8, 12, 18, 27, 40, 60, 90} {
			assert.False(t, n-sizes[at] < look && look < n, "the launch of rounds %d to %d passes over the look after %d",
				n-sizes[at]+1, n, look)
		}
	}

	sizes, _ = schedule(policy.Policy{}, time.Hour, ms, time.Second)
	assert.Equal(t, 1, sizes[len(sizes)-1], "a launch that costs nothing is made anew for each round")
	fineRule := policy.Policy{Rules: []policy.Rule{{Metric: "p95-ns", MaxRegressionPercent: 1}}}
	sizes, _ = schedule(fineRule, time.Hour, time.Second, time.Second)
	assert.Len(t, sizes, 120, "a narrow limit needs a launch for each round")

	sizes, err = schedule(policy.Policy{}, 11*time.Second, 500*ms, 1300*ms)
	assert.NoError(t, err)
	assert.GreaterOrEqual(t, len(sizes), 5, "a small budget has fewer rounds, not fewer launches")
	assert.Less(t, sum(sizes), 8)
	sizes, err = schedule(policy.Policy{}, 5*time.Second, 900*ms, time.Second)
	assert.Len(t, sizes, 1, "it is told after the first round")
	assert.ErrorContains(t, err,
		"a round takes 1.0 s and its start 0.9 s, and the least to judge by is 5 rounds in 5 starts: set a budget of 10s or more")
}

// The clock of a bubble stands still while rounds are measured.
func TestRoundsThatTakeNoTimeAreMeasured(t *testing.T) {
	for _, limit := range []float64{1, 10} {
		g := pretended{
			policy:     policy.Policy{Rules: []policy.Rule{{Metric: "p95-ns", MaxRegressionPercent: limit}}},
			benchmarks: []pretendedBenchmark{{name: "Edge", effect: 1 + limit/100, noise: 0.3}},
		}
		doc := g.run(t, part.Part{}, t.TempDir())
		require.Len(t, doc.Report.Verdicts, 1)
		assert.Equal(t, 120, doc.Report.Verdicts[0].Baseline.N, "the last look of the plan")
	}
}

func TestPatternMatchesOneBenchmark(t *testing.T) {
	for name, want := range map[string]string{
		"MLP":               `^BenchmarkMLP$`,
		"Serve/rate=300":    `^BenchmarkServe$/^rate=300$`,
		"A/b.c+d(e)[f]/g|h": `^BenchmarkA$/^b\.c\+d\(e\)\[f\]$/^g\|h$`,
	} {
		got := pattern(name)
		assert.Equal(t, want, got)
		parts := strings.Split("Benchmark"+name, "/")
		for i, part := range strings.Split(got, "/") {
			assert.Regexp(t, regexp.MustCompile(part), parts[i])
		}
	}
}

func TestProfilesHavePlainNames(t *testing.T) {
	for _, name := range []string{"../../x", "Chat/../../x", "a/b", "a\x00b", "-flag", "x; rm -rf /", "", "\x1b[2J"} {
		assert.Regexp(t, `^[A-Za-z0-9.=_-]*$`, plainName(name))
	}
}
