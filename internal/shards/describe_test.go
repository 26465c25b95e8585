package shards

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/internal/benchdata"
	"github.com/tailgate-go/tailgate/internal/judge"
	"github.com/tailgate-go/tailgate/internal/part"
	"github.com/tailgate-go/tailgate/internal/report"
	"github.com/tailgate-go/tailgate/policy"
)

func TestAMergeSaysWhatEachShardHadAndWhereItsProfilesAre(t *testing.T) {
	shard := func(i int) left {
		s := left{found: Found{Manifest: Manifest{Shard: i, Of: 2}, Dir: "shards"}}
		s.verdict.Shard = report.Shard{Part: part.Part{I: i, N: 2}, Benchmarks: i, InAll: 3}
		s.verdict.Notes = []string{"a doubt"}
		s.verdict.Causes = []report.Cause{{ID: policy.ID{Name: "Chat"}, Command: "go tool pprof"}, {ID: policy.ID{Name: "Idle"}}}
		return s
	}
	var doc report.Document
	(&Merged{shards: []left{shard(1), shard(2)}}).describe(&doc)
	require.Len(t, doc.Notes, 5)
	assert.Equal(t, []string{
		"shard 1 of 2: it has 1 of the gate's 3 benchmarks, and alpha is split over the verdicts on all of them", "shard 1: a doubt",
		"shard 2 of 2: it has 2 of the gate's 3 benchmarks, and alpha is split over the verdicts on all of them", "shard 2: a doubt",
	}, doc.Notes[:4])
	require.Len(t, doc.Causes, 4)
	assert.Equal(t, report.Cause{ID: policy.ID{Name: "Chat"}, Elsewhere: "shard 1 of 2 (shards)"}, doc.Causes[0])
	assert.Equal(t, report.Cause{ID: policy.ID{Name: "Idle"}}, doc.Causes[1], "nobody has profiles of it")
	assert.Contains(t, doc.Markdown(), "its profiles are with the results of shard 1 of 2")
}

// Looks after all was settled could have been taken for the sake of what they found.
func TestARoundTooManyIsRefused(t *testing.T) {
	j := judge.By(policy.Policy{})
	one := judge.Results{Benchmarks: []judge.Benchmark{{
		ID: policy.ID{Name: "Chat"}, Requests: 60, Metrics: map[string][]float64{"p95-ns": {1}},
	}}}
	pair := j.Pairs(one, one)[0]
	run := benchdata.Run{Iters: 60, Values: []benchdata.Value{{Unit: "p95-ns", Value: 5e6}}}
	spent, candidate := false, []benchdata.Run{run}
	of := func(rounds int, looks ...int) error {
		runs := func(of []benchdata.Run) benchdata.Benchmark {
			return benchdata.Benchmark{ID: policy.ID{Name: "Chat"}, Runs: slices.Repeat(of, rounds/len(of))}
		}
		_, err := replay{
			judge: j, plan: j.Plan(1), pair: pair, of: Benchmark{Baseline: &Smoke{}},
			rounds: [3]benchdata.Benchmark{runs([]benchdata.Run{run}), runs(candidate)},
			how:    Measured{Rounds: rounds, Looks: looks, Spent: spent},
		}.run()
		return err
	}
	require.NoError(t, of(8, 8), "identical sides are ok at the first look")
	assert.ErrorContains(t, of(12, 8, 12), "all was settled before")
	assert.ErrorContains(t, of(9, 9), "where the plan has no look")
	assert.ErrorContains(t, of(12, 8), "some of them are gone")

	other := run
	other.Values = []benchdata.Value{{Unit: "p95-ns", Value: 5.4e6}}
	far := benchdata.Run{Iters: 60, Values: []benchdata.Value{{Unit: "p95-ns", Value: 9e6}}}
	candidate = []benchdata.Run{other, run, other, far, other, run, far, other} // nothing is settled by them
	assert.ErrorContains(t, of(8, 8, 8), "all was settled before", "twice after one round")
	spent = true
	assert.NoError(t, of(8, 8, 8), "the budget was spent on a launch that came to nothing")
	assert.Error(t, of(8, 8, 8, 8))
}
