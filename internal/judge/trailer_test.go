package judge

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tailgate-go/tailgate/policy"
)

// trailers are those of a commit's message.
func trailers(t *testing.T, message string) []policy.Trailer {
	t.Helper()
	found, problems := policy.Trailers(message)
	require.Empty(t, problems)
	for i := range found {
		found[i].Commit = "1a2b3c4d5e6f7a8b"
	}
	return found
}

// uses are what became of trailers, by their reasons.
func uses(r policy.Report) map[string]policy.Use {
	all := map[string]policy.Use{}
	for _, t := range r.Trailers {
		all[t.Reason] = t.Use
	}
	return all
}

func TestWhatBecomesOfTrailers(t *testing.T) {
	const half = "Perf-Accept: MLP p95-ns <=+50% half\n" // the candidate is slower by that
	for _, c := range []struct {
		name, message string
		slower        float64
		want          policy.Outcome
		uses          map[string]policy.Use
	}{
		{"one that is needed", half, 1.5, policy.Accepted, map[string]policy.Use{"half": policy.Heeded}},
		{"with the package", "Perf-Accept: p/MLP p95-ns <=+50% x", 1.5, policy.Accepted, map[string]policy.Use{"x": policy.Heeded}},
		{"one that is exceeded", "Perf-Accept: MLP p95-ns <=+49% x", 1.5, policy.Regressed,
			map[string]policy.Use{"x": policy.Exceeded}},
		{"one that nothing needs", half, 1, policy.OK, map[string]policy.Use{"half": policy.Unneeded}},
		{"on another metric", "Perf-Accept: MLP p50-ns <=+50% x", 1.5, policy.Regressed, map[string]policy.Use{"x": policy.Unjudged}},
		{"of another benchmark", "Perf-Accept: Other p95-ns <=+50% x", 1.5, policy.Regressed,
			map[string]policy.Use{"x": policy.Unjudged}},
		{"of another direction", "Perf-Accept: MLP p95-ns >=-50% x", 1.5, policy.Regressed, map[string]policy.Use{"x": policy.Exceeded}},
		{"the widest counts, before", half + "Perf-Accept: MLP p95-ns <=+60% x", 1.5, policy.Accepted,
			map[string]policy.Use{"half": policy.Unneeded, "x": policy.Heeded}},
		{"and behind", "Perf-Accept: MLP p95-ns <=+60% x\n" + half, 1.5, policy.Accepted,
			map[string]policy.Use{"half": policy.Unneeded, "x": policy.Heeded}},
		{"of equals the newest", half + "Perf-Accept: MLP p95-ns <=+50% x", 1.5, policy.Accepted,
			map[string]policy.Use{"half": policy.Heeded, "x": policy.Unneeded}},
		{"a percentage and an amount", "Perf-Accept: MLP p95-ns <=+1% x\nPerf-Accept: MLP p95-ns <=+20000000 y", 1.5, policy.Accepted,
			map[string]policy.Use{"x": policy.Exceeded, "y": policy.Heeded}},
	} {
		t.Run(c.name, func(t *testing.T) {
			of := trailers(t, c.message)
			j := byDefault.Accepting(of)
			r := j.Compare(side("p95-ns", runs(20*ms)...), side("p95-ns", runs(20*ms*c.slower)...))
			v := only(t, r)
			assert.Equal(t, c.want, v.Outcome)
			assert.Equal(t, c.want == policy.Regressed, r.Fails())
			assert.Equal(t, c.uses, uses(r))
			again := j.Compare(side("p95-ns", runs(20*ms)...), side("p95-ns", runs(20*ms*c.slower)...))
			assert.Equal(t, r, again, "a judge learns nothing")
			for _, t2 := range of {
				assert.Empty(t, t2.Use, "the caller's are not altered")
			}
		})
	}
	assert.Empty(t, byDefault.Compare(side("p95-ns", runs(1)...), side("p95-ns", runs(1)...)).Trailers)
}

