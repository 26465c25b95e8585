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

func TestLength(t *testing.T) {
	const ms = time.Millisecond
	for _, c := range []struct {
		name           string
		rounds         int
		linked         bool
		start, portion time.Duration
		want           int
	}{
		{"one portion up to the first look", 7, false, 100 * ms, 600 * ms, 1},
		{"then two", 8, false, 100 * ms, 600 * ms, 2},
		{"as many to the end", 59, false, 100 * ms, 600 * ms, 2},
		{"a start that costs 9 portions", 0, false, 900 * ms, 100 * ms, 3},
		{"and then twice as many", 8, false, 900 * ms, 100 * ms, 6},
		{"eight at most", 0, false, time.Hour, ms, 8},
		{"sixteen then", 8, false, time.Hour, ms, 16},
		{"portions that take no time", 0, false, ms, 0, 8},
		{"nor do starts", 0, false, 0, 0, 1},
		{"nor do starts, later", 8, false, 0, 0, 2},
		{"links", 7, true, 100 * ms, 600 * ms, 1},
		{"links, to the end", 59, true, 100 * ms, 600 * ms, 1},
		{"links, and a start that costs 9 portions", 59, true, 900 * ms, 100 * ms, 3},
	} {
		assert.Equal(t, c.want, length(c.rounds, c.linked, c.start, c.portion), c.name)
	}
	assert.Equal(t, firstLook, judge.By(policy.Policy{}).Plan(500).Rounds()[0])
}

// slow is one benchmark that cannot be told, whose portions take a second.
func slow(limit float64) pretended {
	return pretended{
		policy:     policy.Policy{Rules: []policy.Rule{{Metric: "p95-ns", MaxRegressionPercent: limit}}},
		benchmarks: []pretendedBenchmark{{name: "Edge", effect: 1 + limit/100, noise: 0.3, took: time.Second}},
	}
}

func TestABudgetIsKept(t *testing.T) {
	for _, c := range []struct {
		name   string
		budget time.Duration
		rounds int // of the verdict
		took   time.Duration
	}{
		{"no more than the plan has", time.Hour, 60, 118 * time.Second}, // 8 of a portion, 52 of two, 60 starts of 0.1 s
		{"the last round has what is left", 11 * time.Second, 9, 11 * time.Second},
		{"a budget for 7 rounds may be exceeded by half", 8 * time.Second, 8, 9 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := slow(10)
			g.budget = c.budget
			doc := g.run(t, part.Part{}, t.TempDir())
			require.Len(t, doc.Report.Verdicts, 1)
			assert.Equal(t, c.rounds, doc.Report.Verdicts[0].Baseline.N)
			assert.InDelta(t, c.took.Seconds(), doc.Report.Benchmarks[0].Noise.Seconds, 1)
		})
	}
}

// Where starts are dear rounds are long, but never at the cost of those that a verdict needs.
func TestLongRoundsLeaveTimeForTheOthers(t *testing.T) {
	g := slow(10)
	g.start = 9 * time.Second
	for budget, took := range map[time.Duration]float64{
		80 * time.Second: 80, 90 * time.Second: 90, 100 * time.Second: 100, time.Hour: 8*(9+3) + 52*(9+6),
	} {
		g.budget = budget
		doc := g.run(t, part.Part{}, t.TempDir())
		require.Len(t, doc.Report.Verdicts, 1)
		assert.GreaterOrEqual(t, doc.Report.Verdicts[0].Baseline.N, 8)
		assert.LessOrEqual(t, doc.Report.Benchmarks[0].Noise.Seconds, 1.01*took, "%v", budget)
		assert.GreaterOrEqual(t, doc.Report.Benchmarks[0].Noise.Seconds, 0.9*took, "%v", budget)
	}
}

func TestABudgetThatReachesNoVerdictIsInvalid(t *testing.T) {
	g := slow(10)
	g.budget = 5 * time.Second
	doc := g.run(t, part.Part{}, t.TempDir())
	require.Len(t, doc.Report.Verdicts, 1)
	v := doc.Report.Verdicts[0]
	assert.Equal(t, policy.Invalid, v.Outcome)
	assert.Equal(t, 1, doc.Report.Benchmarks[0].Noise.Rounds, "it is told after the first round")
	assert.Equal(t, policy.SmallBudget, v.Reason.Code)
	assert.Equal(t, policy.Facts{Need: 8, Round: time.Second, Start: 100 * time.Millisecond}, v.Reason.Facts)
	assert.Equal(t, []policy.Advice{
		{Do: policy.MoreRounds, Amount: 8, Budget: 10 * time.Second}, {Do: policy.ShortenWork},
	}, v.Reason.Advice)
}

// What a benchmark leaves of its budget those after it may use, and no more.
func TestBudgetsLend(t *testing.T) {
	g := slow(10)
	g.budget = 30 * time.Second
	edge := g.benchmarks[0]
	g.benchmarks = []pretendedBenchmark{edge, {name: "Quick", effect: 1, noise: 0.001, took: time.Second}, edge}
	g.benchmarks[2].name = "Later"
	doc := g.run(t, part.Part{}, t.TempDir())
	seconds := map[string]float64{}
	for _, b := range doc.Report.Benchmarks {
		seconds[b.Name] = b.Noise.Seconds
	}
	assert.InDelta(t, 30, seconds["Edge"], 2, "nobody has left anything yet")
	assert.InDelta(t, 8.8, seconds["Quick"], 0.5)
	assert.InDelta(t, 30+30-8.8, seconds["Later"], 2)
}

// The clock of a bubble stands still while rounds are measured.
func TestRoundsThatTakeNoTimeAreMeasured(t *testing.T) {
	for _, limit := range []float64{1, 10} {
		g := slow(limit)
		g.benchmarks[0].took = 0
		doc := g.run(t, part.Part{}, t.TempDir())
		require.Len(t, doc.Report.Verdicts, 1)
		assert.Equal(t, 60, doc.Report.Verdicts[0].Baseline.N, "the last look of the plan")
	}
}

// A quantile that a plain benchmark reports itself, by b.ReportMetric, is no reason to wait for a Recorder.
func TestABenchmarkThatReportsAQuantileItselfIsPlain(t *testing.T) {
	units := []string{"ns/op"}
	pair := func() judge.Pair {
		b := judge.Benchmark{ID: policy.ID{Name: "Sum"}, Metrics: map[string][]float64{}}
		for _, unit := range units {
			b.Metrics[unit] = []float64{1}
		}
		both := judge.Results{Benchmarks: []judge.Benchmark{b}}
		return judge.By(policy.Policy{}).Pairs(both, both)[0]
	}
	g := newGate(Order{Judge: judge.By(policy.Policy{})})
	for _, own := range []string{"p50-ns", "p95-ns"} {
		units = append(units, own)
		assert.False(t, newMeasurement(g, pair(), g.order.Judge.Plan(1)).recorded(), "%v", units)
	}
	units = append(units, "p90-ns", "p99-ns", "mean-ns", "min-ns", "max-ns")
	assert.True(t, newMeasurement(g, pair(), g.order.Judge.Plan(1)).recorded(), "%v", units)
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
