package report

import (
	"slices"

	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/policy"
)

// sinceRelease is a document of rounds that had an anchor.
func sinceRelease(p policy.Policy, baseline, candidate, anchor judge.Results, unchanged ...string) Document {
	for _, b := range candidate.Benchmarks {
		for unit := range b.Metrics {
			slices.Reverse(b.Metrics[unit])
		}
	}
	d := compared(p, results(), results())
	d.Anchor = &Side{What: "v1.4.0, 9f8e7d6c5b4a (release)", Why: "the newest release before the baseline",
		Commit: "9f8e7d6c5b4a9f8e7d6c5b4a9f8e7d6c5b4a9f8e"}
	j := judge.By(p)
	pairs := j.Pairs(baseline, candidate)
	judge.Anchored(pairs, anchor)
	seen := policy.Noise{Method: "duet", Rounds: 10, Launches: 10, Seconds: 12, Operations: 2, Turn: 0.008, Busy: 51, Load: 0.4}
	for i, pair := range pairs {
		pairs[i].Unchanged = slices.Contains(unchanged, pair.Name())
		pairs[i].Tell(seen, false)
	}
	d.Report = j.Report(pairs, verdictsAt(j, pairs, j.Plan(judge.Family(pairs)), len(offsets), true))
	return d
}

// anchored is a report in which MLP has drifted, Idle too, though it has not changed since the baseline, Chat has regressed, Small
// is blind since the anchor, and the anchor lacks Young.
func anchored(p policy.Policy) Document {
	side := func(mlp, idle, chat, small, smallDeviation float64) judge.Results {
		return results(served("MLP", mlp, 0.004), served("Idle", idle, 0.004), served("Chat", chat, 0.004),
			served("Small", small, smallDeviation), served("Young", 9*ms, 0.004))
	}
	baseline, candidate, anchor := side(30.8*ms, 14*ms, 20*ms, 9*ms, 0.004), side(31.4*ms, 14*ms, 26*ms, 9*ms, 0.004),
		side(26.2*ms, 11*ms, 20*ms, 9*ms, 0.3)
	if p.OnDrifted == policy.Warn { // nothing else is to fail
		baseline.Benchmarks[2], anchor.Benchmarks[2] = served("Chat", 26*ms, 0.004), served("Chat", 26*ms, 0.004)
	}
	anchor.Benchmarks = anchor.Benchmarks[:4]
	return sinceRelease(p, baseline, candidate, anchor, "Idle")
}

// anchoredOperations is a report on plain benchmarks, of which one drifted by its time and another by its allocations.
func anchoredOperations() Document {
	side := func(get, put, allocs float64) judge.Results {
		one := func(name string, ns, allocs float64) judge.Benchmark {
			b := benchmark(name, 0.004, map[string]float64{"ns/op": ns})
			for range offsets {
				b.Metrics["allocs/op"] = append(b.Metrics["allocs/op"], allocs)
			}
			return b
		}
		return results(one("Get", get, 1), one("Put", put, allocs), one("Scan", 900, 3))
	}
	return sinceRelease(policy.Policy{}, side(118, 410, 6), side(120, 411, 6), side(101, 409, 4))
}