// A trailer accepts what a verdict says since the baseline, and only then is asked what there is since the anchor.
func TestTrailersBesideAnAnchor(t *testing.T) {
	const ok, regressed, inconclusive, invalid, drifted, accepted = policy.OK, policy.Regressed, policy.Inconclusive, policy.Invalid,
		policy.Drifted, policy.Accepted
	strict := &policy.AnchorLimits{OnInconclusive: policy.Fail}
	for _, c := range []struct {
		name          string
		policy        policy.Policy
		limits        *policy.AnchorLimits
		since, anchor policy.Outcome
		from, to      float64 // the interval since the baseline, in percent; the ceiling is 30
		want          policy.Outcome
		fails         bool
		use           policy.Use
	}{
		{"what regressed since both", policy.Policy{}, nil, regressed, regressed, 20, 25, accepted, false, policy.Heeded},
		{"what is invalid since the anchor", policy.Policy{}, nil, regressed, invalid, 20, 25, invalid, true, policy.Heeded},
		{"what is inconclusive since the anchor", policy.Policy{}, nil, regressed, inconclusive, 20, 25, accepted, false, policy.Heeded},
		{"what fails by that", policy.Policy{}, strict, regressed, inconclusive, 20, 25, inconclusive, true, policy.Heeded},
		{"what is noisy and fails", policy.Policy{}, nil, inconclusive, regressed, 5, 40, accepted, false, policy.Heeded},
		{"what is noisy and passes", policy.Policy{OnInconclusive: policy.Warn}, nil, inconclusive, regressed, 5, 40, accepted, false,
			policy.Heeded},
		{"what is beyond the ceiling", policy.Policy{}, nil, regressed, regressed, 40, 45, regressed, true, policy.Exceeded},
		{"what drifted", policy.Policy{}, nil, ok, regressed, 1, 3, drifted, true, policy.Crept},
		{"what drifted and passes", policy.Policy{OnDrifted: policy.Warn}, nil, ok, regressed, 1, 3, drifted, false, policy.Crept},
		{"what is too noisy for the ceiling, and drifted", policy.Policy{OnInconclusive: policy.Warn}, nil, inconclusive, regressed,
			5, 60, drifted, true, policy.Unseen},
		{"what is ok since both", policy.Policy{}, nil, ok, ok, 1, 3, ok, false, policy.Unneeded},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.policy.Rules = []policy.Rule{{Metric: "p95-ns", MaxRegressionPercent: 10, Anchor: c.limits}}
			j := By(c.policy).Accepting(trailers(t, "Perf-Accept: MLP p95-ns <=+30% x\nPerf-Accept: Other p95-ns <=+30% y"))
			pair := anchored(j)
			v := j.effect(policy.Verdict{
				ID: pair.ID(), Unit: "p95-ns", Direction: policy.Lower, Rule: c.policy.Rules[0], Outcome: c.since,
				Reason:  policy.Reason{Code: policy.TooNoisy},
				Percent: policy.Bounds{Lo: c.from, Hi: c.to}, Absolute: policy.Bounds{Lo: c.from * ms, Hi: c.to * ms},
			})
			v.Anchor = &policy.Verdict{ID: v.ID, Unit: v.Unit, Direction: policy.Lower, Rule: v.Rule, Outcome: c.anchor}
			r := j.Report([]Pair{pair}, [][]policy.Verdict{{v}})
			got := only(t, r)
			assert.Equal(t, c.want, got.Outcome)
			assert.Equal(t, c.fails, got.Fails)
			assert.Equal(t, map[string]policy.Use{"x": c.use, "y": policy.Unjudged}, uses(r))
		})
	}
}

// A trailer that names several verdicts and is needed by one is needed.
func TestATrailerOfWhatDriftedAndOfWhatItAccepts(t *testing.T) {
	j := By(tenPercent).Accepting(trailers(t, "Perf-Accept: MLP p95-ns <=+30% x"))
	pair := anchored(j)
	of := func(o policy.Outcome, percent float64) policy.Verdict {
		v := j.effect(policy.Verdict{ID: pair.ID(), Unit: "p95-ns", Direction: policy.Lower, Outcome: o,
			Percent: policy.Bounds{Lo: percent, Hi: percent}})
		v.Anchor = &policy.Verdict{ID: v.ID, Unit: v.Unit, Outcome: policy.Regressed}
		return v
	}
	for _, verdicts := range [][]policy.Verdict{
		{of(policy.OK, 1), of(policy.Regressed, 20)}, {of(policy.Regressed, 20), of(policy.OK, 1)},
	} {
		r := j.Report([]Pair{pair}, [][]policy.Verdict{verdicts})
		assert.ElementsMatch(t, []policy.Outcome{policy.Drifted, policy.Accepted},
			[]policy.Outcome{r.Verdicts[0].Outcome, r.Verdicts[1].Outcome})
		assert.Equal(t, map[string]policy.Use{"x": policy.Heeded}, uses(r))
	}
}

func TestATrailerOfWhatAnotherShardJudges(t *testing.T) {
	j := byDefault.Accepting(trailers(t, "Perf-Accept: MLP p95-ns <=+50% x\nPerf-Accept: MLP p50-ns <=+50% y"))
	pairs := j.Pairs(side("p95-ns", runs(20*ms)...), side("p95-ns", runs(30*ms)...))
	pairs[0].Elsewhere = true
	r := j.Report(pairs, make([][]policy.Verdict, 1))
	assert.Equal(t, map[string]policy.Use{"x": policy.Elsewhere, "y": policy.Unjudged}, uses(r))
}

