package measure

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/output"
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

// Trailers of commits are read where the shards measure, and a merge heeds those.
func TestShardsAcceptWhatTheWholeAccepts(t *testing.T) {
	meant := shop
	meant.trailers = "Perf-Accept: Slower p95-ns <=+60% checked\nPerf-Accept: Same p95-ns <=+60% nothing\n" +
		"Perf-Accept: Other score <=+1% unjudged"
	want := meant.run(t, part.Part{}, t.TempDir())
	outcomes := map[string]policy.Outcome{}
	for _, v := range want.Report.Verdicts {
		outcomes[v.Name] = v.Outcome
	}
	assert.Equal(t, policy.Accepted, outcomes["Slower"])
	assert.Equal(t, policy.OK, outcomes["Same"])
	dir := t.TempDir()
	pattern := meant.shards(t, 3, dir)
	got, err := meant.merge(t, pattern)
	require.NoError(t, err)
	assertSameReport(t, want, got)
	assert.Equal(t, want.Report.Trailers, got.Report.Trailers)
	assert.True(t, got.Accepts)

	seen := map[string]map[policy.Use]bool{}
	for _, shard := range []string{"1", "2", "3"} {
		for _, trailer := range readVerdict(t, filepath.Join(dir, shard)).Report.Trailers {
			if seen[trailer.Reason] == nil {
				seen[trailer.Reason] = map[policy.Use]bool{}
			}
			seen[trailer.Reason][trailer.Use] = true
		}
	}
	assert.Equal(t, map[string]map[policy.Use]bool{
		"checked":  {policy.Heeded: true, policy.Elsewhere: true},
		"nothing":  {policy.Unneeded: true, policy.Elsewhere: true},
		"unjudged": {policy.Unjudged: true},
	}, seen)

	resum(t, filepath.Join(dir, "2"), func(m *shards.Manifest) { m.Trailers = m.Trailers[:1] })
	_, err = meant.merge(t, pattern)
	require.ErrorContains(t, err, "is of other trailers of commits than shard 1 of 3")
}

// A trailer that names what there is not is refused before anything is measured.
func TestAMisnamedTrailerIsRefusedBeforeMeasuring(t *testing.T) {
	meant := shop
	meant.trailers = "s\n\nPerf-Accept: Slwoer p95-ns <=+60% checked"
	meant.meanwhile = func(*measurement) { t.Error("it was measured") }
	meant.fails = "there is no benchmark Slwoer, only Same, Slower, Edge, Faster, Breaks and 3 more"
	doc := meant.run(t, part.Part{}, t.TempDir())
	assert.Equal(t, policy.BadTrailer, doc.ErrorCode)
}

// What is unchanged has no rounds and no share of alpha, in every shard and in the merge.
func TestShardsAgreeOnWhatIsUnchanged(t *testing.T) {
	alpha := func(doc report.Document) map[string]float64 {
		shares := map[string]float64{}
		for _, v := range doc.Report.Verdicts {
			shares[v.Name] = v.Alpha
		}
		return shares
	}
	idle := shop
	idle.benchmarks = append(slices.Clone(shop.benchmarks),
		pretendedBenchmark{name: "Idle", effect: 1.5, idle: true}, pretendedBenchmark{name: "Still", effect: 1, idle: true})
	want := idle.run(t, part.Part{}, t.TempDir())
	shares := alpha(want)
	for name, share := range alpha(shop.run(t, part.Part{}, t.TempDir())) {
		assert.Equal(t, share, shares[name], name)
	}
	unchanged := 0
	for _, v := range want.Report.Verdicts {
		if v.Reason.Code == policy.Unchanged {
			unchanged++
			assert.Equal(t, policy.OK, v.Outcome)
			assert.Zero(t, v.Baseline.N+v.Candidate.N)
		}
	}
	assert.Equal(t, 2, unchanged)
	for _, n := range []int{1, 3} {
		got, err := idle.merge(t, idle.shards(t, n, t.TempDir()))
		require.NoError(t, err)
		assertSameReport(t, want, got)
	}
}

