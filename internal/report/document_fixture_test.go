package report

import (
	"slices"
	"time"

	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/policy"
)

const (
	us  = 1e3
	ms  = 1e6
	pkg = "example.com/infer"
)

// offsets place ten runs about their median, in standard deviations. No two are alike, as measured runs are not.
var offsets = []float64{-1.4, 0.3, 0.9, -0.6, 1.6, -0.1, -1.0, 0.1, 0.6, -0.3}

// benchmark has ten runs of each metric, about the given medians, with that relative deviation.
func benchmark(name string, deviation float64, medians map[string]float64) judge.Benchmark {
	b := judge.Benchmark{ID: policy.ID{Package: pkg, Name: name, Procs: 2}, Requests: 500, Metrics: map[string][]float64{}}
	for unit, median := range medians {
		for _, offset := range offsets {
			b.Metrics[unit] = append(b.Metrics[unit], median*(1+deviation*offset))
		}
	}
	return b
}

// served is a recorded benchmark whose requests take so long; its stage model takes nine tenths of that.
func served(name string, latency, deviation float64) judge.Benchmark {
	return benchmark(name, deviation, map[string]float64{
		"ns/op": latency, "req/s": 1e9 / latency, "p50-ns": 0.98 * latency, "p90-ns": 1.07 * latency, "p95-ns": 1.12 * latency,
		"p99-ns": 1.31 * latency, "mean-ns": latency, "min-ns": 0.9 * latency, "max-ns": 1.5 * latency,
		"p95-model-ns": 1.01 * latency, "p95-preprocess-ns": 0.0171 * latency, "p50-model-ns": 0.9 * latency,
	})
}

func results(benchmarks ...judge.Benchmark) judge.Results {
	return judge.Results{Benchmarks: benchmarks}
}

// verdictsAt are those of each pair after so many rounds, which are the last if the time is spent.
func verdictsAt(j judge.Judge, pairs []judge.Pair, plan judge.Plan, rounds int, spent bool) (all [][]policy.Verdict) {
	run := func(b *judge.Benchmark, i int) judge.Run {
		r := judge.Run{Requests: b.Requests, Values: map[string]float64{}}
		for unit, values := range b.Metrics {
			r.Values[unit] = values[i]
		}
		return r
	}
	for _, pair := range pairs {
		s := j.Sequence(pair, plan, judge.Declared{})
		if !pair.Measurable() {
			all = append(all, s.Verdicts())
			continue
		}
		for i := range rounds {
			round := judge.Round{Baseline: run(pair.Baseline, i), Candidate: run(pair.Candidate, i)}
			if pair.Since != nil && pair.Since.Baseline != nil {
				round.Anchor = run(pair.Since.Baseline, i)
			}
			s.Add(round)
		}
		s.Look(spent)
		all = append(all, s.Verdicts())
	}
	return all
}

// compared is a document as a gate makes it, but for the report.
func compared(p policy.Policy, baseline, candidate judge.Results) Document {
	return Document{
		Name:   "TestGate",
		Report: judge.By(p).Compare(baseline, candidate),
		Baseline: Side{What: "HEAD, 1a2b3c4d5e6f (serve: keep the cache warm)", Why: "the work tree has changes",
			Commit: "1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d"},
		Candidate: Side{What: "the work tree at 1a2b3c4d5e6f, with changes", Why: "what is to be judged",
			Commit: "1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d", Dirty: true},
		Settings:    []Setting{{"budget", "25s", "Gate"}},
		Environment: []Fact{{"goos", "linux"}, {"goarch", "amd64"}, {"cpus", "2"}, {"load before", "0.31"}, {"load after", "1.02"}},
		Began:       time.Date(2026, 11, 22, 2, 9, 13, 0, time.UTC),
		Took:        12340 * time.Millisecond,
		Out:         ".tailgate/TestGate",
	}
}

// unchanged is a document of the benchmarks MLP, Small and Decoder, of which those named are unchanged.
func unchanged(names ...string) Document {
	d := compared(policy.Policy{}, results(), results())
	j := judge.By(policy.Policy{})
	side := results(served("MLP", 26.2*ms, 0.01), served("Small", 640*us, 0.01))
	if slices.Contains(names, "Decoder") {
		side.Benchmarks = append(side.Benchmarks, served("Decoder", 9*ms, 0.01))
	}
	pairs := j.Pairs(side, side)
	for i, pair := range pairs {
		pairs[i].Unchanged = slices.Contains(names, pair.Name())
	}
	d.Report = j.Report(pairs, verdictsAt(j, pairs, j.Plan(judge.Family(pairs)), len(offsets), true))
	return d
}

