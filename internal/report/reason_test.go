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
	trailer := policy.Trailer{
		Ceiling: policy.Ceiling{Change: 30, Percent: true}, Commit: "1a2b3c4d5e6f7a8b", Reason: "answers are checked",
	}
	facts := map[policy.Code]policy.Facts{
		policy.NoValues:       {Side: "candidate"},
		policy.Failed:         {Problem: problem},
		policy.SmallBudget:    {Round: 1040 * time.Millisecond, Start: 120 * time.Millisecond, Need: 8},
		policy.Late:           {Have: 31, Need: 8, Lag: 1260 * time.Microsecond},
		policy.NotMeasured:    {Have: 12, Need: 48},
		policy.NotOneResult:   {Side: "candidate", Have: 2},
		policy.OtherBenchmark: {Side: "candidate", Words: []string{"Other", "MLP"}, Have: 1, Need: 2},
		policy.BadResults: {
			Problems: []policy.Problem{
				{File: "candidate", Line: 6, Benchmark: "MLP-2", Fact: "p95-ns is NaN", Fix: "report a finite number"},
				{File: "candidate", Fact: "the run failed"},
			},
			Problem: "\n\tpanic: it broke",
		},
		policy.DoesNotBuild:  {Side: "baseline", Problem: problem},
		policy.NoBenchmarks:  {Words: []string{"./...", "Chta"}},
		policy.Instrumented:  {Words: []string{"-race"}},
		policy.ByTrailer:     {Trailer: &trailer},
		policy.BeyondCeiling: {Trailer: &trailer},
		policy.CeilingUnseen: {Trailer: &trailer},
		policy.BadTrailer: {Problems: []policy.Problem{
			{File: "commit 1a2b3c4d5e6f", Line: 3, Fact: `"Perf-Accept: Chat": the metric is missing`, Fix: "correct it"},
		}},
		policy.BenchmarkChanged:     {Words: []string{"BenchmarkSort"}},
		policy.Debugged:             {Have: 4711},
		policy.UncommittedInput:     {Words: []string{"models/small.gguf"}, Side: "candidate"},
		policy.PointerInput:         {Words: []string{"models/small.gguf"}, Side: "baseline"},
		policy.FewRequests:          {Side: "candidate", Have: 59, Need: 60},
		policy.InSomeRuns:           {Side: "baseline", Have: 6, Need: 7},
		policy.NotFinite:            {Side: "baseline", Value: math.Inf(1)},
		policy.FewRuns:              {Need: 6},
		policy.FewRounds:            {Have: 4, Need: 8},
		policy.DirectionsContradict: {Words: []string{"lower", "higher"}},
		policy.OtherPrompts:         {Selections: []float64{7e13, 5}},
		policy.PromptsCached:        {CachedPercent: []float64{0.4, 97}},
		policy.OtherReplies:         {Words: []string{"errors-percent"}, Replies: []float64{0.4, 50}},
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
	for _, u := range []policy.Use{policy.Unseen, policy.Exceeded} {
		v := verdict(policy.TooNoisy, policy.Inconclusive)
		of := trailer
		of.Use, v.Reason.Facts.Trailer = u, &of
		say("inconclusive, and "+string(u), v)
	}
	v := verdict(policy.BenchmarkChanged, policy.Inconclusive)
	v.Reason.Advice = []policy.Advice{{Do: policy.ChangeApart}}
	say("changed", v)
	v = verdict(policy.NotMeasured, policy.Inconclusive)
	v.Reason.Facts = policy.Facts{Have: 12, Need: 48}
	for _, longer := range []policy.Advice{
		{Do: policy.MoreTime, Budget: 100 * time.Second}, {Do: policy.LongerTotal, Budget: 100 * time.Second},
		{Do: policy.LongerTimeout, Budget: 20 * time.Minute}, {Do: policy.LongerTimeout, Budget: 2 * time.Hour},
	} {
		v.Reason.Advice = []policy.Advice{longer, {Do: policy.MoreMachines}}
		say("no time", v)
	}
	for _, unit := range []string{"empty-percent", "no-usage-percent", "output-tok/req", "of-a-later-release"} {
		v = verdict(policy.OtherReplies, policy.Invalid)
		v.Reason.Facts.Words = []string{unit}
		say("other replies", v)
	}
	v.Reason.Facts = policy.Facts{}
	say("other replies, of which nothing is told", v)
	v = verdict(policy.Instrumented, policy.Invalid)
	v.Reason.Facts.Side = "candidate"
	say("instrumented side", v)
	v = verdict(policy.IntervalWithin, policy.OK)
	v.Reason.Facts.FirstLinks = 18.24
	say("layout", v)
	v = verdict(policy.SmallBudget, policy.Invalid)
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
		{Of: "CPU time", Doubts: []Doubt{NoneGrew}}, {Of: "allocated memory", Doubts: []Doubt{NoneGrew}},
		{Of: "waiting", Doubts: []Doubt{NoneGrew}}, {Doubts: []Doubt{NoneLeads}},
		{Doubts: []Doubt{NotProfiled}, Problem: policy.Reason{Code: policy.Failed, Facts: facts[policy.Failed]}},
		{Of: "CPU time", Unit: "ns", Doubts: []Doubt{NotAgain}}, {Unit: "B", Plain: true, Doubts: []Doubt{NotAgain}},
		{Unit: "ns", Plain: true, Doubts: []Doubt{NotAgain}},
		{Of: "CPU time", Doubts: []Doubt{OtherWay}}, {Of: "allocated memory", Plain: true, Doubts: []Doubt{OtherWay}},
		{Candidate: 5, Functions: []CostlyFunction{{Candidate: 6}}, Doubts: []Doubt{Outgrew}},
		{Candidate: 7, Measured: Costs{0, 5}, Functions: []CostlyFunction{{Candidate: 6}}, Doubts: []Doubt{Outgrew}},
		{Of: Servers, Doubts: []Doubt{NoMetrics}}, {Doubts: []Doubt{"of-a-later-release"}},
	} {
		fmt.Fprintf(&b, "%s: %s\n", c.Doubts[0], c.allDoubts())
	}
	golden(t, "reasons.golden", []byte(b.String()))
}