func TestMergeRefusesWhatIsNotUnchanged(t *testing.T) {
	pair := pretended{benchmarks: []pretendedBenchmark{
		{name: "A", effect: 1, noise: 0.02, took: time.Second}, {name: "B", effect: 1.5, noise: 0.02, took: time.Second},
	}}
	both := func(change func(*shards.Manifest)) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			for _, shard := range []string{"1", "2"} {
				resum(t, filepath.Join(dir, shard), change)
			}
		}
	}
	claim := func(m *shards.Manifest) { m.Benchmarks[1].Unchanged, m.Benchmarks[1].Measured = true, nil }
	left := t.TempDir()
	pair.shards(t, 2, left)
	for _, c := range []struct {
		name string
		do   func(t *testing.T, dir string)
		want string
	}{
		{"other binaries", both(claim), "B: it is said to be unchanged, and the binaries of its package differ"},
		{"it was measured", both(func(m *shards.Manifest) { m.Benchmarks[1].Unchanged = true }),
			"B: it is unchanged, and it was measured"},
		{"in one shard", func(t *testing.T, dir string) {
			both(func(m *shards.Manifest) { m.Candidate.Binaries = m.Baseline.Binaries })(t, dir)
			resum(t, filepath.Join(dir, "1"), claim)
		}, "do not agree whether B is unchanged: the files that it reads, and -regress.identical, must be the same on every machine"},
		{"its verdict is there", both(func(m *shards.Manifest) {
			m.Candidate.Binaries = m.Baseline.Binaries
			claim(m)
		}), `verdict.json says "regressed" of B p95-ns, and its rounds lead to "ok"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, os.CopyFS(dir, os.DirFS(left)))
			c.do(t, dir)
			_, err := pair.merge(t, filepath.Join(dir, "*"))
			require.ErrorContains(t, err, c.want)
		})
	}
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

func TestMergeRefusesWhatIsNotOneGate(t *testing.T) {
	pair := pretended{benchmarks: []pretendedBenchmark{
		{name: "A", effect: 1, noise: 0.02, took: time.Second}, {name: "B", effect: 1.5, noise: 0.02, took: time.Second},
	}}
	// again runs a shard of a gate that differs.
	again := func(change func(*pretended), part part.Part) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			other := pair
			other.benchmarks = append([]pretendedBenchmark{}, pair.benchmarks...)
			change(&other)
			other.run(t, part, filepath.Join(dir, "2"))
		}
	}
	second := part.Part{I: 2, N: 2}
	edit := func(name string, change func(string) string) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			file := filepath.Join(dir, "2", name)
			data, err := os.ReadFile(file)
			require.NoError(t, err)
			text := change(string(data))
			require.NotEqual(t, string(data), text)
			require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
		}
	}
	// forge edits a file and makes the sums match again.
	forge := func(name string, change func(string) string) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			edit(name, change)(t, dir)
			resum(t, filepath.Join(dir, "2"), nil)
		}
	}
	measured := func(change func(*shards.Measured)) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			resum(t, filepath.Join(dir, "2"), func(m *shards.Manifest) { change(m.Benchmarks[1].Measured) })
		}
	}
	lastLine := func(text string) string { // the last round of it
		lines := strings.SplitAfter(text, "\n")
		return strings.Join(append(lines[:len(lines)-3:len(lines)-3], lines[len(lines)-2:]...), "")
	}
	left := t.TempDir()
	pair.shards(t, 2, left)
	for _, c := range []struct {
		name string
		do   func(t *testing.T, dir string)
		want string
	}{
		{"whole", func(*testing.T, string) {}, ""},
		{"a shard is missing", func(t *testing.T, dir string) { require.NoError(t, os.RemoveAll(filepath.Join(dir, "2"))) },
			"shard 2 of 2 is missing, which was to measure B: see what became of its job"},
		{"a shard did not end", func(t *testing.T, dir string) {
			require.NoError(t, os.Remove(filepath.Join(dir, "2", output.Manifest)))
		}, "/2 has no shard.json: it is no folder of a shard's results, or the shard did not end"},
		{"a shard is there twice",
			func(t *testing.T, dir string) { pair.run(t, second, filepath.Join(dir, "3")) }, "shard 2 of 2 is there 2 times: in "},
		{"another commit", again(func(p *pretended) { p.commit = "b" }, second), "is of another candidate commit than shard 1 of 2"},
		{"another policy",
			again(func(p *pretended) { p.policy.Alpha = 0.01 }, second), "/2) was judged by another policy than this test's"},
		{"another number of shards",
			again(func(*pretended) {}, part.Part{I: 2, N: 3}), "is of a gate of another number of shards than shard 1 of 2"},
		{"another benchmark",
			again(func(p *pretended) { p.benchmarks[1].name = "C" }, second), "found the benchmark C otherwise than shard 1 of 2"},
		{"other units", again(func(p *pretended) { p.benchmarks[0].unjudged = true }, second), "found the benchmark A otherwise"},
		{"more benchmarks", again(func(p *pretended) {
			p.benchmarks = append(p.benchmarks, pretendedBenchmark{name: "C", effect: 1, only: "candidate"})
		}, second),
			"found 3 benchmarks, and shard 1 of 2"},
		{"other costs", func(t *testing.T, dir string) {
			costs, err := shards.ParseCosts([]byte(`{"version": 1, "benchmarks": [{"benchmark": "A", "noise": {"seconds": 1}}]}`))
			require.NoError(t, err)
			again(func(p *pretended) { p.costs = costs }, second)(t, dir)
		}, "is of another file of costs than shard 1 of 2"},
		{"another version", func(t *testing.T, dir string) {
			resum(t, filepath.Join(dir, "2"), func(m *shards.Manifest) { m.Tailgate = "v9.9.9" })
		}, `/2) was measured by another version of tailgate than this one: "v9.9.9"`},
		{"another binary", func(t *testing.T, dir string) {
			resum(t, filepath.Join(dir, "2"), func(m *shards.Manifest) { m.Candidate.Binaries[0].Sum = "another" })
		}, "is of another candidate binary than shard 1 of 2"},
		{"cut short", edit("candidate.txt", func(s string) string { return s[:len(s)/2] }),
			"candidate.txt is not as the shard left it: it was cut short or edited"},
		{"an edited verdict", edit("verdict.json", func(s string) string { return strings.Replace(s, `"regressed"`, `"ok"`, 1) }),
			"verdict.json is not as the shard left it"},
		{"an edited manifest",
			edit(output.Manifest, func(s string) string { return strings.Replace(s, `"rounds": 8`, `"rounds": 9`, 1) }),
			"shard.json: its sum does not match: it was edited"},
		{"a manifest that is cut short",
			edit(output.Manifest, func(s string) string { return s[:len(s)/2] }), "the JSON ends too early"},
		{"a file is gone", func(t *testing.T, dir string) { require.NoError(t, os.Remove(filepath.Join(dir, "2", "baseline.txt"))) },
			"baseline.txt is missing"},
		{"a forged verdict",
			forge("verdict.json", func(s string) string { return strings.ReplaceAll(s, `"outcome": "regressed"`, `"outcome": "ok"`) }),
			`verdict.json says "ok" of B p95-ns, and its rounds lead to "regressed"`},
		{"a verdict is taken out", forge("verdict.json", func(s string) string {
			head, _, _ := strings.Cut(s, `"verdicts"`)
			return head + `"verdicts": [], "benchmarks": [], "causes": []}`
		}), "verdict.json has 0 verdicts, and its rounds lead to 1"},
		{"forged rounds",
			forge("candidate.txt", func(s string) string { return strings.ReplaceAll(s, " p95-ns\n", "1 p95-ns\n") }), "verdict.json says"},
		{"a round is taken out of a side", forge("candidate.txt", lastLine), "B: it has 8 rounds, and its candidate 7"},
		{"a round is taken out of both", func(t *testing.T, dir string) {
			edit("baseline.txt", lastLine)(t, dir)
			edit("candidate.txt", lastLine)(t, dir)
			measured(func(m *shards.Measured) { m.Rounds = 7 })(t, dir)
		}, "B: it was judged after 8 of 7 rounds"},
		{"a look that the plan has not", func(t *testing.T, dir string) {
			edit("baseline.txt", lastLine)(t, dir)
			edit("candidate.txt", lastLine)(t, dir)
			measured(func(m *shards.Measured) { m.Rounds, m.Looks = 7, []int{7} })(t, dir)
		}, "B: it was judged after 7 rounds, where the plan has no look"},
		{"a look is left out", measured(func(m *shards.Measured) { m.Looks = nil }), "B: its verdicts are not settled by its rounds"},
		{"a problem is made up", measured(func(m *shards.Measured) { m.Problem = &report.ReasonJSON{Code: policy.NoTarget} }),
			`verdict.json says "regressed" of B p95-ns, and its rounds lead to "invalid"`},
		{"it was not measured", func(t *testing.T, dir string) {
			resum(t, filepath.Join(dir, "2"), func(m *shards.Manifest) { m.Benchmarks[1].Measured = nil })
		}, "B: it was to be measured, and was not"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, os.CopyFS(dir, os.DirFS(left)))
			c.do(t, dir)
			got, err := pair.merge(t, filepath.Join(dir, "*"))
			if c.want == "" {
				require.NoError(t, err)
				assert.Equal(t, policy.Regressed, got.Outcome())
				return
			}
			require.ErrorContains(t, err, c.want)
			assert.Equal(t, policy.Invalid, got.Outcome())
			assert.False(t, got.Passes())
			assert.Contains(t, readVerdict(t, got.Out).Error, c.want)
		})
	}
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

// resum changes a manifest and makes its sums match again.
func resum(t *testing.T, dir string, change func(*shards.Manifest)) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, output.Manifest))
	require.NoError(t, err)
	var m shards.Manifest
	require.NoError(t, json.Unmarshal(data, &m))
	if change != nil {
		change(&m)
	}
	for i := range m.Files {
		text, err := os.ReadFile(filepath.Join(dir, m.Files[i].Name))
		require.NoError(t, err)
		m.Files[i].Sum = fmt.Sprintf("%x", sha256.Sum256(text))
	}
	data, err = m.Encode()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, output.Manifest), data, 0o644))
}

func TestMergeWritesNothingOutsideItsFolder(t *testing.T) {
	one := pretended{benchmarks: []pretendedBenchmark{{name: "Same", effect: 1, noise: 0.02, took: time.Second}}}
	folders, err := shards.Folders(one.shards(t, 1, t.TempDir()), t.TempDir())
	require.NoError(t, err)
	merged, err := shards.Merge(judge.By(one.policy), folders)
	require.NoError(t, err)
	dir, outside := t.TempDir(), t.TempDir()
	out, _, err := output.Of(output.Test{Dir: t.TempDir()}, dir)
	require.NoError(t, err)
	defer out.Close()
	require.NoError(t, os.WriteFile(filepath.Join(outside, "file"), []byte("precious"), 0o644))
	require.NoError(t, os.Symlink(filepath.Join(outside, "file"), filepath.Join(dir, "baseline.txt")))
	require.NoError(t, os.Symlink(filepath.Join(outside, "new"), filepath.Join(dir, "candidate.txt")))
	require.NoError(t, merged.Save(out))
	data, err := os.ReadFile(filepath.Join(outside, "file"))
	require.NoError(t, err)
	assert.Equal(t, "precious", string(data))
	assert.NoFileExists(t, filepath.Join(outside, "new"))
	set, err := benchdata.ReadFiles(filepath.Join(dir, "candidate.txt"))
	require.NoError(t, err)
	assert.Len(t, set.Benchmarks, 1)
}
