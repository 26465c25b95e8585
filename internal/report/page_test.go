package report

import (
	"bytes"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/policy"
)

func pageOf(t testing.TB, d Document) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, d.WritePage(&b))
	return b.String()
}

// five are the rules of a policy that judges everything there is.
var five = policy.Policy{Rules: []policy.Rule{
	{Metric: "p95-ns", MaxRegressionPercent: 10, MinRegression: 1 * ms},
	{Metric: "p50-ns", MaxRegressionPercent: 10, MinRegression: 0.5 * ms},
	{Metric: "req/s", MaxRegressionPercent: 10}, {Metric: "p95-ns", Stage: "model", MaxRegressionPercent: 15, MinRegression: 1 * ms},
	{Metric: "cpu-ns", MaxRegressionPercent: 15},
}}

// measuredIn is a report as a gate makes it of so many benchmarks and rounds; the first few of them are slower by a fifth,
// in their model.
func measuredIn(p policy.Policy, benchmarks, slower, rounds int) Document {
	random := rand.New(rand.NewPCG(7, 11))
	side := func(name string, latency, model float64) judge.Benchmark {
		b := judge.Benchmark{ID: policy.ID{Package: pkg, Name: name, Procs: 2}, Requests: 100, Metrics: map[string][]float64{}}
		for range rounds {
			luck := math.Exp(0.03 * random.NormFloat64())
			medians := map[string]float64{
				"ns/op": latency, "p50-ns": 0.98 * latency, "p90-ns": 1.07 * latency, "p95-ns": 1.12 * latency, "p99-ns": 1.31 * latency,
				"cpu-ns": 0.96 * latency, "p50-preprocess-ns": 0.04 * latency, "p95-preprocess-ns": 0.05 * latency, "p50-model-ns": model,
				"p95-model-ns": 1.1 * model, "p50-postprocess-ns": 0.06 * latency, "p95-postprocess-ns": 0.08 * latency,
				"p50-serialization-ns": 0.03 * latency,
			}
			for _, unit := range slices.Sorted(maps.Keys(medians)) {
				b.Metrics[unit] = append(b.Metrics[unit], medians[unit]*luck*math.Exp(0.004*random.NormFloat64()))
			}
			b.Metrics["req/s"] = append(b.Metrics["req/s"], 1e9/latency/luck)
		}
		return b
	}
	d := compared(p, results(), results())
	var baseline, candidate []judge.Benchmark
	for i := range benchmarks {
		name, latency := fmt.Sprintf("Serve/workload=chat/rate=%d", 20*(i+1)), (8+float64(i))*ms
		b, c := side(name, latency, 0.85*latency), side(name, latency, 0.85*latency)
		if i < slower {
			c = side(name, 1.2*latency, 1.05*latency)
		}
		baseline, candidate = append(baseline, b), append(candidate, c)
	}
	j := judge.By(p)
	pairs := j.Pairs(results(baseline...), results(candidate...))
	for i := range pairs {
		pairs[i].Noise = policy.Noise{Method: "duet", Rounds: rounds, Launches: 5, Seconds: 0.9 * float64(rounds),
			Stalls: 2.4, Switches: 31, Alternation: 1.1, Steal: 0.4, Busy: 55, Load: 0.8}
	}
	plan := j.Plan(judge.Family(pairs))
	d.Report = j.Report(pairs, verdictsAt(j, pairs, plan, rounds, true))
	for _, pair := range pairs {
		d.Details = append(d.Details, charted(j, pair, plan, random))
	}
	d.Again = []Command{{"To measure both again:", "REGRESS_BASELINE=1a2b3c4d go test -count=1 -v -run '^TestGate$' ./infer"}}
	return d
}

