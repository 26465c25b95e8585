package measure

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tailgate-go/tailgate/internal/part"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/internal/shards"
	"github.com/tailgate-go/tailgate/policy"
)

// shop is a gate with a benchmark of every kind.
var shop = pretended{benchmarks: []pretendedBenchmark{
	{name: "Same", effect: 1, noise: 0.02, took: time.Second},
	{name: "Slower", effect: 1.5, noise: 0.02, took: time.Second},
	{name: "Edge", effect: 1.2, noise: 0.3, took: 20 * time.Second},
	{name: "Faster", effect: 0.7, noise: 0.02, took: time.Second},
	{name: "Breaks", effect: 1, took: time.Second, breaks: 4},
	{name: "New", effect: 1, only: "candidate"},
	{name: "Gone", effect: 1, only: "baseline"},
	{name: "Other", effect: 1, unjudged: true},
}}

func TestShardsReachTheVerdictsOfTheWhole(t *testing.T) {
	want := shop.run(t, part.Part{}, t.TempDir())
	seen := map[policy.Outcome]int{}
	for _, v := range want.Report.Verdicts {
		seen[v.Outcome]++
	}
	require.Len(t, seen, 5, "%v", seen)
	for _, n := range []int{1, 2, 3, 8, 20} {
		t.Run(fmt.Sprintf("%d shards", n), func(t *testing.T) {
			got, err := shop.merge(t, shop.shards(t, n, t.TempDir()))
			require.NoError(t, err)
			assertSameReport(t, want, got)
			assert.Equal(t, policy.Invalid, got.Outcome())
			for _, name := range []string{
				"baseline.txt", "candidate.txt", "verdict.json", "report.md", "summary.md", "report.html", "junit.xml",
			} {
				assert.FileExists(t, filepath.Join(got.Out, name))
			}
		})
	}
}

// Rounds that had links are judged again by the looks that such rounds have.
func TestShardsWithLinksReachTheVerdictsOfTheWhole(t *testing.T) {
	linked := shop
	linked.linked = true
	linked.benchmarks = slices.DeleteFunc(slices.Clone(shop.benchmarks), func(b pretendedBenchmark) bool { return b.name == "Breaks" })
	want := linked.run(t, part.Part{}, t.TempDir())
	for _, v := range want.Report.Verdicts {
		if v.Name == "Edge" {
			assert.Equal(t, 60, v.Baseline.N)
			assert.LessOrEqual(t, v.Reason.Facts.Most, 60, "advice is by the same plan")
		}
	}
	got, err := linked.merge(t, linked.shards(t, 3, t.TempDir()))
	require.NoError(t, err)
	assertSameReport(t, want, got)
}

// What was found out of the code and of the benchmark itself is not found out again.
func TestShardsTellWhatIsTheSameAndWhatIsNot(t *testing.T) {
	told := shop
	told.meanwhile = func(m *measurement) {
		switch m.pair.Name() {
		case "Slower":
			m.like[baselineSide].changed = "testdata/input.txt"
		case "Faster":
			m.like[baselineSide].sameCode = 9
		}
	}
	want := told.run(t, part.Part{}, t.TempDir())
	codes := map[string]policy.Code{}
	for _, v := range want.Report.Verdicts {
		codes[v.Name] = v.Reason.Code
	}
	assert.Equal(t, policy.BenchmarkChanged, codes["Slower"])
	assert.Equal(t, policy.SameCode, codes["Faster"])
	got, err := told.merge(t, told.shards(t, 3, t.TempDir()))
	require.NoError(t, err)
	assertSameReport(t, want, got)
}

func assertSameReport(t require.TestingT, want, got report.Document) {
	require.Len(t, got.Report.Verdicts, len(want.Report.Verdicts))
	for i, v := range want.Report.Verdicts {
		g := got.Report.Verdicts[i]
		assert.True(t, report.SameVerdict(v, g), "%+v\nis not\n%+v", g, v)
		assert.Equal(t, v.Alpha, g.Alpha, v.Name)
		assert.Equal(t, v.Direction, g.Direction, v.Name)
		assert.Equal(t, v.Percent, g.Percent, v.Name)
	}
	require.Len(t, got.Report.Benchmarks, len(want.Report.Benchmarks))
	for i, b := range want.Report.Benchmarks {
		assert.Equal(t, b.Metrics, got.Report.Benchmarks[i].Metrics, b.Name)
	}
	assert.Equal(t, want.Passes(), got.Passes())
	assert.Equal(t, want.Outcome(), got.Outcome())
}