// inDuet is a document as a gate makes it of rounds. The sides have their luck in rounds of their own.
func inDuet(p policy.Policy, n policy.Noise, baseline, candidate judge.Benchmark) Document {
	return judgedInDuet(judge.By(p), n, baseline, candidate)
}

// judgedInDuet is the same by a judge, which may heed trailers of commits.
func judgedInDuet(j judge.Judge, n policy.Noise, baseline, candidate judge.Benchmark) Document {
	for unit := range baseline.Metrics {
		baseline.Metrics[unit] = baseline.Metrics[unit][:n.Rounds]
		candidate.Metrics[unit] = candidate.Metrics[unit][:n.Rounds]
		slices.Reverse(candidate.Metrics[unit])
	}
	d := compared(j.Policy(), results(), results())
	pairs := j.Pairs(results(baseline), results(candidate))
	pairs[0].Noise = n
	plan := j.Plan(judge.Family(pairs))
	d.Report = j.Report(pairs, verdictsAt(j, pairs, plan, n.Rounds, !slices.Contains(plan.Rounds(), n.Rounds)))
	return d
}

// with adds a metric to a benchmark.
func with(b judge.Benchmark, unit string, median, deviation float64) judge.Benchmark {
	b.Metrics[unit] = benchmark("", deviation, map[string]float64{unit: median}).Metrics[unit]
	return b
}

// accepting is a document of a benchmark that is slower by a fifth, whose commits have these trailers.
func accepting(message string) Document {
	found, _ := policy.Trailers(message)
	for i := range found {
		found[i].Commit = "0f1e2d3c4b5a0f1e2d3c4b5a0f1e2d3c4b5a0f1e"
	}
	n := policy.Noise{Method: "duet", Rounds: 8, Launches: 8, Seconds: 10.2, Busy: 55.2, Load: 0.52}
	d := judgedInDuet(judge.By(both).Accepting(found), n, served("MLP", 8*ms, 0.01), served("MLP", 9.6*ms, 0.012))
	d.Accepts = true
	return d
}

// both are rules on latency and throughput.
var both = policy.Policy{Rules: []policy.Rule{
	{Metric: "p95-ns", MaxRegressionPercent: 10, MinRegression: 1 * ms},
	{Metric: "req/s", MaxRegressionPercent: 10},
}}

// unsure is a report on a benchmark that is worse, but not surely so among four.
func unsure(p policy.Policy) Document {
	quiet := []judge.Benchmark{served("Chat", 9*ms, 0.01), served("Embed", 9*ms, 0.01), served("Rank", 9*ms, 0.01)}
	baseline, candidate := append(slices.Clone(quiet), served("MLP", 26.2*ms, 0.16)), append(quiet, served("MLP", 31.4*ms, 0.16))
	return compared(p, results(baseline...), results(candidate...))
}

func failed(problem string) policy.Reason {
	return policy.Reason{Code: policy.Failed, Facts: policy.Facts{Problem: problem}}
}

// unbuilt is a report on a candidate that does not build.
func unbuilt() Document {
	return Document{
		Name: "TestGate", Began: time.Date(2026, 11, 22, 2, 9, 13, 0, time.UTC), Took: 800 * time.Millisecond,
		Baseline: Side{
			What: "HEAD~1, 0f1e2d3c4b5a (first)", Why: "given by -regress.baseline",
			Commit: "0f1e2d3c4b5a0f1e2d3c4b5a0f1e2d3c4b5a0f1e",
		},
		Candidate: Side{
			What: "the work tree at 1a2b3c4d5e6f", Why: "what is to be judged",
			Commit: "1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d",
		},
		Settings: []Setting{{"baseline", "HEAD~1", "-regress.baseline"}},
		Error: "candidate: example.com/infer does not build:\n\t# example.com/infer [example.com/infer.test]\n" +
			"\t./cache.go:41:9: undefined: nowhere\n\t./cache.go:58:22: cannot use x (variable of type []float32) as " +
			"*tensor.Dense value in argument to m.forward: []float32 does not implement the methods that it wants\n",
		ErrorCode: policy.Failed, Out: ".tailgate/TestGate",
	}
}