// charted is the detail of a pair, with a distribution of latencies to go with its medians.
func charted(j judge.Judge, pair judge.Pair, plan judge.Plan, random *rand.Rand) Detail {
	d := Detail{ID: pair.ID(), Alpha: 0.002}
	rounds := len(pair.Baseline.Metrics["p50-ns"])
	for _, rule := range pair.Rules() {
		d.Series = append(d.Series, Series{
			Unit: rule.Unit(), Baseline: pair.Baseline.Metrics[rule.Unit()], Candidate: pair.Candidate.Metrics[rule.Unit()],
		})
	}
	for _, n := range slices.Compact(append(slices.DeleteFunc(plan.Rounds(), func(n int) bool { return n > rounds }), rounds)) {
		for i, v := range verdictsAt(j, []judge.Pair{pair}, plan, n, n == rounds)[0] {
			d.Series[i].Looks = append(d.Series[i].Looks, Estimate{n, v.ChangePercent, v.Percent})
		}
	}
	median := func(b *judge.Benchmark) float64 {
		values := slices.Sorted(slices.Values(b.Metrics["p50-ns"]))
		return values[len(values)/2]
	}
	b, c := median(pair.Baseline), median(pair.Candidate)
	for _, q := range Levels() {
		shape := 0.94 + 0.05*math.Exp2(-math.Log2(1-q)/2)
		d.Baseline, d.Candidate = append(d.Baseline, b*shape), append(d.Candidate, c*shape*(1+0.02*q))
		if q < 0.99 {
			change := 100 * (c/b*(1+0.02*q) - 1)
			d.Shift = append(d.Shift, Estimate{rounds, change, policy.Bounds{Lo: change - 3 - 3*q, Hi: change + 3 + 4*q}})
		}
	}
	for range rounds {
		d.Rounds = append(d.Rounds, policy.Noise{Rounds: 1, Seconds: 0.9, Stalls: 4 * random.Float64(),
			Switches: 60 * random.Float64(), Steal: random.Float64(), Busy: 55, Load: 0.6 + 0.4*random.Float64()})
	}
	return d
}

// head is the benchmark after so many rounds.
func TestAPageOfFiftyBenchmarksIsSmall(t *testing.T) {
	page := pageOf(t, measuredIn(five, 50, 3, 60))
	t.Logf("%d bytes", len(page))
	assert.LessOrEqual(t, len(page), 1<<20)
	assert.False(t, strings.Contains(page, "Left out here"))
}

func TestAPageThatIsFullSaysWhatItLeavesOut(t *testing.T) {
	d := crowd(3000, 3)
	page := pageOf(t, d)
	assert.Less(t, len(page), 3<<20)
	assert.True(t, strings.Contains(page, "Left out here: 500 rules, none graver than those shown"))
	assert.True(t, strings.Contains(page, "Left out here: 2880 benchmarks, none graver than those shown"))

	d = measuredIn(policy.Policy{}, 1, 1, 8)
	detail := &d.Details[0]
	for range 60_000 {
		detail.Rounds = append(detail.Rounds, policy.Noise{Load: 1.23, Steal: 4.56, Stalls: 7.89, Switches: 12.3})
	}
	one := d.Report.Benchmarks[0]
	one.Name = "Z"
	verdict := d.Report.Verdicts[0]
	verdict.Name = "Z"
	d.Report.Benchmarks, d.Report.Verdicts = append(d.Report.Benchmarks, one), append(d.Report.Verdicts, verdict)
	d.Details = append(d.Details, Detail{ID: policy.ID{Package: one.Package, Name: "Z", Procs: one.Procs}})
	assert.True(t, strings.Contains(pageOf(t, d), "Left out here: charts."))
}

// BenchmarkReports makes the reports on so many rules, five a benchmark, after 60 rounds.
func BenchmarkReports(b *testing.B) {
	for _, rules := range []int{50, 500, 2500} {
		d := copies(measuredIn(five, 10, 1, 60), rules/50)
		for _, of := range []struct {
			name string
			make func() string
		}{
			{"text", d.Text}, {"markdown", d.Markdown}, {"summary", d.Summary}, {"page", func() string { return pageOf(b, d) }},
			{"json", func() string {
				data, err := jsonOf(d)
				require.NoError(b, err)
				return string(data)
			}},
		} {
			b.Run(fmt.Sprintf("report=%s/rules=%d", of.name, rules), func(b *testing.B) {
				b.ReportAllocs()
				size := 0
				for b.Loop() {
					size = len(of.make())
				}
				b.ReportMetric(float64(size), "bytes")
			})
		}
	}
}

// copies is a document with its benchmarks so many times.
func copies(one Document, n int) Document {
	d := one
	d.Report.Verdicts, d.Report.Benchmarks, d.Details = nil, nil, nil
	for i := range n {
		rename := func(name string) string { return fmt.Sprintf("%s/copy=%d", name, i) }
		for _, v := range one.Report.Verdicts {
			v.Name = rename(v.Name)
			d.Report.Verdicts = append(d.Report.Verdicts, v)
		}
		for _, m := range one.Report.Benchmarks {
			m.Name = rename(m.Name)
			d.Report.Benchmarks = append(d.Report.Benchmarks, m)
		}
		for _, detail := range one.Details {
			detail.Name = rename(detail.Name)
			d.Details = append(d.Details, detail)
		}
	}
	return d
}