func TestAnyShardsReachTheVerdictsOfTheWhole(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		g := pretended{
			policy: policy.Policy{
				Alpha: rapid.SampledFrom([]float64{0.05, 0.01, 0.3}).Draw(rt, "alpha"),
				Rules: []policy.Rule{
					{Metric: "p95-ns", MaxRegressionPercent: 10, MinRegression: 1e5},
					{Metric: "ns/op", Benchmark: ".*[13]", MaxRegressionPercent: 20},
				}[:rapid.IntRange(1, 2).Draw(rt, "rules")],
			},
			budget: rapid.SampledFrom([]time.Duration{20 * time.Second, time.Minute, time.Hour}).Draw(rt, "budget"),
			// What a benchmark may borrow depends on those before it, and so on the shard.
			meanwhile: func(m *measurement) { m.budget = m.gate.order.Budget },
		}
		for i := range rapid.IntRange(1, 5).Draw(rt, "benchmarks") {
			g.benchmarks = append(g.benchmarks, pretendedBenchmark{
				name:   fmt.Sprintf("B%d", i),
				effect: rapid.SampledFrom([]float64{0.7, 1, 1.05, 1.1, 1.15, 1.3}).Draw(rt, "effect"),
				noise:  rapid.SampledFrom([]float64{0.01, 0.1, 0.3}).Draw(rt, "noise"),
				took:   rapid.SampledFrom([]time.Duration{time.Millisecond, time.Second, 4 * time.Second}).Draw(rt, "took"),
				breaks: rapid.SampledFrom([]int{0, 0, 0, 1, 7}).Draw(rt, "breaks"),
				only:   rapid.SampledFrom([]string{"", "", "", "", "baseline", "candidate"}).Draw(rt, "only"),
			})
		}
		dir, err := os.MkdirTemp(t.TempDir(), "")
		require.NoError(rt, err)
		want := g.run(t, part.Part{}, filepath.Join(dir, "whole"))
		pattern := g.shards(t, rapid.IntRange(1, 4).Draw(rt, "shards"), filepath.Join(dir, "shards"))
		got, err := g.merge(t, pattern)
		require.NoError(rt, err)
		assertSameReport(rt, want, got)
	})
}

func TestShardWithoutBenchmarksPassesAndSaysSo(t *testing.T) {
	one := pretended{benchmarks: []pretendedBenchmark{{name: "Same", effect: 1, noise: 0.02, took: time.Second}}}
	dir := t.TempDir()
	pattern := one.shards(t, 2, dir)
	empty := one.run(t, part.Part{I: 2, N: 2}, filepath.Join(dir, "2"))
	assert.True(t, empty.Passes())
	assert.Equal(t, policy.OK, empty.Outcome())
	assert.Contains(t, empty.Text(), "PASS: nothing to judge in this shard")
	assert.Contains(t, empty.Text(), "shard 2 of 2: it has 0 of the gate's 1 benchmarks")
	verdict := readVerdict(t, filepath.Join(dir, "2"))
	assert.True(t, verdict.Report.Verdicts == nil && verdict.Error == "")

	got, err := one.merge(t, pattern)
	require.NoError(t, err)
	assert.True(t, got.Passes())
	assert.Len(t, got.Report.Verdicts, 1)
}

func TestShardFailsByItself(t *testing.T) {
	slow := pretended{benchmarks: []pretendedBenchmark{
		{name: "A", effect: 1, noise: 0.02, took: time.Second}, {name: "B", effect: 1.5, noise: 0.02, took: time.Second},
	}}
	first, second := slow.run(t, part.Part{I: 1, N: 2}, t.TempDir()), slow.run(t, part.Part{I: 2, N: 2}, t.TempDir())
	assert.True(t, first.Passes())
	assert.Equal(t, policy.Regressed, second.Outcome())
	assert.False(t, second.Passes())
	whole := slow.run(t, part.Part{}, t.TempDir())
	assert.Equal(t, whole.Report.Verdicts[1].Alpha, second.Report.Verdicts[0].Alpha, "alpha is split over all benchmarks of the gate")
}

func TestCostsOfAnEarlierRunDivideTheNext(t *testing.T) {
	dir := t.TempDir()
	shop.run(t, part.Part{}, dir)
	data, err := os.ReadFile(filepath.Join(dir, "verdict.json"))
	require.NoError(t, err)
	g := shop
	g.costs, err = shards.ParseCosts(data)
	require.NoError(t, err)
	second := g.run(t, part.Part{I: 2, N: 2}, t.TempDir())
	first := g.run(t, part.Part{I: 1, N: 2}, t.TempDir())
	var alone []string
	for _, b := range first.Report.Benchmarks {
		alone = append(alone, b.Name)
	}
	assert.Equal(t, []string{"Edge"}, alone, "it takes longer than all others together")
	assert.Len(t, second.Report.Benchmarks, len(shop.benchmarks)-1)

	got, err := g.merge(t, g.shards(t, 2, t.TempDir()))
	require.NoError(t, err)
	assertSameReport(t, shop.run(t, part.Part{}, t.TempDir()), got)
}

func TestRuleThatMatchesNothingIsInvalidInEveryShardAndOnceInTheMerge(t *testing.T) {
	g := pretended{
		policy: policy.Policy{Rules: []policy.Rule{
			{Metric: "p95-ns", MaxRegressionPercent: 10}, {Metric: "p95-ns", Benchmark: "Typo", MaxRegressionPercent: 10},
		}},
		benchmarks: []pretendedBenchmark{
			{name: "A", effect: 1, noise: 0.02, took: time.Second}, {name: "B", effect: 1, noise: 0.02, took: time.Second},
		},
	}
	dir := t.TempDir()
	pattern := g.shards(t, 2, dir)
	second := g.run(t, part.Part{I: 2, N: 2}, filepath.Join(dir, "2"))
	require.Len(t, second.Report.Verdicts, 2)
	assert.Equal(t, policy.Invalid, second.Report.Verdicts[1].Outcome)
	got, err := g.merge(t, pattern)
	require.NoError(t, err)
	require.Len(t, got.Report.Verdicts, 3)
	assert.Equal(t, policy.Invalid, got.Report.Verdicts[2].Outcome)
}

// readVerdict reads the verdict.json that a gate left.
func readVerdict(t *testing.T, dir string) report.Document {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "verdict.json"))
	require.NoError(t, err)
	doc, err := report.ReadJSON(data)
	require.NoError(t, err)
	return doc
}
