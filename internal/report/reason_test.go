package report

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/tailgate-go/tailgate/policy"
)

// TestEveryReasonHasWords holds the words of each code and of each advice to what a reader has approved.
func TestEveryReasonHasWords(t *testing.T) {
	const problem = "the test binary exited with status 2"
	facts := map[policy.Code]policy.Facts{
		policy.NoValues:       {Side: "candidate"},
		policy.Failed:         {Problem: problem},
		policy.SmallBudget:    {Round: 1040 * time.Millisecond, Start: 120 * time.Millisecond, Need: 8},
		policy.NotOneResult:   {Side: "candidate", Have: 2},
		policy.OtherBenchmark: {Side: "candidate", Words: []string{"Other", "MLP"}, Have: 1, Need: 2},
		policy.BadResults: {
			Problems: []policy.Problem{
				{File: "candidate", Line: 6, Benchmark: "MLP-2", Fact: "p95-ns is NaN", Fix: "report a finite number"},
				{File: "candidate", Fact: "the run failed"},
			},
			Problem: "\n\tpanic: it broke",
		},
		policy.Instrumented:         {Words: []string{"-race"}},
		policy.Debugged:             {Have: 4711},
		policy.FewRequests:          {Side: "candidate", Have: 59, Need: 60},
		policy.InSomeRuns:           {Side: "baseline", Have: 6, Need: 7},
		policy.NotFinite:            {Side: "baseline", Value: math.Inf(1)},
		policy.FewRuns:              {Need: 6},
		policy.FewRounds:            {Have: 4, Need: 8},
		policy.DirectionsContradict: {Words: []string{"lower", "higher"}},
		policy.OtherPrompts:         {Selections: []float64{7e13, 5}},
		policy.RuleMatchesNoName:    {Benchmarks: &policy.Names{First: []string{"MLP", "Chat"}, InAll: 7}},
		policy.RuleMatchesNoMetric: {
			Benchmarks: &policy.Names{First: []string{"MLP"}, InAll: 1}, Units: &policy.Names{First: []string{"ns/op"}, InAll: 1},
		},
	}
	var b strings.Builder
	say := func(name string, v policy.Verdict) {
		words := reason(v)
		assert.NotEqual(t, name, words, "it has no words")
		fmt.Fprintf(&b, "%s: %s\n", name, words)
	}
	verdict := func(code policy.Code, outcome policy.Outcome) policy.Verdict {
		return policy.Verdict{
			Unit: "p95-ns", Rule: policy.Rule{Metric: "p95-ns", Benchmark: "ML"}, Outcome: outcome, Alpha: 0.005,
			Baseline: policy.Summary{N: 5}, Candidate: policy.Summary{N: 4}, Reason: policy.Reason{Code: code, Facts: facts[code]},
		}
	}
	for _, code := range codes {
		say(string(code), verdict(code, policy.Invalid))
	}
	for _, advice := range [][]policy.Advice{
		{{Do: policy.MoreRounds, Amount: 47, Budget: 50 * time.Second}, {Do: policy.WiderLimit, Amount: 49}},
		{{Do: policy.MoreRounds, Amount: 47}, {Do: policy.WiderLimit}},
		{{Do: policy.MoreRounds}, {Do: policy.WiderLimit, Amount: 5.1}},
		{{Do: policy.MoreRuns, Amount: 153}, {Do: policy.QuieterMachine}, {Do: policy.WiderLimit, Amount: 27}},
		{{Do: policy.MoreRuns}, {Do: policy.QuieterMachine, Signs: []policy.Sign{
			{Name: "stalls/s", Value: 2}, {Name: "steal-percent", Value: 3.456}, {Name: "load", Value: 5.12, CPUs: 2},
		}}, {Do: policy.WiderLimit}},
	} {
		v := verdict(policy.TooNoisy, policy.Inconclusive)
		v.Reason.Advice = advice
		say("inconclusive", v)
	}
	v := verdict(policy.SmallBudget, policy.Invalid)
	v.Reason.Advice = []policy.Advice{{Do: policy.MoreRounds, Amount: 8, Budget: 10 * time.Second}, {Do: policy.ShortenWork}}
	say("budget", v)
	v = verdict(policy.TooNoisy, policy.Inconclusive)
	v.Reason.Advice, v.Reason.Facts.Most = []policy.Advice{{Do: policy.WiderLimit, Amount: 49}}, 60
	say("no more rounds", v)
	v = verdict(policy.TooNoisyToSee, policy.Blind)
	v.Reason.Advice = []policy.Advice{{Do: policy.MoreRounds, Amount: 47}, {Do: policy.WiderLimit, Amount: 49}}
	v.Rule.MaxRegressionPercent, v.Baseline.Median, v.Detectable = 10, 26*ms, 34.2
	say("blind", v)
	v.Rule.MinRegression, v.Detectable = 5*ms, math.Inf(1)
	say("blind by the floor", v)
	v.Baseline.Median = 0
	say("blind from 0", v)
	for _, work := range []policy.Work{policy.Computes, policy.Waits, policy.TailWaits} {
		v := verdict(policy.BeyondLimits, policy.Regressed)
		v.Reason.Facts.Work, v.Reason.Facts.CPUPercent, v.Reason.Facts.MeanPercent = work, 18.5, -3
		say(string(work), v)
		assert.Equal(t, whatRequestsDo(v.Reason.Facts), beyondOutcome(v))
	}
	v = verdict(policy.RuleMatchesNoMetric, policy.Invalid)
	v.Reason.Advice = []policy.Advice{{Do: policy.RecordRequests}}
	say("record", v)
	for _, c := range []Cause{
		{Of: "CPU time", Doubt: NoneGrew}, {Of: "allocated memory", Doubt: NoneGrew}, {Of: "waiting", Doubt: NoneGrew},
		{Doubt: NoneLeads}, {Doubt: NotProfiled, Problem: policy.Reason{Code: policy.Failed, Facts: facts[policy.Failed]}},
	} {
		fmt.Fprintf(&b, "%s: %s\n", c.Doubt, c.doubt())
	}
	golden(t, "reasons.golden", []byte(b.String()))
}