func TestMisnamedTrailers(t *testing.T) {
	of := func(pkg, name string, procs int, units ...string) Benchmark {
		b := Benchmark{ID: policy.ID{Package: pkg, Name: name, Procs: procs}, Requests: 100, Metrics: map[string][]float64{}}
		for _, unit := range units {
			b.Metrics[unit] = runs(ms)
		}
		return b
	}
	both := Results{Benchmarks: []Benchmark{
		of("example.com/shop", "Chat", 2, "p95-ns", "req/s", "score", "ns/op"), of("example.com/shop", "Chat", 4, "p95-ns"),
		of("example.com/shop", "Twin", 2, "p95-ns"), of("example.com/shop/twin", "Twin", 2, "p95-ns"),
	}}
	j := By(policy.Policy{Rules: []policy.Rule{{Metric: "p95-ns"}, {Metric: "req/s"}, {Metric: "score"}}})
	better := map[string]policy.Direction{"score": policy.Higher}
	for _, c := range []struct {
		name, trailer string
		fact, fix     string // empty: it is well named
	}{
		{"a benchmark with several GOMAXPROCS", "Chat p95-ns <=+30%", "", ""},
		{"one with its package", "example.com/shop/twin/Twin p95-ns <=+30%", "", ""},
		{"a throughput", "Chat req/s >=-30%", "", ""},
		{"a metric whose direction the results declare", "Chat score >=-30%", "", ""},
		{"a metric that no rule judges", "Chat ns/op <=+30%", "", ""},
		{"a benchmark of another gate", "example.com/chat/Chat p95-ns <=+30%", "", ""},
		{"one that there is not, or not any more", "Chta p95-ns <=+30%", "", ""},
		{"one that its package has not", "example.com/shop/Chta p95-ns <=+30%", "", ""},
		{"one that there is not, with a throughput that rises", "Chta req/s <=+30%", "", ""},
		{"of two packages", "Twin p95-ns <=+30%", "example.com/shop and example.com/shop/twin both have such a benchmark",
			"example.com/shop/twin/Twin"},
		{"a metric that there is not", "Chat p95 <=+30%", "Chat reports no p95; there is p95-ns, req/s, score", "amend"},
		{"a throughput that rises", "Chat req/s <=+30%", "req/s is better when higher", "write >=-30%"},
		{"a time that falls", "Chat p95-ns >=-30%", "p95-ns is better when lower", "write <=+30%"},
		{"a declared direction", "Chat score <=+3", "score is better when higher", "write >=-3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			of := j.Accepting(trailers(t, "s\n\nPerf-Accept: "+c.trailer+" why"))
			problems := of.Misnamed(of.Pairs(both, both), better, better)
			if c.fact == "" {
				assert.Empty(t, problems)
				return
			}
			require.Len(t, problems, 1)
			assert.Contains(t, problems[0].Fact, c.fact)
			assert.Contains(t, problems[0].Fact, c.trailer)
			assert.Contains(t, problems[0].Fix, c.fix)
			assert.Equal(t, "commit 1a2b3c4d5e6f", problems[0].File)
			assert.Equal(t, 3, problems[0].Line)
		})
	}
}

// gated is the verdict of a gate whose candidate is slower by a factor, with noise of each round.
func gated(r *rand.Rand, j Judge, slower, noise float64) policy.Verdict {
	found := side("p95-ns", 1)
	pairs := j.Pairs(found, found)
	s := j.Sequence(pairs[0], j.Plan(1), Declared{})
	for !s.Settled() {
		s.Add(randomRound(r, slower, noise))
		s.Look(false)
	}
	return j.Report([]Pair{s.Pair()}, [][]policy.Verdict{s.Verdicts()}).Verdicts[0]
}

// A trailer that a red report proposes accepts the same change in the next run, noise or not. What is truly at its ceiling is
// hardly ever found to be beyond it, and what is truly 1.5 times as far hardly ever accepted.
func TestAProposalIsNeitherFlakyNorBlind(t *testing.T) {
	const gates = 300
	j := By(policy.Policy{Rules: []policy.Rule{{Metric: "p95-ns", MaxRegressionPercent: 10}}})
	for _, noise := range []float64{0.01, 0.03, 0.06} {
		r := rand.New(rand.NewPCG(19, uint64(1000*noise)))
		proposed, red, beyond, slips := 0, 0, 0, 0
		for range gates {
			proposal, ok := gated(r, j, 1.25, noise).Proposal()
			if !ok {
				continue
			}
			proposed++
			of := j.Accepting([]policy.Trailer{proposal})
			if gated(r, of, 1.25, noise).Fails {
				red++
			}
			if gated(r, of, 1+proposal.Ceiling.Change/100, noise).Reason.Code == policy.BeyondCeiling {
				beyond++
			}
			if !gated(r, of, 1+policy.Doubtful*proposal.Ceiling.Change/100, noise).Fails {
				slips++
			}
		}
		share := func(n int) float64 { return 100 * float64(n) / float64(proposed) }
		t.Logf("noise %.0f %%: of %d proposals %.1f %% red again, %.1f %% beyond where the change is the ceiling, "+
			"%.1f %% accepted where it is 1.5 times that", 100*noise, proposed, share(red), share(beyond), share(slips))
		assert.Greater(t, proposed, gates*9/10, "noise %v", noise)
		assert.LessOrEqual(t, share(red), 5.0, "noise %v", noise)
		assert.LessOrEqual(t, share(beyond), 2.0, "noise %v", noise)
		assert.LessOrEqual(t, share(slips), 2.0, "noise %v", noise)
	}
}
