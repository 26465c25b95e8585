// Package evidence turns benchmark results into what a judge is shown, and what a judge found into what charts show. A gate uses it
// as it measures, a merge on the rounds that shards left, and a comparison on saved results.
package evidence

import (
	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/policy"
)

// Results are what a side has measured, as its judge sees it.
func Results(s *benchdata.Set) judge.Results {
	r := judge.Results{Better: Directions(s)}
	for _, b := range s.Benchmarks {
		r.Benchmarks = append(r.Benchmarks, benchmark(b))
	}
	return r
}

// Directions are those that the results declare, in Unit lines.
func Directions(s *benchdata.Set) map[string]policy.Direction {
	declared := map[string]policy.Direction{}
	for unit, better := range s.Better {
		declared[unit] = policy.Lower
		if better > 0 {
			declared[unit] = policy.Higher
		}
	}
	return declared
}

// benchmark is one benchmark, as its judge sees it.
func benchmark(b benchdata.Benchmark) judge.Benchmark {
	out := judge.Benchmark{ID: b.ID, Metrics: map[string][]float64{}}
	if c := b.Columns; c != nil {
		out.Requests = c.Iters
		for i, unit := range c.Units {
			out.Metrics[unit] = c.Values[i]
		}
		return out
	}
	for i, run := range b.Runs {
		if i == 0 || run.Iters < out.Requests {
			out.Requests = run.Iters
		}
		for _, v := range run.Values {
			if out.Metrics[v.Unit] == nil {
				out.Metrics[v.Unit] = make([]float64, 0, len(b.Runs))
			}
			out.Metrics[v.Unit] = append(out.Metrics[v.Unit], v.Value)
		}
	}
	return out
}

// Recorded reports whether the requests of a benchmark go through a Recorder.
func Recorded(b benchdata.Benchmark) bool {
	of := benchmark(b)
	return of.Recorded()
}

// Round is a run of each side, baseline, candidate and anchor, as a judge sees it. A run without values is of a side that takes no
// part.
func Round(runs [3]benchdata.Run) judge.Round {
	return judge.Round{Baseline: run(runs[0]), Candidate: run(runs[1]), Anchor: run(runs[2])}
}

// run is a run as a round has it.
func run(r benchdata.Run) judge.Run {
	out := judge.Run{Requests: r.Iters, Values: make(map[string]float64, len(r.Values))}
	for _, v := range r.Values {
		out.Values[v.Unit] = v.Value
	}
	return out
}
